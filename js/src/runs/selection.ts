// Which runs are ticked. Pure. A tick with Shift takes all between the last one and this one.
import type { Item } from "./model";

export class Selection {
  readonly #runs = new Set<string>();
  #anchor = "";

  get size(): number {
    return this.#runs.size;
  }

  has(run: string): boolean {
    return this.#runs.has(run);
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.#runs.values();
  }

  clear(): void {
    this.#runs.clear();
    this.#anchor = "";
  }

  /** Where a stretch begins that Shift extends, unless one has begun. */
  begin(run: string): void {
    this.#anchor ||= run;
  }

  toggle(run: string): void {
    if (!this.#runs.delete(run)) this.#runs.add(run);
    this.#anchor = run;
  }

  /** Tick all from the last one to this one. */
  extend(run: string, items: readonly Item[], indexOf: (run: string) => number): void {
    const ends = [indexOf(this.#anchor), indexOf(run)].sort((a, b) => a - b);
    if (ends[0]! < 0) {
      this.toggle(run);
      return;
    }
    for (const item of items.slice(ends[0], ends[1]! + 1)) if ("row" in item) this.#runs.add(item.key);
  }

  /** Forget those that are not there any more. */
  keep(isThere: (run: string) => boolean): void {
    for (const run of this.#runs) if (!isThere(run)) this.#runs.delete(run);
  }
}
