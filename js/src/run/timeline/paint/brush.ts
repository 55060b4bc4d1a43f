// Phases as paint: colours, pattern tiles and glyph paths for canvases. Made anew when the theme or the pixels change.
import { glyphParts } from "../../../ui/icons";
import type { Palette, Pattern } from "../../../ui/theme";

/** Share of the colour under a pattern's lines. */
const TINT: Record<Pattern, number> = {
  solid: 1,
  outline: 0.17,
  hatch: 0.22,
  "back-hatch": 0.3,
  "cross-hatch": 0.35,
  dots: 0.25,
  stripes: 0.35,
};

type Draw = (ctx: CanvasRenderingContext2D, size: number) => void;

const diagonal =
  (slope: 1 | -1, width: number): Draw =>
  (ctx, s) => {
    ctx.lineWidth = width;
    // Past the edges, so that tiles join without a notch.
    for (const shift of [-s, 0, s]) {
      ctx.moveTo(shift - s, slope > 0 ? s * 2 : -s);
      ctx.lineTo(shift + s * 2, slope > 0 ? -s : s * 2);
    }
    ctx.stroke();
  };

const TILES: Record<Exclude<Pattern, "solid" | "outline"> | "dense", { size: number; draw: Draw }> = {
  hatch: { size: 6.5, draw: diagonal(1, 1.9) },
  "back-hatch": { size: 5, draw: diagonal(-1, 1.8) },
  "cross-hatch": {
    size: 4.5,
    draw: (ctx, s) => {
      diagonal(1, 1)(ctx, s);
      diagonal(-1, 1)(ctx, s);
    },
  },
  dots: {
    size: 4,
    draw: (ctx, s) => {
      ctx.arc(s / 2, s / 2, 1.1, 0, 7);
      ctx.fill();
    },
  },
  stripes: { size: 4, draw: (ctx, s) => ctx.fillRect(0, s / 2 - 0.9, s, 1.8) },
  dense: { size: 3, draw: (ctx, s) => ctx.fillRect(0, 0, 1.5, s) },
};

export class Brush {
  readonly #tiles = new Map<string, CanvasPattern | null>();
  readonly #glyphs = new Map<number, { path: Path2D; fill: boolean; strokePx: number }[]>();

  constructor(
    readonly palette: Palette,
    readonly dpr: number,
  ) {}

  isSolid = (phase: number): boolean => this.palette.phase(phase).pattern === "solid";

  /** Fill the current path as a bar of this phase. `shiftX` moves the pattern with the time axis. */
  fill(ctx: CanvasRenderingContext2D, phase: number, shiftX: number, dense = false): void {
    const { fill, pattern } = this.palette.phase(phase);
    ctx.fillStyle = fill;
    if (pattern === "solid" && !dense) {
      ctx.fill();
      return;
    }
    ctx.globalAlpha = dense ? 0.3 : TINT[pattern];
    ctx.fill();
    ctx.globalAlpha = 1;
    const kind = dense ? "dense" : pattern;
    if (kind === "solid" || kind === "outline") return;
    const tile = this.#tile(kind, fill);
    if (!tile) return;
    const period = this.#period(kind);
    tile.setTransform(new DOMMatrix([1 / this.dpr, 0, 0, 1 / this.dpr, shiftX % period, 0]));
    ctx.fillStyle = tile;
    ctx.fill();
  }

  /** A glyph of `sizePx` around a point, in the current fill and stroke. */
  glyph(
    ctx: CanvasRenderingContext2D,
    phase: number,
    x: number,
    y: number,
    sizePx: number,
    colour: string,
  ): void {
    let parts = this.#glyphs.get(phase);
    if (!parts) {
      parts = glyphParts(phase).map(({ d, fill, strokePx }) => ({
        path: new Path2D(d),
        fill: fill === true,
        strokePx: strokePx ?? 1.4,
      }));
      this.#glyphs.set(phase, parts);
    }
    const scale = sizePx / 16;
    ctx.save();
    ctx.translate(x - sizePx / 2, y - sizePx / 2);
    ctx.scale(scale, scale);
    ctx.fillStyle = ctx.strokeStyle = colour;
    ctx.lineCap = ctx.lineJoin = "round";
    for (const { path, fill, strokePx } of parts) {
      ctx.lineWidth = strokePx;
      if (fill) ctx.fill(path);
      else ctx.stroke(path);
    }
    ctx.restore();
  }

  #period(kind: keyof typeof TILES): number {
    return Math.round(TILES[kind].size * this.dpr) / this.dpr;
  }

  #tile(kind: keyof typeof TILES, colour: string): CanvasPattern | null {
    const key = `${kind} ${colour}`;
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      const size = this.#period(kind);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = Math.round(size * this.dpr);
      const ctx = canvas.getContext("2d");
      if (ctx) {
        ctx.scale(this.dpr, this.dpr);
        ctx.fillStyle = ctx.strokeStyle = colour;
        ctx.beginPath();
        TILES[kind].draw(ctx, size);
      }
      tile = ctx?.createPattern(canvas, "repeat") ?? null;
      this.#tiles.set(key, tile);
    }
    return tile;
  }
}
