// The piece of time that is shown, and where its times lie in pixels. Pure; a window is never changed, only replaced.
import { NO_SQUEEZE, type Squeeze } from "./idle";

/** In squeezed time, which is time as it is unless the reader squeezes what is idle. */
export interface TimeWindow {
  fromMs: number;
  toMs: number;
}

/** Shorter than this is noise of the backend's clocks. */
const MIN_SPAN_MS = 20;
/** A run of a second does not fill the whole plot. */
const MIN_FIT_MS = 5_000;

/** Scale over the plot's inside, linear in squeezed time. */
export class Scale {
  /** Per squeezed millisecond. */
  readonly pxPerMs: number;
  constructor(
    readonly window: TimeWindow,
    readonly x0: number,
    readonly x1: number,
    readonly squeeze: Squeeze = NO_SQUEEZE,
  ) {
    this.pxPerMs = Math.max(1, x1 - x0) / Math.max(1e-6, window.toMs - window.fromMs);
  }

  x(ms: number): number {
    return this.xOf(this.squeeze.squeezed(ms));
  }

  ms(x: number): number {
    return this.squeeze.real(this.at(x));
  }

  /** Where a squeezed time lies: a window's end, a step of what was counted. */
  xOf(squeezedMs: number): number {
    return this.x0 + (squeezedMs - this.window.fromMs) * this.pxPerMs;
  }

  /** The squeezed time at a point. */
  at(x: number): number {
    return this.window.fromMs + (x - this.x0) / this.pxPerMs;
  }
}

/** All of the run, with `marginPx` free at the right for the "now" pill or the last glyph. */
export function fitWindow(originMs: number, edgeMs: number, widthPx: number, marginPx: number): TimeWindow {
  const span = Math.max(MIN_FIT_MS, Number.isFinite(edgeMs) ? edgeMs - originMs : 0);
  const inside = Math.max(1, widthPx * 0.25, widthPx - marginPx);
  return { fromMs: originMs, toMs: originMs + (span * Math.max(1, widthPx)) / inside };
}

/** Keep inside of what there is to see, and at a span that can be drawn. */
export function clampWindow(w: TimeWindow, full: TimeWindow): TimeWindow {
  const fullSpan = full.toMs - full.fromMs;
  const span = Math.min(Math.max(w.toMs - w.fromMs, Math.min(MIN_SPAN_MS, fullSpan)), fullSpan);
  const from = Math.min(Math.max(w.fromMs, full.fromMs), full.toMs - span);
  return { fromMs: from, toMs: from + span };
}

/** Zoom by `factor` (over 1: closer) and keep `anchorMs` where it is. */
export function zoomWindow(w: TimeWindow, factor: number, anchorMs: number, full: TimeWindow): TimeWindow {
  const span = w.toMs - w.fromMs;
  const fullSpan = full.toMs - full.fromMs;
  const next = Math.min(Math.max(span / factor, Math.min(MIN_SPAN_MS, fullSpan)), fullSpan);
  const share = (anchorMs - w.fromMs) / span;
  const from = anchorMs - share * next;
  return clampWindow({ fromMs: from, toMs: from + next }, full);
}

export function panWindow(w: TimeWindow, byMs: number, full: TimeWindow): TimeWindow {
  return clampWindow({ fromMs: w.fromMs + byMs, toMs: w.toMs + byMs }, full);
}

/** The last `spanMs` before `edgeMs`, with the same share of the plot free at the right at every zoom. */
export function followWindow(
  spanMs: number,
  edgeMs: number,
  marginShare: number,
  full: TimeWindow,
): TimeWindow {
  if (spanMs >= full.toMs - full.fromMs) return full;
  const toMs = Math.min(full.toMs, edgeMs + spanMs * marginShare);
  return clampWindow({ fromMs: toMs - spanMs, toMs }, full);
}

/** The window after two fingers moved: what was under them stays there. `x` and `apartPx`: their middle and distance. */
export function pinchWindow(
  start: Scale,
  from: { x: number; apartPx: number },
  to: { x: number; apartPx: number },
  full: TimeWindow,
): TimeWindow {
  const span = start.window.toMs - start.window.fromMs;
  const next = (span * Math.max(1, from.apartPx)) / Math.max(1, to.apartPx);
  const fromMs = start.at(from.x) - ((to.x - start.x0) / (start.x1 - start.x0)) * next;
  return clampWindow({ fromMs, toMs: fromMs + next }, full);
}

export const isWhole = (w: TimeWindow, full: TimeWindow): boolean =>
  w.toMs - w.fromMs >= (full.toMs - full.fromMs) * 0.999;

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const NICE = [1, 2, 5, 10, 15, 30].flatMap((n) => [n * S, n * M]);
const STEPS = [...NICE, H, 2 * H, 3 * H, 6 * H, 12 * H, D].sort((a, b) => a - b);

/** The smallest step of at least `wantedMs` that a clock has; 1, 2 or 5 times a power of ten beyond them. */
function niceStep(wantedMs: number): number {
  const ofClock = STEPS.find((step) => step >= wantedMs);
  if (ofClock !== undefined && wantedMs >= S / 2) return ofClock;
  const unit = wantedMs > D ? D : 1;
  const power = 10 ** Math.floor(Math.log10(wantedMs / unit));
  return [1, 2, 5, 10].find((n) => n * power * unit >= wantedMs)! * power * unit;
}

export interface Ticks {
  stepMs: number;
  atMs: number[];
}

/** Ticks at least `minPx` apart, at steps that a clock has: 15 s, not 20 s. */
export function ticks(scale: Scale, originMs: number, minPx: number): Ticks {
  const { stretches } = scale.squeeze;
  const toMs = scale.ms(scale.x1);
  const stepMs = niceStep(minPx / scale.pxPerMs);
  const atMs: number[] = [];
  const stepAt = (ms: number) => Math.ceil((ms - originMs) / stepMs - 1e-9);
  for (let n = stepAt(scale.ms(scale.x0)); ; n++) {
    // In a squeezed stretch there would be a tick a pixel.
    const idle = stretches.find(
      ({ fromMs, toMs }) => originMs + n * stepMs > fromMs && originMs + n * stepMs < toMs,
    );
    if (idle) n = stepAt(idle.toMs);
    if (originMs + n * stepMs > toMs) return { stepMs, atMs };
    atMs.push(originMs + n * stepMs);
  }
}
