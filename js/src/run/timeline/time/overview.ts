// The strip above the axis: how much went on when, where something failed, and the box of what is shown. Pure.
import type { Actions } from "../../../core/actions";
import { isTerminal } from "../../../core/phases";
import { isFailure, needsAnswer } from "../rows/failures";
import { Binner, type Bins, phaseOfSlot, SLOTS } from "./bins";
import { ChangeMarks, NO_SQUEEZE, type Squeeze, type Stretch } from "./idle";
import type { Scale, TimeWindow } from "./scale";
import { believed, type Clock, limitMs } from "./times";

/** Steps over the run, whatever the width: counted at most a few times a second, drawn as often as one likes. */
const STEPS = 360;
/** Rows between two looks at the clock. */
const SLICE = 1_024;

export interface Overview {
  bins: Bins;
  /** Actions that are active at once, at most. */
  most: number;
  /** Ends of failed attempts and of actions that timed out, in order. */
  failuresMs: number[];
  /** When conditions began to wait that still need an answer. */
  asksMs: number[];
  /** Long stretches in which nothing changed. */
  idle: Stretch[];
}

/** Counts all actions, a slice at a time, so that a frame never waits for 100,000 of them. */
export class OverviewCount {
  readonly #binner: Binner;
  readonly #changes: ChangeMarks;
  readonly #failuresMs: number[] = [];
  readonly #asksMs: number[] = [];
  #next = 0;

  constructor(
    private readonly actions: Actions,
    private readonly clock: Clock,
    whole: TimeWindow,
    squeeze: Squeeze = NO_SQUEEZE,
  ) {
    const stepMs = Math.max(1e-3, (whole.toMs - whole.fromMs) / STEPS);
    const range = { fromMs: whole.fromMs, stepMs, steps: STEPS };
    this.#binner = new Binner(actions, clock, range, false, squeeze);
    const [fromMs, toMs] = [squeeze.real(whole.fromMs), squeeze.real(whole.toMs)];
    this.#changes = new ChangeMarks(fromMs, Math.max(1e-3, (toMs - fromMs) / STEPS), STEPS);
  }

  /** Count on for about `budgetMs`. The result once all are counted, else null. */
  run(budgetMs = Number.POSITIVE_INFINITY): Overview | null {
    const until = performance.now() + budgetMs;
    while (this.#next < this.actions.count) {
      const end = Math.min(this.actions.count, this.#next + SLICE);
      for (; this.#next < end; this.#next++) {
        this.#binner.add(this.#next);
        this.#addFailures(this.#next);
        this.#addChanges(this.#next);
      }
      if (performance.now() > until && this.#next < this.actions.count) return null;
    }
    const bins = this.#binner.finish();
    let most = 0;
    for (let step = 0; step < STEPS; step++) most = Math.max(most, activeAt(bins, step));
    return {
      bins,
      most,
      failuresMs: this.#failuresMs.sort((a, b) => a - b),
      asksMs: this.#asksMs.sort((a, b) => a - b),
      idle: this.#changes.stretches(),
    };
  }

  /** A thousand failures are a thousand marks on 700 px: equal ones are dropped when drawing, not here. */
  #addFailures(row: number): void {
    const { actions } = this;
    const failuresMs = this.#failuresMs;
    if (actions.attempts[row]! > 1) {
      const from = actions.segFrom[row]!;
      const lastK = from + actions.segCount[row]! - 1;
      for (let k = from; k < lastK; k++) {
        if (actions.segAttempt[k] === actions.segAttempt[k + 1]) continue;
        const end = actions.segEndMs[k]!;
        const ms = Number.isFinite(end) ? end : actions.segStartMs[k + 1]!;
        if (Number.isFinite(ms)) failuresMs.push(believed(ms, this.clock));
      }
    }
    const phase = actions.phase[row]!;
    if (needsAnswer(actions, row)) {
      const start = actions.segStartMs[actions.segFrom[row]! + actions.segCount[row]! - 1]!;
      const ms = Number.isFinite(start) ? start : actions.createdMs[row]!;
      if (Number.isFinite(ms)) this.#asksMs.push(believed(ms, this.clock));
    }
    if (isFailure(phase)) failuresMs.push(limitMs(actions, row, this.clock));
  }

  #addChanges(row: number): void {
    const { segFrom, segCount, segStartMs, segEndMs, createdMs, endedMs } = this.actions;
    const note = (ms: number): void => {
      if (Number.isFinite(ms)) this.#changes.add(believed(ms, this.clock));
    };
    note(createdMs[row]!);
    note(endedMs[row]!);
    const from = segFrom[row]!;
    for (let k = from; k < from + segCount[row]!; k++) {
      note(segStartMs[k]!);
      note(segEndMs[k]!);
    }
  }
}

/** Actions that are active in a step. */
export function activeAt(bins: Bins, step: number): number {
  let sum = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    if (!isTerminal(phaseOfSlot(slot))) sum += bins.counts[slot * (bins.steps + 1) + step]!;
  }
  return sum;
}

/** Height of `count` actions: by the square root, so that one is still seen beside a thousand. */
export const heightOf = (count: number, most: number, heightPx: number): number =>
  count <= 0 || most <= 0 ? 0 : Math.max(2, Math.sqrt(count / most) * heightPx);

/** The parts of the box that a pointer can take. */
export type Grip = "from" | "to" | "box" | "outside";

const GRIP_PX = 8;

export function gripAt(x: number, scale: Scale, shown: TimeWindow): Grip {
  const from = scale.xOf(shown.fromMs);
  const to = scale.xOf(shown.toMs);
  const [nearFrom, nearTo] = [Math.abs(x - from), Math.abs(x - to)];
  if (Math.min(nearFrom, nearTo) <= GRIP_PX) return nearFrom < nearTo ? "from" : "to";
  return x > from && x < to ? "box" : "outside";
}

/** The window after a grip was drawn from `start` by `byMs`. */
export function drawn(grip: Grip, start: TimeWindow, byMs: number): TimeWindow {
  if (grip === "from") return { fromMs: Math.min(start.fromMs + byMs, start.toMs - 1), toMs: start.toMs };
  if (grip === "to") return { fromMs: start.fromMs, toMs: Math.max(start.toMs + byMs, start.fromMs + 1) };
  return { fromMs: start.fromMs + byMs, toMs: start.toMs + byMs };
}
