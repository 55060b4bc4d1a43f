// A canvas as sharp as the screen. Always decoration: what it shows is in the label rows for screen readers.
import { h } from "../../../ui/dom";

export class Surface {
  readonly canvas = h("canvas", { "aria-hidden": "true" });
  widthPx = 0;
  heightPx = 0;
  readonly #ctx: CanvasRenderingContext2D | null = this.canvas.getContext("2d");

  constructor(className: string) {
    this.canvas.className = className;
  }

  /** Cleared and scaled to CSS pixels; null where there is nothing to draw on. */
  begin(widthPx: number, heightPx: number, dpr: number): CanvasRenderingContext2D | null {
    const { canvas } = this;
    const ctx = this.#ctx;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    const width = Math.round(widthPx * dpr);
    const height = Math.round(heightPx * dpr);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${widthPx}px`;
      canvas.style.height = `${heightPx}px`;
    }
    if (!ctx || width === 0 || height === 0) return null;
    ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
    ctx.globalAlpha = 1;
    ctx.globalCompositeOperation = "source-over";
    ctx.clearRect(0, 0, widthPx, heightPx);
    return ctx;
  }
}

/** On the raster of the screen's own pixels: edges stay sharp while the run grows. */
export const snap = (x: number, dpr: number): number => Math.round(x * dpr) / dpr;

/** A vertical line of one screen-sharp pixel, or a dashed one. */
export function verticalLine(
  ctx: CanvasRenderingContext2D,
  x: number,
  y0: number,
  y1: number,
  colour: string,
  dpr: number,
  dash: number[] = [],
): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.setLineDash(dash);
  ctx.beginPath();
  const at = snap(x, dpr) + (dpr === 1 ? 0.5 : 0);
  ctx.moveTo(at, y0);
  ctx.lineTo(at, y1);
  ctx.stroke();
  ctx.setLineDash([]);
}
