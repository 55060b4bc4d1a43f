// Which rows are shown, in which order: depth first over the tree, with folds, filters and search. Pure.
import { type Actions, NO_STRING } from "../../../core/actions";
import { isTerminal } from "../../../core/phases";
import type { Tree } from "./tree";

/** Siblings of one name fold from here on: 4 shards are one row, fold_0 and fold_1 or three tries stay apart. */
export const FOLD_FROM = 4;

export interface Filter {
  /** Wire number; 0: all. */
  phase: number;
  query: string;
  hideFinished: boolean;
}

export const NO_FILTER: Filter = { phase: 0, query: "", hideFinished: false };
export const isFiltering = (f: Filter): boolean => f.phase !== 0 || f.query.trim() !== "" || f.hideFinished;

/** What the reader opened and closed, by key. All else is as by default. Keys stay valid after a new snapshot. */
export type Toggles = Map<string, boolean>;

export const actionKey = (id: string): string => id;
export const bucketKey = (actions: Actions, tree: Tree, bucket: number): string => {
  const { parent, isGroup } = tree.buckets;
  return `${actions.id[parent[bucket]!]!}${isGroup[bucket] ? "\u0001" : "\u0002"}${tree.labelOf(bucket)}`;
};

export enum Fold {
  None = 0,
  Closed = 1,
  Open = 2,
}

/** The shown rows, top to bottom. */
export class Order {
  count = 0;
  /** An action's row, or -1 - b for the fold row of bucket b. */
  item: Int32Array;
  level: Uint16Array;
  fold: Uint8Array;
  /** Siblings and place among them are not kept: aria-rowindex says where a row is. */
  #indexByRow: Int32Array | null = null;
  #indexByBucket: Int32Array | null = null;

  constructor(
    readonly tree: Tree,
    /** Rows that match, when filtering. */
    readonly matches: Uint8Array | null,
    /** Members of each bucket that are shown; null: all. */
    private readonly shownIn: Uint32Array | null,
    capacity: number,
  ) {
    this.item = new Int32Array(capacity);
    this.level = new Uint16Array(capacity);
    this.fold = new Uint8Array(capacity);
  }

  /** Rows without folds, one under the other. */
  static flat(tree: Tree, matches: Uint8Array | null, rows: Uint32Array): Order {
    const order = new Order(tree, matches, null, rows.length);
    order.item.set(rows);
    order.count = rows.length;
    return order;
  }

  /** Where an action is shown; -1: nowhere. */
  indexOf(row: number): number {
    this.#indexByRow ??= this.#indexes(this.tree.count, (item) => item);
    return this.#indexByRow[row] ?? -1;
  }

  /** Where a row is, be it an action's or a fold's. */
  indexOfItem(item: number): number {
    if (item >= 0) return this.indexOf(item);
    this.#indexByBucket ??= this.#indexes(this.tree.buckets.count, (other) => -1 - other);
    return this.#indexByBucket[-1 - item] ?? -1;
  }

  #indexes(length: number, placeOf: (item: number) => number): Int32Array {
    const indexes = new Int32Array(length).fill(-1);
    for (let i = 0; i < this.count; i++) {
      const place = placeOf(this.item[i]!);
      if (place >= 0) indexes[place] = i;
    }
    return indexes;
  }

  /** Members of a bucket that are shown. */
  sizeOf(bucket: number): number {
    return (this.shownIn ?? this.tree.buckets.size)[bucket]!;
  }

  /** Shown members of a bucket, in their order. */
  *members(bucket: number): Generator<number> {
    const { tree, matches } = this;
    for (let row = tree.buckets.first[bucket]!; row >= 0; row = tree.nextInBucket[row]!) {
      if (!matches || matches[row]) yield row;
    }
  }

  /** Index of the row above this one in the tree; -1 for a root. */
  parentIndex(index: number): number {
    const level = this.level[index]!;
    for (let i = index - 1; i >= 0; i--) if (this.level[i]! < level) return i;
    return -1;
  }

  /** Copy rows of another order, from index `from` up to `until`. There has to be room for them. */
  append(other: Order, from: number, until: number): void {
    this.item.set(other.item.subarray(from, until), this.count);
    this.level.set(other.level.subarray(from, until), this.count);
    this.fold.set(other.fold.subarray(from, until), this.count);
    this.count += until - from;
  }

  push(item: number, level: number, fold: number): void {
    if (this.count === this.item.length) {
      const wider = Math.max(64, this.count * 2);
      const grow = <T extends Int32Array | Uint16Array | Uint8Array>(from: T, to: T): T => {
        to.set(from);
        return to;
      };
      this.item = grow(this.item, new Int32Array(wider));
      this.level = grow(this.level, new Uint16Array(wider));
      this.fold = grow(this.fold, new Uint8Array(wider));
    }
    this.item[this.count] = item;
    this.level[this.count] = Math.min(level, 0xffff);
    this.fold[this.count++] = fold;
  }
}

/** Looks each text of the table up once, however often the rows are ordered while one query is asked. */
export class TextSearch {
  #query = "";
  #snapshots = -1;
  /** By place in the table: 0 not looked at, 1 without the query, 2 with it. */
  #found = new Uint8Array(0);

  /** Begin to ask for a query, in lower case. */
  ask(actions: Actions, query: string): void {
    const isSame = this.#query === query && this.#snapshots === actions.snapshots;
    const found = isSame ? this.#found : new Uint8Array(0);
    const length = actions.strings.length;
    this.#found = found.length >= length ? found : new Uint8Array(length * 2);
    if (this.#found !== found) this.#found.set(found);
    this.#query = query;
    this.#snapshots = actions.snapshots;
  }

  has({ strings }: Actions, at: number): boolean {
    if (at === NO_STRING) return false;
    this.#found[at] ||= strings[at]!.toLowerCase().includes(this.#query) ? 2 : 1;
    return this.#found[at] === 2;
  }
}

export const MATCH = 1;
const ABOVE = 2;

/** Mark what matches (1) and what is above it (2). Null: everything is shown. */
export function matching(
  actions: Actions,
  tree: Tree,
  filter: Filter,
  search = new TextSearch(),
): Uint8Array | null {
  if (!isFiltering(filter)) return null;
  const query = filter.query.trim().toLowerCase();
  if (query) search.ask(actions, query);
  const { nameAt, groupAt } = actions;
  const byId = query ? (actions.rowOf.get(query) ?? -1) : -1;
  const marks = new Uint8Array(tree.count);
  for (let row = 0; row < tree.count; row++) {
    const phase = actions.phase[row]!;
    if (filter.phase && phase !== filter.phase) continue;
    if (filter.hideFinished && isTerminal(phase)) continue;
    if (query && !search.has(actions, nameAt[row]!) && row !== byId && !search.has(actions, groupAt[row]!))
      continue;
    marks[row] = MATCH;
    for (let up = tree.parent[row]!; up >= 0 && !marks[up]; up = tree.parent[up]!) marks[up] = ABOVE;
  }
  return marks;
}

/** The rows to show. `toggles` are the reader's own; while filtering give those made since the filter was set. */
export function order(
  actions: Actions,
  tree: Tree,
  filter: Filter,
  toggles: Toggles,
  search?: TextSearch,
): Order {
  const marks = matching(actions, tree, filter, search);
  const { buckets, bucketOf } = tree;
  let shownIn: Uint32Array | null = null;
  let leads: Uint8Array | null = null;
  if (marks) {
    shownIn = new Uint32Array(buckets.count);
    leads = new Uint8Array(buckets.count);
    for (let row = 0; row < tree.count; row++) {
      const b = bucketOf[row]!;
      if (b < 0 || !marks[row]) continue;
      shownIn[b] = shownIn[b]! + 1;
      // A member that is only on the way to a match: the way has to be open.
      if (marks[row] === ABOVE) leads[b] = 1;
    }
  }
  const result = new Order(tree, marks, shownIn, Math.min(tree.count + 1, 4096));
  const sizes = shownIn ?? buckets.size;
  const begun = new Uint8Array(buckets.count);
  const toggled = (key: () => string, byDefault: boolean): boolean =>
    toggles.size === 0 ? byDefault : (toggles.get(key()) ?? byDefault);
  const hasShownChild = (row: number): boolean => {
    for (let child = tree.child[row]!; child >= 0; child = tree.next[child]!) {
      if (!marks || marks[child]) return true;
    }
    return false;
  };

  // A stack of "go on here": a row among its siblings, or among the members of its bucket.
  const stack: { row: number; level: number; inBucket: boolean }[] = [];
  const emit = (row: number, level: number, inFold: boolean): void => {
    if (!hasShownChild(row)) {
      result.push(row, level, Fold.None);
      return;
    }
    // The members of a big fold start closed, or a look at 500 shards is a look at 2,000 rows.
    const open = toggled(() => actionKey(actions.id[row]!), marks !== null || !inFold);
    result.push(row, level, open ? Fold.Open : Fold.Closed);
    if (open) stack.push({ row: tree.child[row]!, level: level + 1, inBucket: false });
  };
  const walk = (): void => {
    while (stack.length > 0) {
      const here = stack[stack.length - 1]!;
      const { row, level, inBucket } = here;
      if (row < 0) {
        stack.pop();
        continue;
      }
      here.row = (inBucket ? tree.nextInBucket : tree.next)[row]!;
      if (marks && !marks[row]) continue;
      const b = bucketOf[row]!;
      if (inBucket) {
        emit(row, level, sizes[b]! >= FOLD_FROM);
      } else if (b >= 0 && (buckets.isGroup[b] || sizes[b]! >= FOLD_FROM)) {
        if (begun[b]) continue;
        begun[b] = 1;
        const byDefault = leads?.[b] === 1 || sizes[b]! < FOLD_FROM;
        const open = toggled(() => bucketKey(actions, tree, b), byDefault);
        result.push(-1 - b, level, open ? Fold.Open : Fold.Closed);
        if (open) stack.push({ row: buckets.first[b]!, level: level + 1, inBucket: true });
      } else {
        emit(row, level, false);
      }
    }
  };
  for (const root of tree.roots) {
    if (marks && !marks[root]) continue;
    emit(root, 0, false);
    walk();
  }
  return result;
}

/** Open everything above an action, so that it is shown. */
export function openTo(actions: Actions, tree: Tree, row: number, toggles: Toggles): void {
  for (let at = row; at >= 0; at = tree.parent[at]!) {
    if (at !== row) toggles.set(actionKey(actions.id[at]!), true);
    const bucket = tree.bucketOf[at]!;
    if (bucket >= 0) toggles.set(bucketKey(actions, tree, bucket), true);
  }
}
