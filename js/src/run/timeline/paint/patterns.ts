// Phases as paint: colours, pattern tiles and glyph paths for canvases. Made anew when the theme or the pixels change.
import tiles from "../../../../../flyte_widgets/shared/patterns.json";
import { type GlyphPart, glyphParts } from "../../../ui/icons";
import type { Palette } from "../../../ui/theme";

/** `tint`: share of the colour under the lines. The rest is the repeated part, where there is one. */
interface Pattern {
  tint: number;
  sizePx?: number;
  d?: string;
  fill?: boolean;
  strokePx?: number;
}

/** Many segments under a pixel, drawn as fine lines. */
const DENSE: Pattern = { tint: 0.3, sizePx: 3, d: "M0 0h1.5v3h-1.5z", fill: true };

export class Patterns {
  readonly #tiles = new Map<string, CanvasPattern | null>();
  readonly #glyphs = new Map<number, { path: Path2D; part: GlyphPart }[]>();

  constructor(
    readonly palette: Palette,
    readonly dpr: number,
  ) {}

  isSolid = (phase: number): boolean => this.palette.phase(phase).pattern === "solid";

  /** Fill the current path as a bar of this phase. `shiftX` moves the pattern with the time axis. */
  fill(ctx: CanvasRenderingContext2D, phase: number, shiftX: number, dense = false): void {
    const { fill, pattern: name } = this.palette.phase(phase);
    const pattern: Pattern = dense ? DENSE : tiles[name];
    ctx.fillStyle = fill;
    ctx.globalAlpha = pattern.tint;
    ctx.fill();
    ctx.globalAlpha = 1;
    const tile = this.#tile(dense ? "dense" : name, pattern, fill);
    if (!tile) return;
    const period = this.#period(pattern);
    tile.setTransform(new DOMMatrix([1 / this.dpr, 0, 0, 1 / this.dpr, shiftX % period, 0]));
    ctx.fillStyle = tile;
    ctx.fill();
  }

  /** A glyph of `sizePx` around a point. */
  glyph(
    ctx: CanvasRenderingContext2D,
    phase: number,
    x: number,
    y: number,
    sizePx: number,
    colour: string,
  ): void {
    let shapes = this.#glyphs.get(phase);
    if (!shapes) {
      shapes = glyphParts(phase).map((part) => ({ path: new Path2D(part.d), part }));
      this.#glyphs.set(phase, shapes);
    }
    const scale = sizePx / 16;
    ctx.save();
    ctx.translate(x - sizePx / 2, y - sizePx / 2);
    ctx.scale(scale, scale);
    ctx.fillStyle = ctx.strokeStyle = colour;
    ctx.lineCap = ctx.lineJoin = "round";
    for (const { path, part } of shapes) draw(ctx, path, part);
    ctx.restore();
  }

  /** Tiles have whole pixels of the screen, or they would be blurred. */
  #period({ sizePx = 1 }: Pattern): number {
    return Math.round(sizePx * this.dpr) / this.dpr;
  }

  #tile(name: string, pattern: Pattern, colour: string): CanvasPattern | null {
    const { d, sizePx } = pattern;
    if (d === undefined || sizePx === undefined) return null;
    const key = `${name} ${colour}`;
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      const size = this.#period(pattern);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = Math.round(size * this.dpr);
      const ctx = canvas.getContext("2d");
      if (ctx) {
        ctx.scale((this.dpr * size) / sizePx, (this.dpr * size) / sizePx);
        ctx.fillStyle = ctx.strokeStyle = colour;
        draw(ctx, new Path2D(d), pattern);
      }
      tile = ctx?.createPattern(canvas, "repeat") ?? null;
      this.#tiles.set(key, tile);
    }
    return tile;
  }
}

function draw(
  ctx: CanvasRenderingContext2D,
  path: Path2D,
  { fill, strokePx = 1.4 }: { fill?: boolean; strokePx?: number },
): void {
  ctx.lineWidth = strokePx;
  if (fill) ctx.fill(path);
  else ctx.stroke(path);
}
