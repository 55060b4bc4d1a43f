// The strip above the axis: how much went on when, where something failed, and the box of what is shown. Pure.
import type { Actions } from "../actions";
import { isTerminal, Phase } from "../phases";
import { type Bins, bin, phaseOfSlot, SLOTS } from "./bins";
import type { Scale, TimeWindow } from "./scale";
import { type Clock, limitMs } from "./times";

/** Steps over the run, whatever the width: counted at most a few times a second, drawn as often as one likes. */
const STEPS = 360;

export interface Overview {
  bins: Bins;
  /** Actions that are active at once, at most. */
  most: number;
  /** Ends of failed attempts and of actions that timed out, in order. */
  failuresMs: number[];
}

function* allRows(actions: Actions): Generator<number> {
  for (let row = 0; row < actions.count; row++) yield row;
}

export function overview(actions: Actions, clock: Clock, whole: TimeWindow): Overview {
  const stepMs = Math.max(1e-3, (whole.toMs - whole.fromMs) / STEPS);
  const range = { fromMs: whole.fromMs, stepMs, steps: STEPS };
  const bins = bin(actions, allRows(actions), clock, range, false);
  let most = 0;
  for (let step = 0; step < STEPS; step++) most = Math.max(most, activeAt(bins, step));
  return { bins, most, failuresMs: failures(actions, clock) };
}

/** Actions that are active in a step. */
export function activeAt(bins: Bins, step: number): number {
  let sum = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    if (!isTerminal(phaseOfSlot(slot))) sum += bins.counts[slot * (bins.steps + 1) + step]!;
  }
  return sum;
}

/** A thousand failures are a thousand marks on 700 px: equal ones are dropped when drawing, not here. */
function failures(actions: Actions, clock: Clock): number[] {
  const at: number[] = [];
  for (let row = 0; row < actions.count; row++) {
    const from = actions.segFrom[row]!;
    const lastK = from + actions.segCount[row]! - 1;
    for (let k = from; k < lastK; k++) {
      if (actions.segAttempt[k] === actions.segAttempt[k + 1]) continue;
      const end = actions.segEndMs[k]!;
      const ms = Number.isFinite(end) ? end : actions.segStartMs[k + 1]!;
      if (Number.isFinite(ms)) at.push(ms);
    }
    const phase = actions.phase[row]!;
    if (phase === Phase.Failed || phase === Phase.TimedOut) at.push(limitMs(actions, row, clock));
  }
  return at.sort((a, b) => a - b);
}

/** Height of `count` actions: by the square root, so that one is still seen beside a thousand. */
export const heightOf = (count: number, most: number, heightPx: number): number =>
  count <= 0 || most <= 0 ? 0 : Math.max(2, Math.sqrt(count / most) * heightPx);

/** The parts of the box that a pointer can take. */
export type Grip = "from" | "to" | "box" | "outside";

const GRIP_PX = 8;

export function gripAt(x: number, scale: Scale, shown: TimeWindow): Grip {
  const from = scale.x(shown.fromMs);
  const to = scale.x(shown.toMs);
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
