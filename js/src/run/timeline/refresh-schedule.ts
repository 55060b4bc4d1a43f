// When the rows are ordered and the overview counted anew: soon after a change, but not more often than one can look,
// and never so long that a frame is late.
import type { TimelineModel } from "./model";

const REORDER_MS = 100;
const RECOUNT_MS = 250;
const RECOUNT_MANY_MS = 1_000;
const MANY = 5_000;
/** Of the 16 ms of a frame. */
const COUNT_BUDGET_MS = 4;

export interface Refreshed {
  reordered: boolean;
  recounted: boolean;
  /** Call again after this many ms; null: nothing is left to do. */
  againMs: number | null;
}

export class RefreshSchedule {
  #orderDirty = true;
  #countDirty = true;
  #counting = false;
  #isPainted = false;
  #orderedAt = Number.NEGATIVE_INFINITY;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly model: TimelineModel) {}

  /** The data changed. */
  changed(): void {
    this.#orderDirty = this.#countDirty = true;
  }

  /** The reader changed folds, filters or the scale: the next run orders and counts at once. */
  hurry(): void {
    this.#orderDirty = true;
    this.#orderedAt = this.#countedAt = Number.NEGATIVE_INFINITY;
  }

  run(nowMs: number): Refreshed {
    const { model } = this;
    const done: Refreshed = { reordered: false, recounted: false, againMs: null };
    const again = (ms: number): void => {
      done.againMs = Math.min(done.againMs ?? ms, ms);
    };
    if (this.#orderDirty) {
      const waitMs = this.#orderedAt + REORDER_MS - nowMs;
      if (waitMs > 0) again(waitMs);
      else {
        model.reorder();
        this.#orderDirty = false;
        this.#orderedAt = nowMs;
        done.reordered = true;
      }
    }
    // The rows are painted first: the overview can come a frame later.
    if (done.reordered && !this.#isPainted) again(0);
    else if (this.#countDirty || this.#counting || this.#outgrown) {
      const waitMs = this.#countedAt + (model.actions.count > MANY ? RECOUNT_MANY_MS : RECOUNT_MS) - nowMs;
      if (waitMs > 0) again(waitMs);
      else {
        if (!this.#counting) this.#countDirty = false;
        this.#counting = !model.recount(COUNT_BUDGET_MS);
        if (this.#counting) again(0);
        else {
          done.recounted = true;
          // The first count tells when the run began and ended, and so in which range to count.
          if (this.#countedAt > 0 || !this.#outgrown) this.#countedAt = nowMs;
          else again(0);
        }
      }
    }
    this.#isPainted = true;
    return done;
  }

  /** The run went on past what was counted. */
  get #outgrown(): boolean {
    const { fromMs, stepMs, steps } = this.model.overview.bins;
    const { full } = this.model;
    const off = Math.abs(full.toMs - (fromMs + stepMs * steps)) + Math.abs(full.fromMs - fromMs);
    return this.model.actions.count > 0 && off > stepMs;
  }
}
