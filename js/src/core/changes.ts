// Which rows came or changed since one asked last: so that what is kept of 100,000 rows is put right by a few. Pure.
import type { Actions } from "./actions";

export class Changes {
  #block = 0;

  /** Rows of the blocks that came since the last call, smallest first; after a snapshot, all. */
  take({ blocks, changedIn, count }: Actions): readonly number[] {
    const rows: number[] = [];
    if (blocks === this.#block) return rows;
    for (let row = 0; row < count; row++) if (changedIn[row]! > this.#block) rows.push(row);
    this.#block = blocks;
    return rows;
  }
}
