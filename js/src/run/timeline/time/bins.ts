// How many actions are in which phase, over time: what the folded strip and the overview are drawn from. Pure.
// It counts differences: +1 where a segment begins, -1 where it ends, then one running sum per phase. The static view
// counts the same (widgets/static_view/folds.py): tests/vectors/runs.json.
import type { Actions } from "../../../core/actions";
import { isTerminal, STACK_ORDER } from "../../../core/phases";
import { NO_SQUEEZE, type Squeeze } from "./idle";
import { believed, type Clock, endOf, limitMs, startOf } from "./times";

/** Place of each phase in a stack, done work at the bottom; unknown phases are last. */
export const SLOTS = STACK_ORDER.length + 1;
const UNKNOWN_SLOT = STACK_ORDER.length;
const SLOT_OF = new Uint8Array(256).fill(UNKNOWN_SLOT);
for (const [slot, phase] of STACK_ORDER.entries()) SLOT_OF[phase] = slot;

export const slotOf = (phase: number): number => SLOT_OF[phase & 255]!;
/** The phase of a slot; 0 for the unknown ones. */
export const phaseOfSlot = (slot: number): number => STACK_ORDER[slot] ?? 0;

export interface Bins {
  /** The range is in squeezed time, `startMs` and `endMs` are not. */
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

/** Counts rows into a range. What is open counts to the end of the range, so the counts stay true as time goes on. */
export class Binner {
  readonly #counts: Float64Array;
  #startMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;
  #open = false;

  /** With `keepEnded` an ended action stays, in its outcome, to the end of the range. */
  constructor(
    private readonly actions: Actions,
    private readonly clock: Clock,
    private readonly range: BinRange,
    private readonly keepEnded: boolean,
    private readonly squeeze: Squeeze = NO_SQUEEZE,
  ) {
    this.#counts = new Float64Array(SLOTS * (range.steps + 1));
  }

  add(row: number): void {
    const { actions, clock } = this;
    const { segPhase } = actions;
    const from = actions.segFrom[row]!;
    const lastK = from + actions.segCount[row]! - 1;
    const phase = actions.phase[row]!;
    const over = isTerminal(phase);
    const growing = !over && !clock.runOver;
    if (growing) this.#open = true;
    const limit = limitMs(actions, row, clock);
    let before = believed(actions.createdMs[row]!, clock);
    if (!Number.isFinite(before)) before = limit;
    if (before < this.#startMs) this.#startMs = before;
    let latest = Number.NEGATIVE_INFINITY;
    if (lastK < from) latest = over ? Math.max(before, limit) : before;
    for (let k = from; k <= lastK; k++) {
      const start = startOf(actions, k, before, clock);
      before = endOf(actions, k, lastK, start, limit, clock);
      if (start < this.#startMs) this.#startMs = start;
      if (before > latest) latest = before;
      const ended = isTerminal(segPhase[k]!);
      // Of an action of which only the outcome is known, nobody knows where it was before.
      if (ended) continue;
      const open = k === lastK && growing && !Number.isFinite(actions.segEndMs[k]!);
      this.#count(segPhase[k]!, start, open ? Number.POSITIVE_INFINITY : before);
    }
    if (latest > this.#endMs) this.#endMs = latest;
    if (this.keepEnded && over) this.#count(phase, latest, Number.POSITIVE_INFINITY);
  }

  finish(): Bins {
    const { range } = this;
    const counts = this.#counts;
    const stride = range.steps + 1;
    for (let slot = 0; slot < SLOTS; slot++) {
      for (let i = slot * stride + 1; i < (slot + 1) * stride; i++) counts[i] = counts[i]! + counts[i - 1]!;
    }
    const none = this.#startMs > this.#endMs;
    const startMs = none ? Number.NaN : this.#startMs;
    return { ...range, counts, startMs, endMs: none ? Number.NaN : this.#endMs, open: this.#open };
  }

  /** A step counts what is true in its middle. */
  #count(phase: number, startMs: number, endMs: number): void {
    const { squeeze } = this;
    const { fromMs, stepMs, steps } = this.range;
    let a = Math.ceil((squeeze.squeezed(startMs) - fromMs) / stepMs - 0.5);
    let b = Math.ceil((squeeze.squeezed(endMs) - fromMs) / stepMs - 0.5);
    if (a < 0) a = 0;
    if (b > steps) b = steps;
    if (a >= b) return;
    const at = SLOT_OF[phase]! * (steps + 1);
    this.#counts[at + a]!++;
    this.#counts[at + b]!--;
  }
}
