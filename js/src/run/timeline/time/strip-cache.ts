// Strips of the folds on screen: counted anew only where their members, the window of time or now have moved, and
// those of large folds over some frames, in which the strip is drawn as it was counted last.

import { Changes } from "../../../core/changes";
import { STRIP_PX } from "../layout";
import type { TimelineModel } from "../model";
import { FoldCounts } from "../rows/fold-counts";
import type { Tree } from "../rows/tree";
import type { Bins } from "./bins";
import type { Squeeze } from "./idle";
import type { Scale } from "./scale";
import { type Strip, StripCount, strip, summaryPhase } from "./strip";

interface Kept {
  bins: Bins;
  pxPerMs: number;
  squeeze: Squeeze;
  /** A member has changed since. */
  isStale: boolean;
  /** What is being counted in its place. */
  next: { count: StripCount; pxPerMs: number } | null;
}

/** A step may be drawn this much smaller or larger before it is counted anew. */
const STRETCH = 1.25;
/** Of the 16 ms of a frame. */
const BUDGET_MS = 3;
/** Folds that were on screen, of which the strips are kept. */
const MOST_KEPT = 64;

export class StripCache {
  /** Some of what was drawn is still being counted: draw again. */
  isCounting = false;
  readonly #kept = new Map<number, Kept>();
  readonly #counts = new FoldCounts();
  readonly #changes = new Changes();
  #tree: Tree | null = null;
  #isFiltered = false;
  #untilMs = 0;

  constructor(private readonly model: TimelineModel) {}

  /** The rows were ordered anew: take in what has changed. */
  refresh(): void {
    const { actions, tree, order } = this.model;
    const changed = this.#changes.take(actions);
    this.#counts.update(actions, tree.bucketOf, changed);
    // In another tree buckets have other numbers, and of a filter nobody knows who has come in by it.
    if (tree !== this.#tree || order.matches || this.#isFiltered) {
      this.#kept.clear();
      this.#counts.clear();
      this.#tree = tree;
      this.#isFiltered = order.matches !== null;
      return;
    }
    for (const row of changed) {
      const kept = this.#kept.get(tree.bucketOf[row]!);
      if (kept) kept.isStale = true;
    }
  }

  /** A frame begins. */
  begin(): void {
    this.isCounting = false;
    this.#untilMs = performance.now() + BUDGET_MS;
  }

  countsOf(bucket: number): ReadonlyMap<number, number> {
    return this.#counts.of(bucket, this.model.order);
  }

  get(bucket: number, scale: Scale): Strip {
    const { clock, order } = this.model;
    const bins = this.#binsOf(bucket, scale);
    const shown = bins.open ? { ...bins, endMs: clock.nowMs } : bins;
    return strip(shown, order.sizeOf(bucket), STRIP_PX, summaryPhase(this.countsOf(bucket)), scale);
  }

  #binsOf(bucket: number, scale: Scale): Bins {
    const { pxPerMs, squeeze } = scale;
    const kept = this.#kept.get(bucket);
    if (!kept || kept.squeeze !== squeeze) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      const bins = this.#count(bucket, scale).run()!;
      this.#kept.set(bucket, { bins, pxPerMs, squeeze, isStale: false, next: null });
      return bins;
    }
    if (!kept.next && (kept.isStale || !this.#serves(kept, scale))) {
      kept.isStale = false;
      kept.next = { count: this.#count(bucket, scale), pxPerMs };
    }
    const bins = kept.next?.count.run(this.#untilMs);
    if (kept.next && bins) Object.assign(kept, { bins, pxPerMs: kept.next.pxPerMs, next: null });
    if (kept.next) this.isCounting = true;
    return kept.bins;
  }

  #count(bucket: number, scale: Scale): StripCount {
    const { actions, clock, order } = this.model;
    return new StripCount(actions, order.members(bucket), clock, scale);
  }

  /** Is the scale about the same, and what is shown counted? */
  #serves({ bins, pxPerMs }: Kept, { pxPerMs: wanted, window, squeeze }: Scale): boolean {
    const stretch = wanted / pxPerMs;
    if (stretch > STRETCH || stretch < 1 / STRETCH) return false;
    const toMs = bins.fromMs + bins.steps * bins.stepMs;
    return (
      window.fromMs >= bins.fromMs &&
      (window.toMs <= toMs || (!bins.open && squeeze.squeezed(bins.endMs) <= toMs))
    );
  }
}
