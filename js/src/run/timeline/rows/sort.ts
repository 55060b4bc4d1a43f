// Orders of the rows other than the tree's: all actions in one flat list, for "which took longest?" among thousands.
// Sorts plain numbers, and what came since only, so that 100,000 actions take milliseconds. Pure but for what is kept.
import type { Actions } from "../../../core/actions";
import { Changes } from "../../../core/changes";
import { isTerminal, Phase } from "../../../core/phases";
import type { Sort } from "../../../ui/view-state";
import { type Clock, limitMs } from "../time/times";
import { type Filter, MATCH, matching, Order, type TextSearch } from "./order";
import type { Tree } from "./tree";

/** What needs a look comes first. */
const PHASES_FIRST: readonly number[] = [
  ...[Phase.Failed, Phase.TimedOut, Phase.Aborted],
  ...[Phase.Running, Phase.Paused, Phase.Initializing, Phase.WaitingForResources, Phase.Queued],
];
const PHASES_LAST: readonly number[] = [Phase.Succeeded, Phase.Recovered];

/** Places of phases; those that nobody knows lie between the active and the finished ones. */
const PLACES = PHASES_FIRST.length + 1 + PHASES_LAST.length;
const PLACE_OF = new Uint8Array(256).fill(PHASES_FIRST.length);
for (const [place, phase] of PHASES_FIRST.entries()) PLACE_OF[phase] = place;
for (const [i, phase] of PHASES_LAST.entries()) PLACE_OF[phase] = PHASES_FIRST.length + 1 + i;

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
    if (!Number.isFinite(number)) continue;
    if (number < least) least = number;
    if (number > most) most = number;
  }
  for (let i = 0; i < n; i++)
    keys[i] = (Number.isFinite(keys[i]!) ? keys[i]! - least : most - least + 1) * n + i;
  keys.sort();
  const result = new Uint32Array(n);
  for (let i = 0; i < n; i++) result[i] = rows[keys[i]! % n]!;
  return result;
}

/** Rows by a number of theirs, smallest first, kept so: those that changed are taken out and merged in again. */
class SortedRows {
  rows: Uint32Array = new Uint32Array(0);
  /** By row; NaN: not among them. */
  keys = new Float64Array(0);
  readonly #changes = new Changes();
  #snapshots = -1;

  /** `keyOf` gives whole numbers; Infinity comes last, and NaN leaves the row out. */
  update(actions: Actions, keyOf: (row: number) => number): this {
    const { count, snapshots } = actions;
    const changed = this.#changes.take(actions);
    const before = this.keys;
    if (snapshots !== this.#snapshots || before.length < count) {
      this.keys = new Float64Array(Math.ceil(count * 1.5)).fill(Number.NaN);
      if (snapshots === this.#snapshots) this.keys.set(before);
      else this.rows = new Uint32Array(0);
      this.#snapshots = snapshots;
    }
    const keys = this.keys;
    const moved: number[] = [];
    for (const row of changed) {
      const key = keyOf(row);
      if (key === keys[row] || (Number.isNaN(key) && Number.isNaN(keys[row]!))) continue;
      keys[row] = key;
      moved.push(row);
    }
    if (moved.length > 0) this.rows = this.#merged(this.rows, moved, count);
    return this;
  }

  #merged(rows: Uint32Array, moved: readonly number[], count: number): Uint32Array {
    const keys = this.keys;
    const isMoved = new Uint8Array(count);
    for (const row of moved) isMoved[row] = 1;
    const come = sortedBy(
      Uint32Array.from(moved.filter((row) => !Number.isNaN(keys[row]!))),
      (row) => keys[row]!,
    );
    const result = new Uint32Array(rows.length + come.length);
    let n = 0;
    let next = 0;
    for (const row of rows) {
      if (isMoved[row]) continue;
      while (next < come.length && isBefore(keys, come[next]!, row)) result[n++] = come[next++]!;
      result[n++] = row;
    }
    while (next < come.length) result[n++] = come[next++]!;
    return result.subarray(0, n);
  }
}

function isBefore(keys: Float64Array, a: number, b: number): boolean {
  return keys[a]! < keys[b]! || (keys[a] === keys[b] && a < b);
}

const orLast = (ms: number): number => (Number.isFinite(ms) ? Math.round(ms) : Number.POSITIVE_INFINITY);

/** The orders of one run's actions, put right with each block rather than sorted anew. */
export class Sorter {
  readonly #byStart = new SortedRows();
  /** By duration, which of what has ended stands still; of what goes on, whatever the time, the first is the longest. */
  readonly #ended = new SortedRows();
  readonly #open = new SortedRows();

  rows(actions: Actions, clock: Clock, sort: Exclude<Sort, "tree">): Uint32Array {
    if (sort === "duration") return this.#byDuration(actions, clock);
    const byStart = this.#byStart.update(actions, (row) => orLast(beganMs(actions, row))).rows;
    return sort === "start" ? byStart : byPhase(byStart, actions.phase);
  }

  #byDuration(actions: Actions, clock: Clock): Uint32Array {
    const isOpen = (row: number) =>
      !isTerminal(actions.phase[row]!) && !Number.isFinite(actions.endedMs[row]!);
    const ended = this.#ended.update(actions, (row) =>
      isOpen(row) ? Number.NaN : orLast(beganMs(actions, row) - limitMs(actions, row, clock)),
    );
    const open = this.#open.update(actions, (row) =>
      isOpen(row) ? orLast(beganMs(actions, row)) : Number.NaN,
    );
    const nowMs = Math.round(clock.nowMs);
    const rows = new Uint32Array(ended.rows.length + open.rows.length);
    let [next, other] = [0, 0];
    for (let n = 0; n < rows.length; n++) {
      const a = ended.rows[next];
      const b = open.rows[other];
      const difference =
        a === undefined ? 1 : b === undefined ? -1 : ended.keys[a]! - (open.keys[b]! - nowMs) || a - b;
      if (difference < 0) {
        rows[n] = a!;
        next++;
      } else {
        rows[n] = b!;
        other++;
      }
    }
    return rows;
  }
}

/** Rows by what needs a look first, equal ones in the order they came. */
function byPhase(rows: Uint32Array, phaseOf: Uint8Array): Uint32Array {
  const from = new Uint32Array(PLACES + 1);
  for (const row of rows) from[PLACE_OF[phaseOf[row]!]! + 1]!++;
  for (let place = 1; place <= PLACES; place++) from[place]! += from[place - 1]!;
  const result = new Uint32Array(rows.length);
  for (const row of rows) result[from[PLACE_OF[phaseOf[row]!]!]!++] = row;
  return result;
}

/** All actions that match, in a flat list: earliest first, longest first, or by phase, what failed first. */
export function flatOrder(
  actions: Actions,
  tree: Tree,
  filter: Filter,
  clock: Clock,
  sort: Exclude<Sort, "tree">,
  sorter = new Sorter(),
  search?: TextSearch,
): Order {
  const marks = matching(actions, tree, filter, search);
  const rows = sorter.rows(actions, clock, sort);
  return Order.flat(tree, marks, marks ? rows.filter((row) => marks[row] === MATCH) : rows);
}
