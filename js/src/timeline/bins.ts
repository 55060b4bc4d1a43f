// How many actions are in which phase, over time: what the folded strip and the overview are drawn from. Pure.
// Counted by differences: +1 where a segment begins, -1 where it ends, then one running sum per phase.
import type { Actions } from "../actions";
import { isTerminal, STACK_ORDER } from "../phases";
import { type Clock, endOf, limitMs, startOf } from "./times";

/** Place of each phase in a stack, done work at the bottom; unknown phases are last. */
export const SLOTS = STACK_ORDER.length + 1;
const UNKNOWN_SLOT = STACK_ORDER.length;
const SLOT_OF = new Uint8Array(256).fill(UNKNOWN_SLOT);
for (const [slot, phase] of STACK_ORDER.entries()) SLOT_OF[phase] = slot;

export const slotOf = (phase: number): number => SLOT_OF[phase & 255]!;
/** The phase of a slot; 0 for the unknown ones. */
export const phaseOfSlot = (slot: number): number => STACK_ORDER[slot] ?? 0;

export interface Bins {
  fromMs: number;
  stepMs: number;
  steps: number;
  /** counts[slot * (steps + 1) + step]: actions in the phase at the middle of the step. */
  counts: Float64Array;
  /** The first start and the last end of all, open ones at now; NaN where there is none. */
  startMs: number;
  endMs: number;
  open: boolean;
}

export interface BinRange {
  fromMs: number;
  stepMs: number;
  steps: number;
}

/** Count `rows` in `range`. With `keepEnded` an ended action stays, in its outcome, to the end of the range. */
export function bin(
  actions: Actions,
  rows: Iterable<number>,
  clock: Clock,
  range: BinRange,
  keepEnded: boolean,
): Bins {
  const { fromMs, stepMs, steps } = range;
  const stride = steps + 1;
  const counts = new Float64Array(SLOTS * stride);
  let startMs = Number.POSITIVE_INFINITY;
  let latestMs = Number.NEGATIVE_INFINITY;
  let open = false;
  // A step counts what is true in its middle.
  const stepOf = (ms: number): number => {
    const at = Math.ceil((ms - fromMs) / stepMs - 0.5);
    return Math.max(0, Math.min(at, steps));
  };
  for (const row of rows) {
    const from = actions.segFrom[row]!;
    const lastK = from + actions.segCount[row]! - 1;
    const limit = limitMs(actions, row, clock);
    const phase = actions.phase[row]!;
    const over = isTerminal(phase);
    if (!over && !clock.runOver) open = true;
    const created = actions.createdMs[row]!;
    let before = Number.isFinite(created) ? created : limit;
    if (before < startMs) startMs = before;
    for (let k = from; k <= lastK; k++) {
      const start = startOf(actions, k, before);
      const end = endOf(actions, k, lastK, start, limit);
      before = end;
      if (start < startMs) startMs = start;
      const at = SLOT_OF[actions.segPhase[k]!]! * stride;
      if (isTerminal(actions.segPhase[k]!) && !keepEnded && lastK > from) continue;
      const a = at + stepOf(start);
      const b = at + stepOf(end);
      if (a === b) continue;
      counts[a] = counts[a]! + 1;
      counts[b] = counts[b]! - 1;
    }
    if (before > latestMs) latestMs = before;
    if (keepEnded && over) {
      const at = SLOT_OF[phase]! * stride + stepOf(before);
      counts[at] = counts[at]! + 1;
    }
  }
  for (let slot = 0; slot < SLOTS; slot++) {
    for (let i = slot * stride + 1; i < (slot + 1) * stride; i++) counts[i] = counts[i]! + counts[i - 1]!;
  }
  const none = startMs > latestMs;
  return {
    fromMs,
    stepMs,
    steps,
    counts,
    startMs: none ? Number.NaN : startMs,
    endMs: none ? Number.NaN : latestMs,
    open,
  };
}
