// Strips of the folds on screen, counted anew only where the data, the window of time or now have moved.
import type { Bins } from "./bins";
import type { Squeeze } from "./idle";
import { STRIP_PX } from "./layout";
import type { TimelineModel } from "./model";
import type { Scale } from "./scale";
import { countPhases, type Strip, strip, stripBins, summaryPhase } from "./strip";

interface Kept {
  bins: Bins;
  pxPerMs: number;
  squeeze: Squeeze;
}

/** A step may be drawn this much smaller or larger before it is counted anew. */
const STRETCH = 1.25;

export class StripCache {
  readonly #bins = new Map<number, Kept>();
  readonly #counts = new Map<number, ReadonlyMap<number, number>>();

  constructor(private readonly model: TimelineModel) {}

  /** Forget everything: the rows were ordered anew, so buckets may have other numbers. */
  clear(): void {
    this.#bins.clear();
    this.#counts.clear();
  }

  countsOf(bucket: number): ReadonlyMap<number, number> {
    let counts = this.#counts.get(bucket);
    if (!counts) {
      counts = countPhases(this.model.actions, this.model.order.members(bucket));
      this.#counts.set(bucket, counts);
    }
    return counts;
  }

  get(bucket: number, scale: Scale): Strip {
    const { actions, clock, order } = this.model;
    let kept = this.#bins.get(bucket);
    if (!kept || !this.#serves(kept, scale)) {
      const bins = stripBins(actions, order.members(bucket), clock, scale);
      kept = { bins, pxPerMs: scale.pxPerMs, squeeze: scale.squeeze };
      this.#bins.set(bucket, kept);
    }
    const bins = kept.bins.open ? { ...kept.bins, endMs: clock.nowMs } : kept.bins;
    return strip(bins, order.sizeOf(bucket), STRIP_PX, summaryPhase(this.countsOf(bucket)), scale);
  }

  /** Is the scale about the same, and what is shown counted? Data that changed clears all. */
  #serves({ bins, pxPerMs, squeeze }: Kept, scale: Scale): boolean {
    if (squeeze !== scale.squeeze) return false;
    const stretch = scale.pxPerMs / pxPerMs;
    if (stretch > STRETCH || stretch < 1 / STRETCH) return false;
    const toMs = bins.fromMs + bins.steps * bins.stepMs;
    return (
      scale.window.fromMs >= bins.fromMs &&
      (scale.window.toMs <= toMs || (!bins.open && squeeze.squeezed(bins.endMs) <= toMs))
    );
  }
}
