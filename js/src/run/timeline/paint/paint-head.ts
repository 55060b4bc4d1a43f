// Draws the overview and the axis: what stands above the rows.
import { axisClock, axisTime, wallClock } from "../../../core/format";
import { Phase } from "../../../core/phases";
import { BAND_PX } from "../layout";
import type { TimelineModel } from "../model";
import { slotOf } from "../time/bins";
import { heightOf } from "../time/overview";
import type { Ticks } from "../time/ticks";
import { paintBreaks } from "./paint-breaks";
import type { Patterns } from "./patterns";
import { type Surface, snap, verticalLine } from "./surface";

export interface HeadScene {
  model: TimelineModel;
  patterns: Patterns;
  ticks: Ticks;
  now: "live" | "stale" | null;
  cursorX: number | null;
  dimmed: boolean;
}

/** From the bottom. What is queued or waits is paler: it costs nothing. */
const STACK = [
  [Phase.Running, 0.8],
  [Phase.Paused, 0.8],
  [Phase.Initializing, 0.8],
  [Phase.WaitingForResources, 0.55],
  [Phase.Queued, 0.55],
  [0, 0.55],
] as const;

const TOP = 2.5;
const BOTTOM = BAND_PX - 3;
const HILL_PX = 15;
/** More failures have only their marks, or the hill behind their lines is not seen. */
const MOST_LINES = 40;

export function paintOverview(surface: Surface, p: HeadScene): void {
  const { model, patterns } = p;
  const { palette, dpr } = patterns;
  const ctx = surface.begin(model.plotPx, BAND_PX, dpr);
  if (!ctx || model.actions.count === 0) return;
  const scale = model.fullScale;
  const { bins, most, failuresMs, asksMs } = model.overview;
  const stride = bins.steps + 1;
  const untilX = scale.x(model.clock.runOver ? bins.endMs : model.clock.nowMs);
  const floor = new Float64Array(bins.steps);
  const before = new Float64Array(bins.steps);
  for (const [phase, alpha] of STACK) {
    ctx.globalAlpha = alpha;
    ctx.fillStyle = palette.phase(phase).fill;
    ctx.beginPath();
    const slot = slotOf(phase);
    for (let step = 0; step < bins.steps; step++) {
      const count = bins.counts[slot * stride + step]!;
      if (count <= 0) continue;
      const fromMs = bins.fromMs + step * bins.stepMs;
      const x0 = snap(scale.xOf(fromMs), dpr);
      const x1 = snap(Math.min(untilX, scale.xOf(fromMs + bins.stepMs)), dpr);
      if (x1 <= x0) continue;
      before[step] = before[step]! + count;
      const top = snap(heightOf(before[step]!, most, HILL_PX), dpr);
      ctx.rect(x0, BOTTOM - top, x1 - x0, top - floor[step]!);
      floor[step] = top;
    }
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  for (const [marksMs, colour] of [
    [failuresMs, palette.phase(Phase.Failed).fill],
    [asksMs, palette.phase(Phase.Paused).ink],
  ] as const) {
    let lastX = Number.NEGATIVE_INFINITY;
    for (const ms of marksMs) {
      const x = scale.x(ms);
      if (x - lastX < 2) continue;
      lastX = x;
      if (marksMs.length <= MOST_LINES) verticalLine(ctx, x, TOP + 3, BOTTOM, colour, dpr);
      ctx.fillStyle = colour;
      ctx.beginPath();
      ctx.moveTo(x - 3.25, TOP);
      ctx.lineTo(x + 3.25, TOP);
      ctx.lineTo(x, TOP + 5);
      ctx.fill();
    }
  }
  paintBreaks(ctx, scale, TOP, BAND_PX, palette);
  if (p.dimmed) {
    ctx.globalCompositeOperation = "destination-out";
    ctx.fillStyle = "rgb(0 0 0 / 0.5)";
    ctx.fillRect(0, 0, model.plotPx, BAND_PX);
    ctx.globalCompositeOperation = "source-over";
  }
  if (p.now) {
    const live = p.now === "live";
    const x = scale.x(model.clock.nowMs);
    verticalLine(ctx, x, TOP, BAND_PX, live ? palette.accent : palette.fg3, dpr, live ? [] : [3, 2]);
  }
  paintWindow(ctx, p);
}

function paintWindow(ctx: CanvasRenderingContext2D, { model, patterns }: HeadScene): void {
  const { palette } = patterns;
  const scale = model.fullScale;
  // The box stands outside of the plot's inside, so that at "fit" it holds everything.
  const x0 = scale.xOf(model.window.fromMs) - 4.5;
  const x1 = scale.xOf(model.window.toMs) + 4.5;
  ctx.globalAlpha = 0.68;
  ctx.fillStyle = palette.bg;
  ctx.fillRect(0, 0, Math.max(0, x0), BAND_PX);
  ctx.fillRect(x1, 0, Math.max(0, model.plotPx - x1), BAND_PX);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = ctx.fillStyle = palette.line3;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(x0, TOP, x1 - x0, BOTTOM - TOP + 0.5, 3);
  ctx.stroke();
  for (const x of [x0, x1]) {
    ctx.beginPath();
    ctx.roundRect(x - 2, (TOP + BOTTOM) / 2 - 4.5, 4, 9, 2);
    ctx.fill();
  }
}

interface Pill {
  x0: number;
  x1: number;
  text: string;
  fill: string;
  ink: string;
  bold: boolean;
}

export function paintAxis(surface: Surface, p: HeadScene): void {
  const { model, patterns, ticks } = p;
  const { palette, dpr } = patterns;
  const ctx = surface.begin(model.plotPx, BAND_PX, dpr);
  if (!ctx || model.actions.count === 0) return;
  const { scale, originMs, clock, actions } = model;
  const byClock = model.ui.axis.peek() === "clock";
  const font = (weight: number, px: number) => `${weight} ${px}px ${palette.fontFamily}`;
  const pills: Pill[] = [];
  const pill = (x: number, text: string, fill: string, ink: string, bold: boolean): void => {
    ctx.font = font(bold ? 600 : 500, 10.5);
    const width = Math.max(30, Math.ceil(ctx.measureText(text).width) + 10);
    const x0 = Math.min(Math.max(1, x - width / 2), model.plotPx - width - 1);
    pills.push({ x0, x1: x0 + width, text, fill, ink, bold });
  };
  if (p.now) {
    const x = scale.x(clock.nowMs);
    const live = p.now === "live";
    const colour = live ? palette.accent : palette.fg3;
    if (x >= 0 && x <= model.plotPx) {
      verticalLine(ctx, x, BAND_PX - 4, BAND_PX, colour, dpr);
      pill(x, live ? "now" : "last seen", colour, palette.bg, true);
    }
  }
  if (p.cursorX !== null) {
    const ms = scale.ms(p.cursorX);
    const text = `${axisTime(ms - originMs, 1000)} · ${wallClock(actions.baseMs + ms)}`;
    verticalLine(ctx, p.cursorX, BAND_PX - 4, BAND_PX, palette.fg3, dpr);
    pill(p.cursorX, text, palette.fg, palette.bg, false);
  }
  ctx.font = font(400, 11);
  ctx.textBaseline = "middle";
  let freeFrom = Number.NEGATIVE_INFINITY;
  for (const ms of ticks.atMs) {
    const x = scale.x(ms);
    verticalLine(ctx, x, BAND_PX - 5, BAND_PX, palette.line, dpr);
    const text = byClock
      ? axisClock(actions.baseMs + ms, ticks.stepMs)
      : axisTime(ms - originMs, ticks.stepMs);
    const x0 = x + 4;
    const x1 = x0 + ctx.measureText(text).width;
    const hidden = pills.some((pill) => x1 + 3 > pill.x0 && x0 - 3 < pill.x1);
    // Where labels are wider than steps, every second one is left out.
    if (hidden || x0 < freeFrom || x1 > model.plotPx) continue;
    ctx.fillStyle = palette.fg3;
    ctx.fillText(text, x0, BAND_PX / 2 + 0.5);
    freeFrom = x1 + 6;
  }
  paintBreaks(ctx, scale, BAND_PX - 5, BAND_PX, palette);
  ctx.textAlign = "center";
  for (const { x0, x1, text, fill, ink, bold } of pills) {
    ctx.fillStyle = fill;
    ctx.beginPath();
    ctx.roundRect(x0, 4, x1 - x0, 16, 3);
    ctx.fill();
    ctx.font = font(bold ? 600 : 500, 10.5);
    ctx.fillStyle = ink;
    ctx.fillText(text, (x0 + x1) / 2, 12.5);
  }
  ctx.textAlign = "start";
}
