// Puts rows that came into an order that is there, so that a list of 100,000 rows need not be walked for a few. Pure.
import { FOLD_FROM, Fold, Order } from "./order";

interface Coming {
  /** Before which index of the old order. */
  at: number;
  row: number;
  level: number;
}

/**
 * The order with the rows of its tree from `from` on, each at the end of its parent's or of its open fold's. Only for
 * an order of the whole tree, without a filter. Null where more changes than that, so that the rows are to be walked:
 * a parent gets its first child, a fold is made, or grows so large that it would close.
 */
export function withNewRows(before: Order, from: number): Order | null {
  const { tree } = before;
  const { buckets } = tree;
  const sizeBefore = new Map<number, number>();
  for (let row = from; row < tree.count; row++) {
    const b = tree.bucketOf[row]!;
    if (b >= 0) sizeBefore.set(b, (sizeBefore.get(b) ?? buckets.size[b]!) - 1);
  }
  const ends = new Map<number, number>();
  const coming: Coming[] = [];
  const putUnder = (index: number, row: number): void => {
    const level = before.level[index]!;
    let at = ends.get(index);
    if (at === undefined) {
      at = index + 1;
      while (at < before.count && before.level[at]! > level) at++;
      ends.set(index, at);
    }
    coming.push({ at, row, level: level + 1 });
  };
  for (let row = from; row < tree.count; row++) {
    const parent = tree.parent[row]!;
    if (parent < 0) {
      coming.push({ at: before.count, row, level: 0 });
      continue;
    }
    if (parent >= from) return null;
    const above = before.indexOf(parent);
    if (above < 0 || before.fold[above] === Fold.Closed) continue;
    if (before.fold[above] === Fold.None) return null;
    const b = tree.bucketOf[row]!;
    const size = sizeBefore.get(b)!;
    const isGroup = buckets.isGroup[b] === 1;
    if (size < FOLD_FROM && buckets.size[b]! >= FOLD_FROM) return null;
    if (isGroup && size === 0) return null;
    if (!isGroup && size < FOLD_FROM) putUnder(above, row);
    else {
      const fold = before.indexOfItem(-1 - b);
      if (before.fold[fold] === Fold.Open) putUnder(fold, row);
    }
  }
  return merged(before, coming);
}

/** Where two come to one place, the deeper one belongs to what ends there. */
function merged(before: Order, coming: Coming[]): Order {
  coming.sort((a, b) => a.at - b.at || b.level - a.level || a.row - b.row);
  const order = new Order(before.tree, null, null, before.count + coming.length);
  let copied = 0;
  for (const { at, row, level } of coming) {
    order.append(before, copied, at);
    copied = at;
    order.push(row, level, Fold.None);
  }
  order.append(before, copied, before.count);
  return order;
}
