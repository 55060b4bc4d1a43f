// Which of its like an action is: "square[12]". Flyte records no index of a mapped input, but the calls are started in
// order: it is found from when they were queued, and not told where that does not decide it. The same as
// flyte_widgets/run/fan_out.py.
import type { Actions } from "../../../core/actions";
import { FOLD_FROM } from "./order";
import type { Tree } from "./tree";

/** A fan-out of more that grows is looked at anew only now and then. Places that are known stay true meanwhile. */
const LARGE = 2_000;
const AGAIN_MS = 1_000;

interface Found {
  size: number;
  atMs: number;
  places: ReadonlyMap<number, Place>;
}

export interface Place {
  index: number;
  of: number;
}

export class FanOut {
  #tree: Tree | null = null;
  #found = new Map<number, Found>();

  /** Null where it is in no fan-out, or that is not known. */
  placeOf(actions: Actions, tree: Tree, row: number): Place | null {
    if (tree !== this.#tree) {
      this.#tree = tree;
      this.#found = new Map();
    }
    const bucket = tree.bucketOf[row] ?? -1;
    if (bucket < 0 || actions.known > actions.count) return null; // of a saved part nobody can count
    const { size, isGroup } = tree.buckets;
    const members = size[bucket]!;
    if (members < (isGroup[bucket] ? 2 : FOLD_FROM)) return null;
    const before = this.#found.get(bucket);
    const nowMs = performance.now();
    if (before && (before.size === members || (members > LARGE && nowMs - before.atMs < AGAIN_MS))) {
      return before.places.get(row) ?? null;
    }
    const places = placesOf(actions, tree, bucket);
    this.#found.set(bucket, { size: members, atMs: nowMs, places });
    return places.get(row) ?? null;
  }
}

function placesOf(actions: Actions, tree: Tree, bucket: number): Map<number, Place> {
  const byName = new Map<number, number[]>();
  for (let row = tree.buckets.first[bucket]!; row >= 0; row = tree.nextInBucket[row]!) {
    const name = actions.nameAt[row]!;
    const rows = byName.get(name);
    if (rows) rows.push(row);
    else byName.set(name, [row]);
  }
  const places = new Map<number, Place>();
  const { createdMs } = actions;
  for (const rows of byName.values()) {
    if (rows.length < 2 || rows.some((row) => Number.isNaN(createdMs[row]!))) continue;
    rows.sort((a, b) => createdMs[a]! - createdMs[b]!);
    const at = (index: number): number => createdMs[rows[index]!] ?? Number.NaN;
    for (const [index, row] of rows.entries()) {
      if (at(index) !== at(index - 1) && at(index) !== at(index + 1)) {
        places.set(row, { index, of: rows.length });
      }
    }
  }
  return places;
}
