// The piece of time that is shown, and where its times lie in pixels. Pure; a window is never changed, only replaced.
export interface TimeWindow {
  fromMs: number;
  toMs: number;
}

/** Shorter than this is noise of the backend's clocks. */
const MIN_SPAN_MS = 20;
/** A run of a second does not fill the whole plot. */
const MIN_FIT_MS = 5_000;

/** Linear scale over the plot's inside. */
export class Scale {
  readonly pxPerMs: number;
  constructor(
    readonly window: TimeWindow,
    readonly x0: number,
    readonly x1: number,
  ) {
    this.pxPerMs = Math.max(1, x1 - x0) / Math.max(1e-6, window.toMs - window.fromMs);
  }

  x(ms: number): number {
    return this.x0 + (ms - this.window.fromMs) * this.pxPerMs;
  }

  ms(x: number): number {
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
  const fromMs = scale.window.fromMs - originMs;
  const toMs = scale.window.toMs - originMs;
  const stepMs = niceStep(minPx / scale.pxPerMs);
  const atMs: number[] = [];
  for (let n = Math.ceil(fromMs / stepMs - 1e-9); n * stepMs <= toMs; n++) atMs.push(originMs + n * stepMs);
  return { stepMs, atMs };
}
