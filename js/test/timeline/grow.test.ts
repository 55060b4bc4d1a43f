// What is kept from one block to the next is what a fresh look would find: tree, order, sorts, counts, transitions, for
// random runs in which rows come, go on, and turn out to be something else.
import { afterEach, expect, test, vi } from "vitest";
import type { Actions } from "../../src/core/actions";
import { isTerminal, Phase } from "../../src/core/phases";
import { Row } from "../../src/core/protocol";
import { Store } from "../../src/core/store";
import { TransitionsOfAll } from "../../src/run/diagram/path";
import { TimelineModel } from "../../src/run/timeline/model";
import {
  bucketKey,
  Fold,
  isFiltering,
  NO_FILTER,
  type Order,
  order,
} from "../../src/run/timeline/rows/order";
import { withNewRows } from "../../src/run/timeline/rows/order-grow";
import { flatOrder } from "../../src/run/timeline/rows/sort";
import { Tree } from "../../src/run/timeline/rows/tree";
import { countPhases } from "../../src/run/timeline/time/strip";
import { StripCache } from "../../src/run/timeline/time/strip-cache";
import type { Sort } from "../../src/ui/view-state";
import { createUi } from "../../src/ui/view-state";
import { type ActionSpec, Packer, type SegmentSpec } from "../pack";
import { RecordedModel, scenario } from "../scenario";
import { action } from "./help";

const STEPS = 30;
const PHASES = [Phase.Queued, Phase.Running, Phase.Paused, Phase.Succeeded, Phase.Failed, 42];
const NAMES = ["load", "train", "embed", "Trainer"];
const GROUPS = ["", "", "first", "second"];
const SORTS: readonly Sort[] = ["tree", "tree", "start", "duration", "phase"];

afterEach(() => vi.restoreAllMocks());

class Dice {
  constructor(private state: number) {}

  /** 0 … n - 1. */
  roll(n: number): number {
    this.state = (this.state * 1664525 + 1013904223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * n);
  }

  of<T>(all: readonly T[]): T {
    return all[this.roll(all.length)]!;
  }
}

function segmentsOf(dice: Dice, phase: number, nowMs: number): SegmentSpec[] {
  const startMs = dice.roll(8) === 0 ? Number.NaN : nowMs - dice.roll(5_000);
  const first = { phase: Phase.Initializing, startMs: startMs - 100, endMs: startMs };
  const last = { phase, startMs, endMs: isTerminal(phase) ? startMs : Number.NaN };
  return dice.roll(6) === 0 ? [] : dice.roll(2) ? [last] : [first, last];
}

function fresh(dice: Dice, row: number, nowMs: number): ActionSpec {
  const phase = dice.of(PHASES);
  // Now and then the parent is not there yet, is the action itself, or comes later.
  const parent = row === 0 ? -1 : dice.roll(10) ? dice.roll(row) : dice.roll(row + 4) - 1;
  return action({
    id: `a${row}`,
    name: dice.of(NAMES),
    group: dice.of(GROUPS),
    parent,
    phase,
    flags: dice.roll(3) ? Row.History : 0,
    createdMs: dice.roll(9) ? nowMs - dice.roll(9_000) : Number.NaN,
    endedMs: isTerminal(phase) && dice.roll(5) ? nowMs : Number.NaN,
    segments: segmentsOf(dice, phase, nowMs),
  });
}

function changed(dice: Dice, spec: ActionSpec, rows: number, nowMs: number): ActionSpec {
  const kind = dice.roll(12);
  if (kind === 0) return { ...spec, parent: dice.roll(rows + 2) - 1 };
  if (kind === 1) return { ...spec, name: dice.of(NAMES) };
  if (kind === 2) return { ...spec, group: dice.of(GROUPS) };
  const phase = dice.of(PHASES);
  const endedMs = isTerminal(phase) ? nowMs : Number.NaN;
  return { ...spec, phase, endedMs, segments: segmentsOf(dice, phase, nowMs) };
}

/** The arrays of a tree, as far as they are in use. */
function columns(tree: Tree) {
  const rows = [tree.parent, tree.child, tree.next, tree.nextInBucket, tree.bucketOf];
  const { parent, first, last, size, isGroup, count } = tree.buckets;
  return {
    roots: tree.roots,
    rows: rows.map((column) => [...column.subarray(0, tree.count)]),
    buckets: [parent, first, last, size, isGroup].map((column) => [...column.subarray(0, count)]),
    labels: Array.from({ length: count }, (_, b) => tree.labelOf(b)),
  };
}

function shown(actions: Actions, order: Order): string[] {
  return Array.from({ length: order.count }, (_, i) => {
    const item = order.item[i]!;
    const name = item >= 0 ? actions.id[item] : bucketKey(actions, order.tree, -1 - item);
    const size = item >= 0 ? "" : ` ×${order.sizeOf(-1 - item)}`;
    return `${"  ".repeat(order.level[i]!)}${name}${size} ${order.fold[i]}`;
  });
}

/** A reader's view of a run that goes on. */
class Bench {
  readonly dice: Dice;
  readonly packer = new Packer();
  readonly specs: ActionSpec[] = [];
  readonly store: Store;
  readonly model: TimelineModel;
  readonly strips: StripCache;
  readonly transitions = new TransitionsOfAll();
  toggles = new Map<string, boolean>();
  #filtered = new Map<string, boolean>();
  #seq = 0;
  nowMs = 10_000;

  constructor(seed: number) {
    vi.spyOn(Date, "now").mockReturnValue(0);
    this.dice = new Dice(seed);
    this.store = new Store(new RecordedModel({ ...scenario.noActions() }) as never);
    this.model = new TimelineModel(this.store, createUi());
    this.strips = new StripCache(this.model);
  }

  get actions(): Actions {
    return this.store.actions;
  }

  /** A block, then one act of the reader. */
  step(): void {
    const { dice, specs, model } = this;
    this.nowMs += dice.roll(2_000);
    const rows = new Map<number, ActionSpec>();
    const put = (row: number, spec: ActionSpec) => {
      specs[row] = spec;
      rows.set(row, spec);
    };
    for (let n = dice.roll(6); n > 0 && specs.length > 0; n--) {
      const row = dice.roll(specs.length);
      put(row, changed(dice, specs[row]!, specs.length, this.nowMs));
    }
    for (let n = dice.roll(5); n > 0; n--) put(specs.length, fresh(dice, specs.length, this.nowMs));
    const isSnapshot = this.#seq === 0 || dice.roll(12) === 0;
    if (isSnapshot && this.#seq > 0 && dice.roll(2)) specs.splice(dice.roll(specs.length));
    this.actions.apply(isSnapshot ? this.packer.snapshot(specs) : this.packer.delta(rows));
    this.#seq++;
    this.#act();
    model.clock = { nowMs: this.nowMs, runOver: false };
    model.reorder();
    this.strips.refresh();
  }

  #act(): void {
    const { dice, model } = this;
    const act = dice.roll(8);
    if (act === 0) {
      const phase = dice.roll(2) ? 0 : dice.of(PHASES);
      const query = dice.roll(2) ? "" : dice.of(["TRAIN", "first", "a3", "o"]);
      model.setFilter(dice.roll(2) ? NO_FILTER : { phase, query, hideFinished: dice.roll(3) === 0 });
      this.#filtered = new Map();
    } else if (act === 1) model.sort = dice.of(SORTS);
    else if (act < 5 && model.order.count > 0) {
      const index = dice.roll(model.order.count);
      const key = model.keyAt(index);
      const open = model.order.fold[index] !== Fold.Open;
      if (model.toggle(index)) this.active.set(key, open);
    }
  }

  get active(): Map<string, boolean> {
    return isFiltering(this.model.filter) ? this.#filtered : this.toggles;
  }

  /** The order as nothing that is kept can tell it. */
  anew(): Order {
    const { actions, model } = this;
    const tree = new Tree(actions);
    const { sort, filter, clock } = model;
    return sort === "tree"
      ? order(actions, tree, filter, this.active)
      : flatOrder(actions, tree, filter, clock, sort);
  }
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))("a run that grows, seed %i", (seed) => {
  const bench = new Bench(seed);
  for (let step = 0; step < STEPS; step++) {
    bench.step();
    const { actions, model, strips } = bench;
    const at = `seed ${seed}, step ${step}, sort ${model.sort}, ${JSON.stringify(model.filter)}`;
    expect(columns(model.tree), at).toEqual(columns(new Tree(actions)));
    expect(shown(actions, model.order), at).toEqual(shown(actions, bench.anew()));
    for (let index = 0; index < model.order.count; index++) {
      expect(model.indexOfKey(model.keyAt(index)), at).toBe(index);
      const bucket = -1 - model.order.item[index]!;
      if (bucket < 0) continue;
      const counts = [...strips.countsOf(bucket)].filter(([, n]) => n !== 0);
      expect(counts, at).toEqual([...countPhases(actions, model.order.members(bucket))]);
    }
    // One that a row's history no longer has stays until the next snapshot: it was the backend's word.
    const kept = bench.transitions.read(actions).map(String);
    expect(kept, at).toEqual(expect.arrayContaining(new TransitionsOfAll().read(actions).map(String)));
  }
  bench.store.close();
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "rows that only come are put in, seed %i",
  (seed) => {
    const { dice, packer, actions, model, store } = new Bench(seed);
    const toggles = new Map<string, boolean>();
    const specs = [action({ id: "a0", name: "main", parent: -1 })];
    const come = (many: number): DataView => {
      const rows = new Map<number, ActionSpec>();
      for (let n = 0; n < many; n++) {
        const row = specs.length;
        const name = dice.roll(2) ? dice.of(NAMES) : `step_${row}`;
        const parent = dice.roll(12) ? dice.roll(dice.roll(3) ? Math.min(row, 5) : row) : -1;
        specs.push(action({ id: `a${row}`, name, parent, group: dice.roll(4) ? "" : dice.of(GROUPS) }));
        rows.set(row, specs[row]!);
      }
      return packer.delta(rows);
    };
    actions.apply(packer.snapshot(specs));
    actions.apply(come(30));
    model.reorder();
    let putIn = 0;
    for (let step = 0; step < 60; step++) {
      const index = dice.roll(model.order.count);
      const [key, open] = [model.keyAt(index), model.order.fold[index] !== Fold.Open];
      if (dice.roll(4) === 0 && model.toggle(index)) toggles.set(key, open);
      model.reorder();
      const before = model.order;
      const from = model.tree.count;
      actions.apply(come(1 + dice.roll(3)));
      model.reorder();
      if (withNewRows(before, from)) putIn++;
      const anew = order(actions, new Tree(actions), NO_FILTER, toggles);
      expect(shown(actions, model.order), `seed ${seed}, step ${step}`).toEqual(shown(actions, anew));
    }
    expect(putIn).toBeGreaterThan(6);
    store.close();
  },
);

test("rows that only come and end are taken in, and nothing is built anew", () => {
  const bench = new Bench(1);
  const { actions, packer, model } = bench;
  const root = action({ id: "a0", name: "main", parent: -1 });
  const shard = (row: number) => action({ id: `a${row}`, name: row % 2 ? "shard" : `step_${row}` });
  actions.apply(packer.snapshot([root, shard(1)]));
  model.reorder();
  const { tree } = model;
  for (let row = 2; row < 200; row++) {
    actions.apply(packer.delta(new Map([[row, shard(row)]])));
    model.reorder();
  }
  expect(model.tree).toBe(tree);
  expect(tree.count).toBe(200);
  const before = model.order;
  actions.apply(packer.delta(new Map([[3, { ...shard(3), phase: Phase.Succeeded, endedMs: 5 }]])));
  model.reorder();
  expect(model.order).toBe(before);
  expect(tree.preorder()).toEqual(new Tree(actions).preorder());
  bench.store.close();
});

test("an action whose parent comes later moves under it", () => {
  const bench = new Bench(1);
  const { actions, packer, model } = bench;
  const root = action({ id: "a0", name: "main", parent: -1 });
  actions.apply(packer.snapshot([root, action({ id: "early", parent: 2 })]));
  model.reorder();
  expect(model.tree.roots).toEqual([0, 1]);
  actions.apply(packer.delta(new Map([[2, action({ id: "late" })]])));
  model.reorder();
  expect(shown(actions, model.order).map((line) => line.trimStart().split(" ")[0])).toEqual([
    "a0",
    "late",
    "early",
  ]);
  bench.store.close();
});
