// The stacked strip of a fold: the share of its members in each phase over time, in steps of 3 px. Pure.
import type { Actions } from "../../../core/actions";
import { isActive, Phase, STACK_ORDER, SUMMARY_ORDER } from "../../../core/phases";
import { Binner, type Bins, phaseOfSlot, SLOTS, slotOf } from "./bins";
import type { Scale } from "./scale";
import type { Clock } from "./times";

export const STRIP_STEP_PX = 3;
/** One failure among 500 is still to be seen. */
const FAILED_MIN_PX = 2;

export interface StripCell {
  x0: number;
  x1: number;
  /** From the top of the strip. */
  y0: number;
  y1: number;
  phase: number;
}

export interface Strip {
  x0: number;
  x1: number;
  open: boolean;
  /** Runs of equal steps are one cell. What no cell covers was not created yet. */
  cells: StripCell[];
  /** How the whole ended; 0 while it has not. */
  outcome: number;
}

/** One phase for many: what is still going on, else the worst end. */
export function summaryPhase(counts: ReadonlyMap<number, number>): number {
  const has = (phase: number) => (counts.get(phase) ?? 0) > 0;
  const { going, ended } = SUMMARY_ORDER;
  const active = going.find(has) ?? [...counts.keys()].find((phase) => isActive(phase) && has(phase));
  return active ?? ended.find(has) ?? 0;
}

export function countPhases(actions: Actions, rows: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(actions.phase[row]!, (counts.get(actions.phase[row]!) ?? 0) + 1);
  return inStackOrder(counts);
}

export const inStackOrder = (counts: ReadonlyMap<number, number>): Map<number, number> =>
  new Map([...counts].sort(([a], [b]) => slotOf(a) - slotOf(b)));

/** Rows between two looks at the clock. */
const SLICE = 512;

/**
 * Counts members over the shown time and half as much on either side, so that a pan need not count anew; a slice at a
 * time, so that a frame never waits for a fold of 100,000.
 */
export class StripCount {
  readonly #binner: Binner;
  readonly #rows: Iterator<number>;

  constructor(actions: Actions, rows: Iterable<number>, clock: Clock, scale: Scale) {
    const { fromMs, toMs } = scale.window;
    const stepMs = STRIP_STEP_PX / scale.pxPerMs;
    const aside = (toMs - fromMs) / 2;
    const first = Math.floor((fromMs - aside) / stepMs) * stepMs;
    const steps = Math.ceil((toMs + aside - first) / stepMs);
    this.#binner = new Binner(actions, clock, { fromMs: first, stepMs, steps }, true, scale.squeeze);
    this.#rows = rows[Symbol.iterator]();
  }

  /** Count on until about `untilMs` of `performance.now()`. The result once all are counted, else null. */
  run(untilMs = Number.POSITIVE_INFINITY): Bins | null {
    for (let n = 1; ; n++) {
      const { done, value } = this.#rows.next();
      if (done) return this.#binner.finish();
      this.#binner.add(value);
      if (n % SLICE === 0 && performance.now() > untilMs) return null;
    }
  }
}

export function strip(bins: Bins, members: number, heightPx: number, outcome: number, scale: Scale): Strip {
  const minX = scale.x0 - 8;
  const maxX = scale.x1 + 8;
  const x0 = Math.max(minX, scale.x(bins.startMs));
  const x1 = Math.min(maxX, Math.max(scale.x(bins.endMs), scale.x(bins.startMs) + STRIP_STEP_PX));
  const result: Strip = { x0, x1, open: bins.open, cells: [], outcome: bins.open ? 0 : outcome };
  if (!(x1 > x0) || members <= 0) return { ...result, x1: x0 };
  const open: (StripCell | null)[] = new Array(SLOTS).fill(null);
  const failedSlot = STACK_ORDER.indexOf(Phase.Failed);
  for (let step = 0; step < bins.steps; step++) {
    const from = scale.xOf(bins.fromMs + step * bins.stepMs);
    const to = scale.xOf(bins.fromMs + (step + 1) * bins.stepMs);
    if (to <= x0) continue;
    if (from >= x1) break;
    // What a failure is drawn larger than its share, all others give.
    const failed = (bins.counts[failedSlot * (bins.steps + 1) + step]! / members) * heightPx;
    const failedPx = failed > 0 ? Math.max(FAILED_MIN_PX, failed) : 0;
    const shrink = failed < heightPx ? (heightPx - failedPx) / (heightPx - failed) : 1;
    let y = heightPx;
    for (let slot = 0; slot < SLOTS; slot++) {
      const share = (bins.counts[slot * (bins.steps + 1) + step]! / members) * heightPx;
      const h = slot === failedSlot ? failedPx : share * shrink;
      const y1 = y;
      y = Math.max(0, y - h);
      const last = open[slot];
      if (h <= 0) {
        open[slot] = null;
      } else if (last && last.y1 === y1 && last.y0 === y) {
        last.x1 = Math.min(x1, to);
      } else {
        const cell = { x0: Math.max(x0, from), x1: Math.min(x1, to), y0: y, y1, phase: phaseOfSlot(slot) };
        result.cells.push(cell);
        open[slot] = cell;
      }
    }
  }
  return result;
}
