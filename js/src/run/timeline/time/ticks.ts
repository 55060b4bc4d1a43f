// Where an axis has ticks: at round times since the run's start, or at round times of the reader's day. Pure.
import axis from "../../../../../flyte_widgets/shared/axis.json";
import type { Scale } from "./scale";

const DAY_MS = 86_400_000;

export interface Ticks {
  stepMs: number;
  atMs: number[];
}

/** The first mark of a step at or after a moment. */
export type NextMark = (fromMs: number, stepMs: number) => number;

/** The smallest step of at least `wantedMs` that a clock has: 15 s, not 20 s. */
export const niceStep = (wantedMs: number): number =>
  axis.stepsMs.find((step) => step >= wantedMs) ?? axis.stepsMs.at(-1)!;

/** Ticks at least `minPx` apart. */
export function ticks(scale: Scale, next: NextMark, minPx: number): Ticks {
  const { stretches } = scale.squeeze;
  const toMs = scale.ms(scale.x1);
  const stepMs = niceStep(minPx / scale.pxPerMs);
  const atMs: number[] = [];
  let ms = next(scale.ms(scale.x0), stepMs);
  while (ms <= toMs) {
    // In a squeezed stretch there would be a tick a pixel.
    const idle = stretches.find((stretch) => ms > stretch.fromMs && ms < stretch.toMs);
    if (idle) {
      ms = next(idle.toMs, stepMs);
      continue;
    }
    atMs.push(ms);
    ms = next(ms + stepMs / 2, stepMs);
  }
  return { stepMs, atMs };
}

/** Marks at whole steps since `originMs`. */
export const elapsedMarks =
  (originMs: number): NextMark =>
  (fromMs, stepMs) =>
    originMs + Math.ceil((fromMs - originMs) / stepMs - 1e-9) * stepMs;

/** Marks at midnights, full hours and the like of the reader's zone, for times counted from `baseMs` (epoch). */
export const clockMarks =
  (baseMs: number): NextMark =>
  (fromMs, stepMs) =>
    (stepMs < DAY_MS ? nextTimeOfDay : nextMidnight)(baseMs + fromMs, stepMs) - baseMs;

/** What the reader's zone adds to UTC at a moment. */
const offsetMs = (epochMs: number): number => -new Date(epochMs).getTimezoneOffset() * 60_000;

/** The first moment of a day at or after a moment, of every `stepMs` / day-th day: where midnight is skipped, later. */
function nextMidnight(fromMs: number, stepMs: number): number {
  const every = Math.round(stepMs / DAY_MS);
  // Days are numbered as if the reader's dates were in UTC.
  const today = Math.floor((fromMs + offsetMs(fromMs)) / DAY_MS);
  for (let day = Math.ceil(today / every) * every; ; day += every) {
    const date = new Date(day * DAY_MS);
    const at = new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()).getTime();
    if (at >= fromMs || Number.isNaN(at)) return at;
  }
}

/** The first moment at or after another at which the reader's clock shows a multiple of `stepMs`, of less than a day. */
function nextTimeOfDay(fromMs: number, stepMs: number): number {
  const before = offsetMs(fromMs);
  const at = Math.ceil((fromMs + before) / stepMs) * stepMs - before;
  const after = offsetMs(at);
  if (after === before) return at;
  // The clock is changed in between. From then on it shows other times, some of them for the second time.
  const changeMs = changeBetween(fromMs, at);
  return Math.ceil((changeMs + after) / stepMs) * stepMs - after;
}

/** When the zone's offset changes between two moments that have different ones. */
function changeBetween(fromMs: number, toMs: number): number {
  const before = offsetMs(fromMs);
  let [low, high] = [fromMs, toMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle) === before) low = middle;
    else high = middle;
  }
  return Math.ceil(high);
}
