// Who is under whom, as linked lists in typed arrays: built in one pass, 100,000 actions in a few milliseconds.
// Siblings of one group, or of one name, form a bucket; order.ts decides which buckets fold into one row.
import type { Actions } from "../actions";

/** Numbers each distinct text, so that 100,000 names are compared as numbers. */
class Interner {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

export interface Bucket {
  /** Row of the parent; -1 among the roots. */
  parent: number;
  label: string;
  /** A group that the author made; else actions of the same name. */
  isGroup: boolean;
  first: number;
  size: number;
}

export class Tree {
  readonly count: number;
  readonly roots: number[] = [];
  /** Parent to draw under: -1 for a root, an action whose parent has not come yet, and one that closes a circle. */
  readonly parent: Int32Array;
  /** First child and next sibling, by row; -1: none. */
  readonly child: Int32Array;
  readonly next: Int32Array;
  readonly bucketOf: Int32Array;
  /** Next row of the same bucket. */
  readonly mate: Int32Array;
  readonly buckets: Bucket[] = [];
  readonly names = new Interner();
  readonly nameOf: Int32Array;

  constructor(actions: Actions) {
    const n = actions.count;
    this.count = n;
    this.parent = new Int32Array(n);
    this.child = new Int32Array(n).fill(-1);
    this.next = new Int32Array(n).fill(-1);
    this.bucketOf = new Int32Array(n).fill(-1);
    this.mate = new Int32Array(n).fill(-1);
    this.nameOf = new Int32Array(n);
    for (let row = 0; row < n; row++) {
      const parent = actions.parent[row]!;
      this.parent[row] = parent >= 0 && parent < n && parent !== row ? parent : -1;
    }
    this.#cutCircles();
    const last = new Int32Array(n).fill(-1);
    for (let row = 0; row < n; row++) {
      const parent = this.parent[row]!;
      if (parent < 0) this.roots.push(row);
      else if (last[parent]! < 0) this.child[parent] = row;
      else this.next[last[parent]!] = row;
      if (parent >= 0) last[parent] = row;
    }
    this.#fillBuckets(actions);
  }

  /** Bad data may go in circles: cut each once, so that no row is lost and no walk is endless. */
  #cutCircles(): void {
    const { parent, count } = this;
    const walk = new Int32Array(count);
    for (let row = 0; row < count; row++) {
      let at = row;
      while (at >= 0 && walk[at] === 0) {
        walk[at] = row + 1;
        at = parent[at]!;
      }
      if (at >= 0 && walk[at] === row + 1) parent[at] = -1;
    }
  }

  #fillBuckets(actions: Actions): void {
    const groups = new Interner();
    groups.number("");
    // By name and by group: the bucket that was opened last, and its last row. Roots have no bucket, nor have
    // siblings of different parents: a bucket of another parent is simply replaced.
    let openByName = new Int32Array(64).fill(-1);
    let openByGroup = new Int32Array(64).fill(-1);
    const lastOf: number[] = [];
    const visit = (row: number, parent: number): void => {
      const group = groups.number(actions.group[row] ?? "");
      const name = this.nameOf[row]!;
      let open = group ? openByGroup : openByName;
      const key = group || name;
      if (key >= open.length) {
        const wider = new Int32Array(key * 2).fill(-1);
        wider.set(open);
        open = wider;
        if (group) openByGroup = open;
        else openByName = open;
      }
      let b = open[key]!;
      if (b < 0 || this.buckets[b]!.parent !== parent) {
        const label = group ? groups.texts[group]! : this.names.texts[name]!;
        b = this.buckets.push({ parent, label, isGroup: group > 0, first: row, size: 0 }) - 1;
        open[key] = b;
      } else {
        this.mate[lastOf[b]!] = row;
      }
      lastOf[b] = row;
      this.buckets[b]!.size++;
      this.bucketOf[row] = b;
    };
    for (let row = 0; row < this.count; row++) this.nameOf[row] = this.names.number(actions.name[row] ?? "");
    for (let parent = 0; parent < this.count; parent++) {
      for (let row = this.child[parent]!; row >= 0; row = this.next[row]!) visit(row, parent);
    }
  }

  /** All rows in tree order, folds or not: for "next failure". */
  preorder(): Int32Array {
    const order = new Int32Array(this.count);
    let n = 0;
    for (const root of this.roots) {
      let row = root;
      while (true) {
        order[n++] = row;
        if (this.child[row]! >= 0) {
          row = this.child[row]!;
          continue;
        }
        while (row !== root && this.next[row]! < 0) row = this.parent[row]!;
        if (row === root) break;
        row = this.next[row]!;
      }
    }
    return order;
  }
}
