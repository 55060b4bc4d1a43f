// The next and the previous failure, wherever folds and filters hide it: one order for the keys and the button. Pure.
import type { Actions } from "../../../core/actions";
import { Phase } from "../../../core/phases";
import type { Tree } from "./tree";

export const isFailure = (phase: number): boolean => phase === Phase.Failed || phase === Phase.TimedOut;

/**
 * Row of the failure after (by 1) or before (by -1) `fromRow`, going round in the order of the tree; -1 where there is
 * none. Roots come last: they fail because of another.
 */
export function nextFailure(actions: Actions, tree: Tree, fromRow: number, by: 1 | -1): number {
  const all = [...tree.preorder()];
  const rows = [...all.filter((row) => tree.parent[row]! >= 0), ...tree.roots];
  const n = rows.length;
  const from = fromRow < 0 ? (by > 0 ? -1 : n) : rows.indexOf(fromRow);
  for (let step = 1; step <= n; step++) {
    const row = rows[(((from + by * step) % n) + n) % n]!;
    if (isFailure(actions.phase[row]!)) return row;
  }
  return -1;
}
