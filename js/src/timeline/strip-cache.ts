// Strips of the folds on screen, counted anew only where the data, the window of time or now have moved.
import type { Bins } from "./bins";
import { STRIP_PX } from "./layout";
import type { TimelineModel } from "./model";
import type { Scale } from "./scale";
import { countPhases, STRIP_STEP_PX, type Strip, strip, stripBins, summaryPhase } from "./strip";

interface Kept {
  revision: number;
  fromMs: number;
  pxPerMs: number;
  nowStep: number;
  bins: Bins;
}

export class StripCache {
  private readonly bins = new Map<number, Kept>();
  private readonly counts = new Map<number, ReadonlyMap<number, number>>();
  private revision = -1;

  constructor(private readonly model: TimelineModel) {}

  /** Forget everything: the rows were ordered anew, so buckets may have other numbers. */
  clear(): void {
    this.bins.clear();
    this.counts.clear();
    this.revision++;
  }

  countsOf(bucket: number): ReadonlyMap<number, number> {
    let counts = this.counts.get(bucket);
    if (!counts) {
      counts = countPhases(this.model.actions, this.model.order.members(bucket));
      this.counts.set(bucket, counts);
    }
    return counts;
  }

  get(bucket: number, scale: Scale): Strip {
    const { model } = this;
    const { clock, order } = model;
    let kept = this.bins.get(bucket);
    const stepMs = STRIP_STEP_PX / scale.pxPerMs;
    const nowStep = kept?.bins.open === false ? 0 : Math.floor(clock.nowMs / stepMs);
    const { fromMs } = scale.window;
    const same =
      kept !== undefined &&
      kept.revision === this.revision &&
      kept.pxPerMs === scale.pxPerMs &&
      kept.fromMs === fromMs &&
      kept.nowStep === nowStep;
    if (!kept || !same) {
      const bins = stripBins(model.actions, order.members(bucket), clock, scale);
      kept = {
        revision: this.revision,
        fromMs,
        pxPerMs: scale.pxPerMs,
        nowStep: bins.open ? nowStep : 0,
        bins,
      };
      this.bins.set(bucket, kept);
    }
    const bins = kept.bins.open ? { ...kept.bins, endMs: clock.nowMs } : kept.bins;
    return strip(bins, order.sizeOf(bucket), STRIP_PX, summaryPhase(this.countsOf(bucket)), scale);
  }
}
