// Idle time: long stretches in which no phase of any action changes, and the squeezed time that leaves them out. Pure.
// Bars go on through such a stretch; it is only drawn short, with a marked break.

export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** A stretch that is shorter than this, or than this share of the whole, is worth no break. */
const LONG_MS = 30_000;
const LONG_SHARE = 0.1;
/** A break's length, about, as a share of the time that is not idle. */
const BREAK_SHARE = 0.04;

/** The first and the last change in each of `steps` pieces of a span: all that is needed to find long silence. */
export class ChangeMarks {
  readonly #firstMs: Float64Array;
  readonly #lastMs: Float64Array;

  constructor(
    private readonly fromMs: number,
    private readonly stepMs: number,
    steps: number,
  ) {
    this.#firstMs = new Float64Array(steps).fill(Number.POSITIVE_INFINITY);
    this.#lastMs = new Float64Array(steps).fill(Number.NEGATIVE_INFINITY);
  }

  add(ms: number): void {
    const last = this.#firstMs.length - 1;
    const step = Math.min(last, Math.max(0, Math.floor((ms - this.fromMs) / this.stepMs)));
    if (ms < this.#firstMs[step]!) this.#firstMs[step] = ms;
    if (ms > this.#lastMs[step]!) this.#lastMs[step] = ms;
  }

  /** Stretches between two changes that are long beside the whole. What has not ended yet is being watched: it stays. */
  stretches(): Stretch[] {
    const changed = [...this.#firstMs.keys()].filter((step) => this.#firstMs[step]! <= this.#lastMs[step]!);
    if (changed.length === 0) return [];
    const wholeMs = this.#lastMs[changed.at(-1)!]! - this.#firstMs[changed[0]!]!;
    return changed
      .slice(1)
      .map((step, i) => ({ fromMs: this.#lastMs[changed[i]!]!, toMs: this.#firstMs[step]! }))
      .filter(({ fromMs, toMs }) => toMs - fromMs >= Math.max(LONG_MS, wholeMs * LONG_SHARE));
  }
}

export const lengthMs = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

/**
 * A break's length for a span of `spanMs` with these stretches. A power of two, so that a run that grows does not move
 * what is shown with every second.
 */
export function breakMsFor(stretches: readonly Stretch[], spanMs: number): number {
  const busyMs = Math.max(1, spanMs - lengthMs(stretches));
  return 2 ** Math.round(Math.log2(busyMs * BREAK_SHARE));
}

/** Maps time to squeezed time and back: each of the stretches, which are in order, lasts `breakMs`. */
export class Squeeze {
  constructor(
    readonly stretches: readonly Stretch[],
    readonly breakMs: number,
  ) {}

  squeezed(ms: number): number {
    let cutMs = 0;
    for (const { fromMs, toMs } of this.stretches) {
      if (ms <= fromMs) break;
      const spanMs = toMs - fromMs;
      if (ms < toMs) return fromMs - cutMs + ((ms - fromMs) * this.breakMs) / spanMs;
      cutMs += spanMs - this.breakMs;
    }
    return ms - cutMs;
  }

  real(squeezedMs: number): number {
    let cutMs = 0;
    for (const { fromMs, toMs } of this.stretches) {
      const inside = squeezedMs + cutMs - fromMs;
      if (inside <= 0) break;
      if (inside < this.breakMs) return fromMs + (inside * (toMs - fromMs)) / this.breakMs;
      cutMs += toMs - fromMs - this.breakMs;
    }
    return squeezedMs + cutMs;
  }
}

/** Time as it is. */
export const NO_SQUEEZE = new Squeeze([], 0);
