// Where the rows of a virtual list begin and end. Pure: the list tells what it measured.

/** What the heights need of the rows. */
export interface Rows {
  readonly count: number;
  keyAt(index: number): string | number;
}

export interface Heights {
  readonly totalPx: number;
  topOf(index: number): number;
  heightOf(index: number): number;
  /** The row at this height; the last one below all. */
  indexAt(yPx: number): number;
  /** Take over rows that have come and gone. */
  reset(rows: Rows): void;
  /** A row was measured. False where that was known. */
  learn(index: number, px: number): boolean;
  /** The width changed: what was measured holds no longer. */
  forget(): void;
}

export class FixedHeights implements Heights {
  #count = 0;

  constructor(private readonly rowPx: number) {}

  get totalPx(): number {
    return this.#count * this.rowPx;
  }

  topOf(index: number): number {
    return index * this.rowPx;
  }

  heightOf(): number {
    return this.rowPx;
  }

  indexAt(yPx: number): number {
    return Math.max(0, Math.min(this.#count - 1, Math.floor(yPx / this.rowPx)));
  }

  reset({ count }: Rows): void {
    this.#count = count;
  }

  learn(): boolean {
    return false;
  }

  forget(): void {}
}

/**
 * Rows of many heights. Sums are kept in a Fenwick tree: a row's top, the row at a height, and a new measure take
 * log n steps each, so that 20,000 rows are no matter.
 */
export class MeasuredHeights implements Heights {
  #keys: (string | number)[] = [];
  #px = new Float64Array(0);
  #sums = new Float64Array(1);
  #known = new Map<string | number, number>();

  constructor(private readonly guessPx: number) {}

  get totalPx(): number {
    return this.topOf(this.#keys.length);
  }

  topOf(index: number): number {
    let sum = 0;
    for (let at = index; at > 0; at -= at & -at) sum += this.#sums[at]!;
    return sum;
  }

  heightOf(index: number): number {
    return this.#px[index] ?? this.guessPx;
  }

  indexAt(yPx: number): number {
    const count = this.#keys.length;
    let at = 0;
    let left = yPx;
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, count))); step > 0; step >>= 1) {
      const next = at + step;
      if (next > count || this.#sums[next]! > left) continue;
      at = next;
      left -= this.#sums[next]!;
    }
    return Math.max(0, Math.min(at, count - 1));
  }

  reset(rows: Rows): void {
    this.#keys = Array.from({ length: rows.count }, (_, index) => rows.keyAt(index));
    // What is gone is forgotten now and then, or a log that goes on for days would fill the memory.
    if (this.#known.size > 2 * this.#keys.length + 1_000) {
      const known = this.#known;
      this.#known = new Map(this.#keys.filter((key) => known.has(key)).map((key) => [key, known.get(key)!]));
    }
    this.#sumUp();
  }

  learn(index: number, px: number): boolean {
    const key = this.#keys[index];
    const before = this.#px[index];
    if (key === undefined || before === undefined) return false;
    this.#known.set(key, px);
    if (Math.abs(px - before) < 0.5) return false;
    this.#px[index] = px;
    for (let at = index + 1; at < this.#sums.length; at += at & -at) this.#sums[at]! += px - before;
    return true;
  }

  forget(): void {
    this.#known.clear();
    this.#sumUp();
  }

  #sumUp(): void {
    const count = this.#keys.length;
    this.#px = Float64Array.from(this.#keys, (key) => this.#known.get(key) ?? this.guessPx);
    this.#sums = new Float64Array(count + 1);
    for (let at = 1; at <= count; at++) {
      this.#sums[at]! += this.#px[at - 1]!;
      const parent = at + (at & -at);
      if (parent <= count) this.#sums[parent]! += this.#sums[at]!;
    }
  }
}
