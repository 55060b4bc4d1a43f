// The next and the previous failure, wherever folds and filters hide it: for the keys, and for the button. Pure.
import type { Actions } from "../../../core/actions";
import { Phase } from "../../../core/phases";
import { Kind } from "../../../core/protocol";
import type { Tree } from "./tree";

export const isFailure = (phase: number): boolean => phase === Phase.Failed || phase === Phase.TimedOut;

/** Whether a person must answer it. */
export const needsAnswer = (actions: Actions, row: number): boolean =>
  actions.phase[row] === Phase.Paused && actions.kind[row] === Kind.Condition;

/**
 * For the keys, which go up and down: row of the failure, or of what needs an answer, after (by 1) or before (by -1)
 * `fromRow`, going round in the order of the tree; -1 where there is none. Roots come last: they fail because of another.
 */
export function nextFailure(actions: Actions, tree: Tree, fromRow: number, by: 1 | -1): number {
  const rows = rootsLast(tree);
  const n = rows.length;
  const from = fromRow < 0 ? (by > 0 ? -1 : n) : rows.indexOf(fromRow);
  for (let step = 1; step <= n; step++) {
    const row = rows[(((from + by * step) % n) + n) % n]!;
    if (isFailure(actions.phase[row]!) || needsAnswer(actions, row)) return row;
  }
  return -1;
}

/**
 * For the button "n failed": first those that it counts, then those that timed out, roots last, round again. Each part is in
 * the order of the tree. From any other action it begins anew. -1 where there is none.
 */
export function nextFailed(actions: Actions, tree: Tree, fromRow: number): number {
  const failures = rootsLast(tree).filter((row) => isFailure(actions.phase[row]!));
  const part = (row: number): number =>
    tree.parent[row]! < 0 ? 2 : actions.phase[row] === Phase.Failed ? 0 : 1;
  failures.sort((a, b) => part(a) - part(b));
  return failures[(failures.indexOf(fromRow) + 1) % failures.length] ?? -1;
}

const rootsLast = (tree: Tree): number[] => [
  ...[...tree.preorder()].filter((row) => tree.parent[row]! >= 0),
  ...tree.roots,
];
