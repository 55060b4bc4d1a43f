// Draws the rows that are on screen. Boxes are gathered by phase, so that each colour is set once a frame.

import { Phase } from "../../../core/phases";
import { mix } from "../../../ui/colour";
import { BAR_PX, BAR_RADIUS_PX, STRIP_PX } from "../layout";
import type { Ghost, PlacedComparison } from "../lens/compare";
import type { PlacedPath } from "../lens/path";
import type { TimelineModel } from "../model";
import { needsAnswer } from "../rows/failures";
import { type Box, CAP_INSIDE_PX, CAP_OUTSIDE_PX, type Cap, rowBoxes } from "../time/bars";
import { slotOf } from "../time/bins";
import type { Scale } from "../time/scale";
import type { Strip } from "../time/strip";
import type { StripCache } from "../time/strip-cache";
import { paintBreaks } from "./paint-breaks";
import { dimOthers, paintPath } from "./paint-path";
import type { Patterns } from "./patterns";
import { type Surface, snap, verticalLine } from "./surface";

export interface RowsScene {
  model: TimelineModel;
  patterns: Patterns;
  strips: StripCache;
  scale: Scale;
  /** Ticks, ms. */
  ticksMs: readonly number[];
  heightPx: number;
  scrollPx: number;
  selectedRow: number;
  hoverIndex: number;
  /** The crosshair's x; null: none. */
  cursorX: number | null;
  /** "now": solid and coloured; "last seen": dashed and grey; null: the run is over. */
  now: "live" | "stale" | null;
  dimmed: boolean;
  /** The critical path, while it is looked at. */
  path: PlacedPath | null;
  /** The comparison with another run, while it is looked at. */
  compared: PlacedComparison | null;
}

const GHOST_PX = 2.5;

type Placed = Box & { y: number };

export function paintRows(surface: Surface, p: RowsScene): void {
  const { model, patterns, scale } = p;
  const { palette, dpr } = patterns;
  const widthPx = model.plotPx;
  const ctx = surface.begin(widthPx, p.heightPx, dpr);
  if (!ctx) return;
  const { rowPx } = model.layout;
  const first = Math.max(0, Math.floor(p.scrollPx / rowPx));
  const last = Math.min(model.order.count - 1, Math.floor((p.scrollPx + p.heightPx - 1) / rowPx));
  const yOf = (index: number) => index * rowPx - p.scrollPx;

  const byPhase = new Map<number, Placed[]>();
  const caps: (Cap & { y: number })[] = [];
  const dashes: { x: number; y: number }[] = [];
  const dots: { x0: number; x1: number; y: number }[] = [];
  for (let index = first; index <= last; index++) {
    const item = model.order.item[index]!;
    const middle = yOf(index) + rowPx / 2;
    if (item < 0) {
      const strip = p.strips.get(-1 - item, scale);
      paintStrip(ctx, strip, middle - STRIP_PX / 2, p);
      if (strip.outcome && strip.x1 > 0) {
        caps.push({ phase: strip.outcome, x: strip.x1 + 5 + CAP_OUTSIDE_PX / 2, inside: false, y: middle });
      }
      continue;
    }
    const row = rowBoxes(model.actions, item, model.clock, scale, patterns.isSolid);
    for (const box of row.boxes) {
      const key = box.phase * 2 + (box.dense ? 1 : 0);
      const list = byPhase.get(key);
      const placed = Object.assign(box, { y: middle - BAR_PX / 2 });
      if (list) list.push(placed);
      else byPhase.set(key, [placed]);
    }
    for (const cap of row.caps) caps.push({ ...cap, y: middle });
    for (const x of row.dashes) dashes.push({ x, y: middle });
    for (const line of row.dots) dots.push({ ...line, y: middle });
  }
  for (const [key, boxes] of byPhase) paintBoxes(ctx, key >> 1, (key & 1) === 1, boxes, p);
  fade(ctx, byPhase, p);
  paintBreaks(ctx, scale, 0, p.heightPx, palette);
  paintMarks(ctx, caps, dashes, dots, p);
  for (let index = first; p.compared && index <= last; index++) {
    paintGhost(ctx, p.compared.ghostAt(index), yOf(index), p);
  }
  if (p.path) {
    dimOthers(ctx, widthPx, p.heightPx);
    paintPath(ctx, p.path, scale, patterns, (index) => yOf(index) + rowPx / 2);
  }

  if (p.dimmed) wash(ctx, widthPx, p.heightPx, 0.5);
  // Behind what is there: the ticks, then what is marked of the rows.
  ctx.globalCompositeOperation = "destination-over";
  for (const ms of p.ticksMs) verticalLine(ctx, scale.x(ms), 0, p.heightPx, palette.line, dpr);
  const selected = p.selectedRow < 0 ? -1 : model.order.indexOf(p.selectedRow);
  const asking: [number, string][] = [];
  for (let index = first; index <= last; index++) {
    const item = model.order.item[index]!;
    if (item >= 0 && !palette.forced && needsAnswer(model.actions, item)) {
      asking.push([index, mix(palette.phase(Phase.Paused).fill, palette.bg, palette.dark ? 0.12 : 0.09)]);
    }
  }
  for (const [index, colour] of [
    [selected, palette.sel],
    [p.hoverIndex, palette.hover],
    ...asking,
  ] as const) {
    if (index < first || index > last) continue;
    ctx.fillStyle = colour;
    ctx.fillRect(0, yOf(index), widthPx, rowPx);
  }
  ctx.globalCompositeOperation = "source-over";
  if (palette.forced && selected >= first && selected <= last) {
    // Colours say nothing here, so the row gets a line around it, as its label has.
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = 2;
    ctx.strokeRect(-2, yOf(selected) + 1, widthPx + 1, rowPx - 2);
  }
  if (p.now && model.order.count > 0) {
    const live = p.now === "live";
    const x = scale.x(model.clock.nowMs);
    verticalLine(ctx, x, 0, p.heightPx, live ? palette.accent : palette.fg3, dpr, live ? [] : [4, 3]);
  }
  if (p.cursorX !== null) verticalLine(ctx, p.cursorX, 0, p.heightPx, palette.fg3, dpr);
}

/** The bar of the other run, below this one's, with a tick where it ended. */
function paintGhost(
  ctx: CanvasRenderingContext2D,
  ghost: Ghost | null,
  y: number,
  { model, scale, patterns }: RowsScene,
): void {
  if (!ghost) return;
  const x0 = Math.max(scale.x(model.originMs + ghost.fromMs), -1);
  const x1 = Math.min(scale.x(model.originMs + ghost.toMs), model.plotPx + 1);
  const top = y + model.layout.rowPx - GHOST_PX - 1;
  ctx.fillStyle = patterns.palette.fg3;
  ctx.fillRect(x0, top, Math.max(1, x1 - x0), GHOST_PX);
  ctx.fillRect(x1 - 1.5, top - 2, 1.5, GHOST_PX + 2);
}

/** Make what is drawn so far more transparent. */
function wash(ctx: CanvasRenderingContext2D, widthPx: number, heightPx: number, alpha: number): void {
  ctx.globalCompositeOperation = "destination-out";
  ctx.fillStyle = `rgb(0 0 0 / ${alpha})`;
  ctx.fillRect(0, 0, widthPx, heightPx);
}

function paintBoxes(
  ctx: CanvasRenderingContext2D,
  phase: number,
  dense: boolean,
  boxes: readonly Placed[],
  { patterns, scale }: RowsScene,
): void {
  const { dpr, palette } = patterns;
  const outlined = !patterns.isSolid(phase) || palette.forced;
  const path = (inset: number): void => {
    ctx.beginPath();
    for (const { x0, x1, y, left, right } of boxes) {
      const x = snap(x0, dpr);
      const width = Math.max(1 / dpr, snap(x1, dpr) - x);
      if (inset > 0 && width < 2) continue;
      const r = Math.min(BAR_RADIUS_PX, width / 2);
      const l = left ? r : 0.5;
      const e = right ? r : 0.5;
      const w = Math.max(0, width - inset * 2);
      ctx.roundRect(x + inset, y + inset, w, BAR_PX - inset * 2, [l, e, e, l]);
    }
  };
  path(0);
  patterns.fill(ctx, phase, scale.x(0), dense);
  if (!outlined || dense) return;
  path(0.5);
  ctx.lineWidth = 1;
  ctx.strokeStyle = palette.phase(phase).fill;
  ctx.stroke();
}

/** Open bars fade to 22 % before now. */
function fade(
  ctx: CanvasRenderingContext2D,
  byPhase: ReadonlyMap<number, readonly Placed[]>,
  { model, scale }: RowsScene,
): void {
  const nowX = scale.x(model.clock.nowMs);
  const { fadePx } = model.layout;
  const gradient = ctx.createLinearGradient(nowX - fadePx, 0, nowX, 0);
  gradient.addColorStop(0, "rgb(0 0 0 / 0)");
  gradient.addColorStop(1, "rgb(0 0 0 / 0.78)");
  ctx.globalCompositeOperation = "destination-out";
  ctx.fillStyle = gradient;
  for (const boxes of byPhase.values()) {
    for (const { open, x0, x1, y } of boxes) {
      const from = Math.max(x0, nowX - fadePx);
      if (open) ctx.fillRect(from, y, x1 - from + 1, BAR_PX);
    }
  }
  ctx.globalCompositeOperation = "source-over";
}

function paintMarks(
  ctx: CanvasRenderingContext2D,
  caps: readonly (Cap & { y: number })[],
  dashes: readonly { x: number; y: number }[],
  dots: readonly { x0: number; x1: number; y: number }[],
  { patterns }: RowsScene,
): void {
  const { palette } = patterns;
  for (const { phase, x, y, inside } of caps) {
    const { on, ink } = palette.phase(phase);
    patterns.glyph(ctx, phase, x, y, inside ? CAP_INSIDE_PX : CAP_OUTSIDE_PX, inside ? on : ink);
  }
  if (dashes.length > 0) {
    ctx.beginPath();
    for (const { x, y } of dashes) {
      ctx.moveTo(x, y - 7.5);
      ctx.lineTo(x, y + 7.5);
    }
    ctx.strokeStyle = palette.fg3;
    ctx.lineWidth = 1.25;
    ctx.setLineDash([2, 1.5]);
    ctx.stroke();
  }
  if (dots.length > 0) {
    ctx.beginPath();
    for (const { x0, x1, y } of dots) {
      ctx.moveTo(x0, y);
      ctx.lineTo(x1, y);
    }
    ctx.strokeStyle = palette.line3;
    ctx.lineWidth = 1.5;
    ctx.lineCap = "round";
    ctx.setLineDash([0, 4]);
    ctx.stroke();
    ctx.lineCap = "butt";
  }
  ctx.setLineDash([]);
}

function paintStrip(ctx: CanvasRenderingContext2D, strip: Strip, y: number, p: RowsScene): void {
  const { patterns, scale } = p;
  const { palette, dpr } = patterns;
  const x = snap(strip.x0, dpr);
  const width = snap(strip.x1, dpr) - x;
  if (width <= 0) return;
  ctx.save();
  ctx.beginPath();
  const right = strip.open ? 0 : BAR_RADIUS_PX;
  ctx.roundRect(x, y, width, STRIP_PX, [BAR_RADIUS_PX, right, right, BAR_RADIUS_PX]);
  ctx.clip();
  ctx.fillStyle = palette.hover;
  ctx.fillRect(x, y, width, STRIP_PX);
  // From the top of the stack to its bottom, each down to the floor: no seam shows between two phases.
  const phases = [...new Set(strip.cells.map((cell) => cell.phase))].sort((a, b) => slotOf(b) - slotOf(a));
  for (const phase of phases) {
    ctx.beginPath();
    for (const cell of strip.cells) {
      if (cell.phase !== phase) continue;
      const x0 = snap(cell.x0, dpr);
      ctx.rect(x0, y + cell.y0, snap(cell.x1, dpr) - x0, STRIP_PX - cell.y0);
    }
    if (!patterns.isSolid(phase)) {
      ctx.fillStyle = palette.bg;
      ctx.fill();
    }
    patterns.fill(ctx, phase, scale.x(0));
  }
  ctx.restore();
}
