// The tree of actions, as linked lists in typed arrays. New rows are appended, so that a run of 100,000 actions grows as
// fast as one of 100. Siblings of one group, or of one name, form a bucket; order.ts decides
// which buckets fold into one row.
import { type Actions, NO_STRING } from "../../../core/actions";
import { grown } from "../../../core/arrays";

const NONE = -1;

/** Siblings of one group or of one name, by number, in the order of their first members. */
class Buckets {
  count = 0;
  /** Row of the parent. */
  parent = new Int32Array(0);
  first = new Int32Array(0);
  last = new Int32Array(0);
  size = new Uint32Array(0);
  /** A group that the author made; else actions of the same name. */
  isGroup = new Uint8Array(0);
  /** Group or name, as a place in the table of texts. */
  #text = new Uint32Array(0);
  /** Open addressing, a number and one more in each slot: a Map of 100,000 takes ten times as long. */
  #slots = new Int32Array(64);

  /** The bucket of these, which is made where there is none yet. */
  of(parent: number, text: number, isGroup: 0 | 1): number {
    const mask = this.#slots.length - 1;
    for (let at = this.#hash(parent, text, isGroup) & mask; ; at = (at + 1) & mask) {
      const b = this.#slots[at]! - 1;
      if (b < 0) {
        this.#slots[at] = this.count + 1;
        return this.#add(parent, text, isGroup);
      }
      if (this.#text[b] === text && this.parent[b] === parent && this.isGroup[b] === isGroup) return b;
    }
  }

  #hash(parent: number, text: number, isGroup: number): number {
    const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(text * 2 + isGroup, 0x85ebca6b);
    return mixed ^ (mixed >>> 15);
  }

  #add(parent: number, text: number, isGroup: 0 | 1): number {
    const b = this.count++;
    this.parent = grown(this.parent, this.count);
    this.first = grown(this.first, this.count);
    this.last = grown(this.last, this.count);
    this.size = grown(this.size, this.count);
    this.isGroup = grown(this.isGroup, this.count);
    this.#text = grown(this.#text, this.count);
    this.parent[b] = parent;
    this.first[b] = this.last[b] = NONE;
    this.isGroup[b] = isGroup;
    this.#text[b] = text;
    if (this.count * 2 > this.#slots.length) this.#widen();
    return b;
  }

  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let b = 0; b < this.count; b++) {
      let at = this.#hash(this.parent[b]!, this.#text[b]!, this.isGroup[b]!) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = b + 1;
    }
    this.#slots = slots;
  }
}

export class Tree {
  /** Rows taken in; the arrays may be longer. */
  count = 0;
  readonly roots: number[] = [];
  /** Parent to draw under: -1 for a root, an action whose parent has not come yet, and one that closes a circle. */
  parent = new Int32Array(0);
  /** First child and next sibling, by row; -1: none. */
  child = new Int32Array(0);
  next = new Int32Array(0);
  bucketOf = new Int32Array(0);
  /** Next row of the same bucket. */
  nextInBucket = new Int32Array(0);
  readonly buckets = new Buckets();
  #lastChild = new Int32Array(0);
  readonly #revision: number;
  /** The first row that a parent is awaited in: when it comes, what is a root now is one no more. */
  #awaited = Number.POSITIVE_INFINITY;

  constructor(private readonly actions: Actions) {
    const { count } = actions;
    this.#revision = actions.treeRevision;
    this.#reserve(count);
    let isForward = false;
    for (let row = 0; row < count; row++) {
      const parent = this.#parentOf(row, count);
      this.parent[row] = parent;
      if (parent > row) isForward = true;
    }
    // A circle has a parent that came after its child.
    if (isForward) this.#cutCircles(count);
    for (let row = 0; row < count; row++) this.#append(row);
    this.count = count;
  }

  /** Take in rows that came since. False where a tree has to be built anew: not all that changed is new. */
  grow(): boolean {
    const { count, treeRevision } = this.actions;
    if (treeRevision !== this.#revision || count > this.#awaited) return false;
    this.#reserve(count);
    for (let row = this.count; row < count; row++) {
      const parent = this.#parentOf(row, count);
      if (parent > row) return false;
      this.parent[row] = parent;
      this.#append(row);
    }
    this.count = count;
    return true;
  }

  labelOf(bucket: number): string {
    const first = this.buckets.first[bucket]!;
    return (this.buckets.isGroup[bucket] ? this.actions.group[first] : this.actions.name[first]) ?? "";
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

  #reserve(rows: number): void {
    this.parent = grown(this.parent, rows);
    this.child = grown(this.child, rows, NONE);
    this.next = grown(this.next, rows, NONE);
    this.nextInBucket = grown(this.nextInBucket, rows, NONE);
    this.bucketOf = grown(this.bucketOf, rows, NONE);
    this.#lastChild = grown(this.#lastChild, rows, NONE);
  }

  #parentOf(row: number, count: number): number {
    const parent = this.actions.parent[row]!;
    if (parent >= count) this.#awaited = Math.min(this.#awaited, parent);
    return parent >= 0 && parent < count && parent !== row ? parent : NONE;
  }

  /** To the end of its parent's children, and of its bucket. Roots have no bucket. */
  #append(row: number): void {
    const { buckets, actions } = this;
    const parent = this.parent[row]!;
    if (parent < 0) {
      this.roots.push(row);
      return;
    }
    const before = this.#lastChild[parent]!;
    if (before < 0) this.child[parent] = row;
    else this.next[before] = row;
    this.#lastChild[parent] = row;
    const group = actions.groupAt[row]!;
    const b =
      group === NO_STRING ? buckets.of(parent, actions.nameAt[row]!, 0) : buckets.of(parent, group, 1);
    const lastInBucket = buckets.last[b]!;
    if (lastInBucket < 0) buckets.first[b] = row;
    else this.nextInBucket[lastInBucket] = row;
    buckets.last[b] = row;
    buckets.size[b]!++;
    this.bucketOf[row] = b;
  }

  /** Bad data may go in circles: cut each once, so that no row is lost and no walk is endless. */
  #cutCircles(count: number): void {
    const { parent } = this;
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
}
