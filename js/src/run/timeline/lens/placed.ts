// What a lens has found, placed among the rows: anew only where that, or the order of the rows, has changed. Pure.
import type { Order } from "../rows/order";

export class Placed<Found extends object, Result> {
  #last: { found: Found; order: Order; result: Result } | null = null;

  constructor(readonly place: (found: Found, order: Order) => Result) {}

  of(found: Found | null, order: Order): Result | null {
    if (!found) return null;
    if (this.#last?.found !== found || this.#last.order !== order) {
      this.#last = { found, order, result: this.place(found, order) };
    }
    return this.#last.result;
  }
}
