// How many members of a fold are in which phase: counted once, then put right by what changed.
import type { Actions } from "../../../core/actions";
import { inStackOrder } from "../time/strip";
import type { Order } from "./order";

/** Folds that were on screen, of which the counts are kept. */
const MOST_KEPT = 64;

export class FoldCounts {
  /** As they were counted: what has changed since is ordered by `update`. */
  #phases = new Uint8Array(0);
  #count = 0;
  readonly #counts = new Map<number, Map<number, number>>();
  readonly #ordered = new Map<number, ReadonlyMap<number, number>>();

  clear(): void {
    this.#counts.clear();
    this.#ordered.clear();
  }

  /** Take in the phases of rows that came or changed. */
  update(actions: Actions, bucketOf: Int32Array, changed: readonly number[]): void {
    if (this.#phases.length < actions.count) {
      const longer = new Uint8Array(actions.count * 2);
      longer.set(this.#phases.subarray(0, this.#count));
      this.#phases = longer;
    }
    const phases = this.#phases;
    for (const row of changed) {
      const phase = actions.phase[row]!;
      const counts = this.#counts.get(bucketOf[row]!);
      if (counts && (row >= this.#count || phases[row] !== phase)) {
        if (row < this.#count) counts.set(phases[row]!, counts.get(phases[row]!)! - 1);
        counts.set(phase, (counts.get(phase) ?? 0) + 1);
        this.#ordered.delete(bucketOf[row]!);
      }
      phases[row] = phase;
    }
    this.#count = actions.count;
  }

  /** Zeros may be among them. */
  of(bucket: number, order: Order): ReadonlyMap<number, number> {
    let counts = this.#counts.get(bucket);
    if (!counts) {
      if (this.#counts.size >= MOST_KEPT) this.clear();
      counts = new Map();
      for (const row of order.members(bucket)) {
        const phase = this.#phases[row]!;
        counts.set(phase, (counts.get(phase) ?? 0) + 1);
      }
      this.#counts.set(bucket, counts);
    }
    let ordered = this.#ordered.get(bucket);
    if (!ordered) {
      ordered = inStackOrder(counts);
      this.#ordered.set(bucket, ordered);
    }
    return ordered;
  }
}
