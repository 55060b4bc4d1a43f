// Orders of the rows other than the tree's: all actions in one flat list, for "which took longest?" among thousands.
// Pure. Sorts plain numbers, so that 100,000 actions take milliseconds.
import type { Actions } from "../actions";
import { Phase } from "../phases";
import { type Filter, Fold, MATCH, matching, Order } from "./order";
import { type Clock, limitMs } from "./times";
import type { Tree } from "./tree";

export type Sort = "tree" | "start" | "duration" | "phase";

/** What needs a look comes first. */
const PHASES_FIRST: readonly number[] = [
  ...[Phase.Failed, Phase.TimedOut, Phase.Aborted],
  ...[Phase.Running, Phase.Paused, Phase.Initializing, Phase.WaitingForResources, Phase.Queued],
];
const PHASES_LAST: readonly number[] = [Phase.Succeeded, Phase.Recovered];

/** Places of phases; those that nobody knows lie between the active and the finished ones. */
function placeOf(phase: number): number {
  const first = PHASES_FIRST.indexOf(phase);
  if (first >= 0) return first;
  return PHASES_FIRST.length + 1 + PHASES_LAST.indexOf(phase);
}

/** When an action began: its first segment, else its creation; NaN where neither is known. */
function beganMs(actions: Actions, row: number): number {
  const start = actions.segCount[row]! > 0 ? actions.segStartMs[actions.segFrom[row]!]! : Number.NaN;
  return Number.isFinite(start) ? start : actions.createdMs[row]!;
}

/** Rows by a number, smallest first, equal ones in the order they came; those without a number last. */
export function sortedBy(rows: Uint32Array, numberOf: (row: number) => number): Uint32Array {
  // Number and place in one: whole milliseconds of two years times 100,000 rows are exact in a double.
  const n = rows.length;
  const keys = new Float64Array(n);
  let [least, most] = [0, 0];
  for (let i = 0; i < n; i++) {
    const number = Math.round(numberOf(rows[i]!));
    keys[i] = number;
    if (number < least) least = number;
    if (number > most) most = number;
  }
  for (let i = 0; i < n; i++)
    keys[i] = (Number.isFinite(keys[i]!) ? keys[i]! - least : most - least + 1) * n + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => rows[key % n]!);
}

/** All actions that match, in a flat list: earliest first, longest first, or by phase, what failed first. */
export function flatOrder(
  actions: Actions,
  tree: Tree,
  filter: Filter,
  clock: Clock,
  sort: Exclude<Sort, "tree">,
): Order {
  const marks = matching(actions, tree, filter);
  const all = new Uint32Array(tree.count);
  let count = 0;
  for (let row = 0; row < tree.count; row++) if (!marks || marks[row] === MATCH) all[count++] = row;
  const byStart = sortedBy(all.subarray(0, count), (row) => beganMs(actions, row));
  const durationMs = (row: number) => limitMs(actions, row, clock) - beganMs(actions, row);
  const rows = {
    start: () => byStart,
    duration: () => sortedBy(byStart, (row) => -durationMs(row)),
    phase: () => sortedBy(byStart, (row) => placeOf(actions.phase[row]!)),
  }[sort]();
  const order = new Order(tree, marks, null, count);
  for (const row of rows) order.push(row, 0, Fold.None);
  return order;
}
