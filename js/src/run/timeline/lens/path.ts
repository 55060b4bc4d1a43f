// The critical path among the rows that are shown: whose row each piece is in, and what share of the run that decided.
// Python finds the path (flyte_widgets/run/critical_path.py). Pure.
import type { Actions } from "../../../core/actions";
import type { Order } from "../rows/order";

/** A stretch in which the run waited for one action. Milliseconds from `baseMs`. */
export interface PathPiece {
  row: number;
  /** Wire number; 0: the backend told of no phase. */
  phase: number;
  fromMs: number;
  toMs: number;
}

export interface PlacedPiece extends PathPiece {
  /** Place of the row that shows it. */
  index: number;
}

export interface PlacedPath {
  pieces: readonly PlacedPiece[];
  /** Share of the run by row, 0 to 1: they add up to 1. */
  shares: ReadonlyMap<number, number>;
}

type Part = [action: string, phase: number, fromMs: number, toMs: number];

/** As it came from Python. Actions that have not come yet are left out. */
export function piecesOf(parts: readonly Part[], actions: Actions): PathPiece[] {
  return parts.flatMap(([action, phase, fromMs, toMs]) => {
    const row = actions.rowOf.get(action);
    return row === undefined
      ? []
      : [{ row, phase, fromMs: fromMs - actions.baseMs, toMs: toMs - actions.baseMs }];
  });
}

/** Find the row that shows each piece: where an action is folded away or filtered out, the nearest one above it. */
export function place(pieces: readonly PathPiece[], order: Order): PlacedPath {
  const totalMs = pieces.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const shares = new Map<number, number>();
  const placed: PlacedPiece[] = [];
  for (const piece of pieces) {
    const index = shownAt(piece.row, order);
    if (index < 0) continue;
    placed.push({ ...piece, index });
    shares.set(index, (shares.get(index) ?? 0) + (piece.toMs - piece.fromMs) / (totalMs || 1));
  }
  return { pieces: placed, shares };
}

function shownAt(row: number, order: Order): number {
  const { tree } = order;
  for (let at = row; at >= 0; at = tree.parent[at] ?? -1) {
    const own = order.indexOf(at);
    if (own >= 0) return own;
    const bucket = tree.bucketOf[at] ?? -1;
    const fold = bucket < 0 ? -1 : order.indexOfItem(-1 - bucket);
    if (fold >= 0) return fold;
  }
  return -1;
}

/** Time by phase, the longest first. */
export function byPhase(pieces: readonly PathPiece[]): [phase: number, ms: number][] {
  const sums = new Map<number, number>();
  for (const { phase, fromMs, toMs } of pieces) sums.set(phase, (sums.get(phase) ?? 0) + toMs - fromMs);
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** "36 %"; a share that is not nothing is not told as nothing. */
export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "< 1 %" : `${Math.round(share * 100)} %`;
