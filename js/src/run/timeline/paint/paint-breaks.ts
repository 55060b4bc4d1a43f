// Draws where idle time is squeezed: a torn strip, so that nobody takes a bar's length across it for its duration.
import type { Palette } from "../../../ui/theme";
import type { Scale } from "../time/scale";

const STRIP_PX = 7;
const TOOTH_PX = 4;

/** From `y0` to `y1`, over what is drawn there. */
export function paintBreaks(
  ctx: CanvasRenderingContext2D,
  scale: Scale,
  y0: number,
  y1: number,
  palette: Palette,
): void {
  for (const { fromMs, toMs } of scale.squeeze.stretches) {
    const x = (scale.x(fromMs) + scale.x(toMs)) / 2;
    if (x < scale.x0 || x > scale.x1) continue;
    const edge = (side: number): [number, number][] => {
      const points: [number, number][] = [];
      for (let i = 0; y0 + i * TOOTH_PX < y1 + TOOTH_PX; i++)
        points.push([x + (side * STRIP_PX) / 2 + (i % 2 ? 1.25 : -1.25), y0 + i * TOOTH_PX]);
      return points;
    };
    const draw = (points: [number, number][]) => {
      ctx.beginPath();
      for (const [px, py] of points) ctx.lineTo(px, py);
    };
    const [left, right] = [edge(-1), edge(1)];
    draw([...left, ...[...right].reverse()]);
    ctx.fillStyle = palette.bg;
    ctx.fill();
    ctx.strokeStyle = palette.line3;
    ctx.lineWidth = 1;
    for (const points of [left, right]) {
      draw(points);
      ctx.stroke();
    }
  }
}
