// Draws the critical path over rows that were dimmed: its pieces as full bars, and lines where one hands over.
import { BAR_PX, BAR_RADIUS_PX } from "../layout";
import type { PlacedPath, PlacedPiece } from "../lens/path";
import type { Scale } from "../time/scale";
import type { Patterns } from "./patterns";
import { snap } from "./surface";

/** What is not on the path keeps so much of its ink. */
const DIMMED = 0.24;
const LINE_PX = 1.5;

export function dimOthers(ctx: CanvasRenderingContext2D, widthPx: number, heightPx: number): void {
  ctx.globalCompositeOperation = "destination-out";
  ctx.fillStyle = `rgb(0 0 0 / ${1 - DIMMED})`;
  ctx.fillRect(0, 0, widthPx, heightPx);
  ctx.globalCompositeOperation = "source-over";
}

export function paintPath(
  ctx: CanvasRenderingContext2D,
  { pieces }: PlacedPath,
  scale: Scale,
  patterns: Patterns,
  yOf: (index: number) => number,
): void {
  const { palette, dpr } = patterns;
  ctx.strokeStyle = palette.edgeOn;
  ctx.lineWidth = LINE_PX;
  ctx.beginPath();
  for (const [i, piece] of pieces.entries()) {
    const next = pieces[i + 1];
    if (!next || next.index === piece.index) continue;
    const x = snap(scale.x(next.fromMs), dpr);
    ctx.moveTo(x, yOf(piece.index));
    ctx.lineTo(x, yOf(next.index));
  }
  ctx.stroke();
  const boxOf = (piece: PlacedPiece): [x: number, y: number, width: number] => {
    const x = snap(scale.x(piece.fromMs), dpr);
    return [x, yOf(piece.index) - BAR_PX / 2, Math.max(1, snap(scale.x(piece.toMs), dpr) - x - 1)];
  };
  // On its own ground: in a fold it lies over the others.
  ctx.fillStyle = palette.bg;
  for (const piece of pieces) {
    const [x, y, width] = boxOf(piece);
    ctx.fillRect(x - 1, y - 1, width + 2, BAR_PX + 2);
  }
  for (const phase of new Set(pieces.map((piece) => piece.phase))) {
    const path = (inset: number): void => {
      ctx.beginPath();
      for (const piece of pieces) {
        if (piece.phase !== phase) continue;
        const [x, y, width] = boxOf(piece);
        ctx.roundRect(
          x + inset,
          y + inset,
          Math.max(0.5, width - 2 * inset),
          BAR_PX - 2 * inset,
          BAR_RADIUS_PX,
        );
      }
    };
    path(0);
    patterns.fill(ctx, phase, scale.x(0));
    if (patterns.isSolid(phase) && !palette.forced) continue;
    path(0.5);
    ctx.lineWidth = 1;
    ctx.strokeStyle = palette.phase(phase).fill;
    ctx.stroke();
  }
}
