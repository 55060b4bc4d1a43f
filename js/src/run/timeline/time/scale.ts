// The piece of time that is shown, and where its times lie in pixels. Pure; a window is never changed, only replaced.
import { NO_SQUEEZE, type Squeeze } from "./idle";

/** In squeezed time, which is time as it is unless the reader squeezes what is idle. */
export interface TimeWindow {
  fromMs: number;
  toMs: number;
}

/** Shorter than this is noise of the backend's clocks. */
const MIN_SPAN_MS = 20;
/** A run that has just begun does not fill the whole plot, or it would shrink at each glance. */
const MIN_LIVE_MS = 5_000;

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

/**
 * All of the run, with `marginPx` free at the right for the "now" pill or the last glyph. An ended run is fitted to
 * itself, be it ever so short.
 */
export function fitWindow(
  originMs: number,
  edgeMs: number,
  widthPx: number,
  marginPx: number,
  hasEnded = false,
): TimeWindow {
  const least = hasEnded ? MIN_SPAN_MS : MIN_LIVE_MS;
  const span = Math.max(least, Number.isFinite(edgeMs) ? edgeMs - originMs : 0);
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
