import { describe, expect, test } from "vitest";
import { Actions } from "../../src/core/actions";
import { Phase } from "../../src/core/phases";
import { nextFailed, nextFailure } from "../../src/run/timeline/rows/failures";
import { bucketKey, Fold, NO_FILTER, openTo, order, type Toggles } from "../../src/run/timeline/rows/order";
import { Tree } from "../../src/run/timeline/rows/tree";
import { pack } from "../pack";
import { bigRun, runningActions } from "../scenario";
import { action, lines, ordered, root } from "./help";

const shards = (n: number, more = {}) =>
  Array.from({ length: n }, (_, i) => action({ id: `s${i}`, name: "shard", ...more }));

describe("folds", () => {
  test("the run of the pictures shows the rows of the pictures", () => {
    expect(lines(ordered(runningActions()))).toEqual([
      "a0",
      "  prepare ×4",
      "  square ×40",
      "  a44",
      "    a46",
      "    a47",
      "  a48",
      "  a49",
    ]);
  });

  test("three of a name stay apart, four fold", () => {
    expect(lines(ordered([root, ...shards(3)]))).toEqual(["a0", "  s0", "  s1", "  s2"]);
    expect(lines(ordered([root, ...shards(4)]))).toEqual(["a0", "  shard ×4"]);
  });

  test("a fold stands where its first member came, whatever comes between", () => {
    const [s0, ...rest] = shards(4);
    expect(lines(ordered([root, s0!, action({ id: "x" }), ...rest]))).toEqual(["a0", "  shard ×4", "  x"]);
  });

  test("a small group is an open row of its own, a large one a closed one", () => {
    expect(lines(ordered([root, ...shards(2, { group: "g" })]))).toEqual([
      "a0",
      "  g ×2",
      "    s0",
      "    s1",
    ]);
    expect(lines(ordered([root, ...shards(5, { group: "g" })]))).toEqual(["a0", "  g ×5"]);
  });

  test("the same name under another parent is another fold", () => {
    const other = action({ id: "b" });
    const under = shards(4).map((s) => ({ ...s, id: `u${s.id}`, parent: 1 }));
    expect(lines(ordered([root, other, ...shards(4), ...under]))).toEqual([
      "a0",
      "  b",
      "    shard ×4",
      "  shard ×4",
    ]);
  });

  test("an opened fold shows its members, and their children stay closed", () => {
    const specs = [root, ...shards(4), action({ id: "c", parent: 1 })];
    const first = ordered(specs);
    const toggles: Toggles = new Map([[bucketKey(first.actions, first.tree, first.tree.bucketOf[1]!), true]]);
    const result = ordered(specs, {}, toggles);
    expect(lines(result)).toEqual(["a0", "  shard ×4", "    s0", "    s1", "    s2", "    s3"]);
    expect(result.order.fold[2]).toBe(Fold.Closed);
    toggles.set("s0", true);
    expect(lines(ordered(specs, {}, toggles))).toContain("      c");
  });

  test("a closed action hides what is under it", () => {
    expect(lines(ordered(runningActions(), {}, new Map([["a44", false]])))).not.toContain("    a46");
  });
});

describe("bad parents", () => {
  test("an action whose parent is not known is a root, until it is", () => {
    expect(lines(ordered([root, action({ id: "x", parent: -1 })]))).toEqual(["a0", "x"]);
    expect(lines(ordered([root, action({ id: "x", parent: 99 })]))).toEqual(["a0", "x"]);
  });

  test("a parent that comes after its child holds it all the same", () => {
    expect(lines(ordered([action({ id: "x", parent: 1 }), root]))).toEqual(["a0", "  x"]);
  });

  test.each([
    ["an action that is its own parent", [1]],
    ["two that are each other's parent", [2, 1]],
    ["a circle of three with a tail into it", [2, 3, 1, 1]],
  ])("%s: no row is lost, no walk is endless", (_, parents) => {
    const specs = [root, ...parents.map((parent, i) => action({ id: `x${i}`, parent }))];
    const result = ordered(specs);
    const ids = lines(result).map((line) => line.trim());
    expect(ids.sort()).toEqual(specs.map((s) => s.id).sort());
    expect([...result.tree.preorder()].sort()).toEqual(specs.map((_s, i) => i));
  });

  test("a chain of 50,000 does not overflow the stack", () => {
    const chain = Array.from({ length: 50_000 }, (_, i) => action({ id: `a${i}`, parent: i - 1 }));
    const { order: o } = ordered(chain);
    expect(o.count).toBe(50_000);
    expect(o.level[49_999]).toBe(49_999);
  });
});

describe("filters", () => {
  test("a search shows the matches and the way to them", () => {
    expect(lines(ordered(runningActions(), { query: "FOLD_1" }))).toEqual(["a0", "  a44", "    a47"]);
  });

  test("an id is found too, inside of its fold", () => {
    expect(lines(ordered(runningActions(), { query: "a7" }))).toEqual(["a0", "  a7"]);
  });

  test("a phase filter counts only what matches, and few matches stand for themselves", () => {
    expect(lines(ordered(runningActions(), { phase: Phase.Failed }))).toEqual(["a0", "  a20"]);
    expect(lines(ordered(runningActions(), { phase: Phase.Running }))).toContain("  square ×7");
  });

  test("without the finished ones a fold has only those that go on", () => {
    const result = lines(ordered(runningActions(), { hideFinished: true }));
    expect(result).toContain("  square ×7");
    expect(result.join()).not.toContain("prepare");
  });

  test("the way to a match through a fold is open", () => {
    const specs = [root, ...shards(6), action({ id: "deep", parent: 3 })];
    const members = shards(6).map((s) => ({ ...s, parent: 0 }));
    expect(lines(ordered([root, ...members, specs[7]!], { query: "deep" }))).toEqual([
      "a0",
      "  s2",
      "    deep",
    ]);
    const each = shards(6).map((s, i) =>
      action({ id: `d${i}`, name: "deep", parent: i + 1, phase: s.phase }),
    );
    expect(lines(ordered([root, ...members, ...each], { query: "deep" })).slice(0, 4)).toEqual([
      "a0",
      "  shard ×6",
      "    s0",
      "      d0",
    ]);
  });

  test("nothing matches: no rows", () => {
    expect(lines(ordered(runningActions(), { query: "nobody" }))).toEqual([]);
  });
});

test("openTo opens every fold and action above, so that the action has a row", () => {
  const { actions, tree } = ordered(runningActions());
  const toggles: Toggles = new Map([["a0", false]]);
  const row = actions.rowOf.get("a20")!;
  expect(order(actions, tree, NO_FILTER, toggles).indexOf(row)).toBe(-1);
  openTo(actions, tree, row, toggles);
  expect(order(actions, tree, NO_FILTER, toggles).indexOf(row)).toBeGreaterThan(0);
});

test("failures are walked in tree order, the root last, round and round, folded or not", () => {
  const specs = [
    { ...root, phase: Phase.Failed },
    action({ id: "b", phase: Phase.Failed }),
    action({ id: "c" }),
    action({ id: "d", parent: 1, phase: Phase.TimedOut }),
    ...shards(4, { phase: Phase.Failed }).slice(0, 1),
    ...shards(5).slice(1),
  ];
  const { actions, tree } = ordered(specs);
  const from = (id: string, by: 1 | -1) =>
    actions.id[nextFailure(actions, tree, actions.rowOf.get(id) ?? -1, by)];
  expect([from("", 1), from("b", 1), from("d", 1), from("s0", 1)]).toEqual(["b", "d", "s0", "a0"]);
  expect([from("a0", 1), from("c", 1)]).toEqual(["b", "s0"]);
  expect([from("", -1), from("s0", -1), from("b", -1)]).toEqual(["a0", "d", "a0"]);
  expect(nextFailure(ordered([root]).actions, ordered([root]).tree, -1, 1)).toBe(-1);
});

test("what failed is walked before what timed out, the root last, and from anything else from the beginning", () => {
  const specs = [
    { ...root, phase: Phase.Failed },
    action({ id: "late", phase: Phase.TimedOut }),
    action({ id: "fine" }),
    action({ id: "b", phase: Phase.Failed }),
    action({ id: "c", phase: Phase.Failed }),
  ];
  const { actions, tree } = ordered(specs);
  const from = (id: string) => actions.id[nextFailed(actions, tree, actions.rowOf.get(id) ?? -1)];
  expect([from(""), from("b"), from("c"), from("late"), from("a0")]).toEqual(["b", "c", "late", "a0", "b"]);
  expect([from("fine"), from("b")]).toEqual(["b", "c"]);
  expect(nextFailed(ordered([root]).actions, ordered([root]).tree, -1)).toBe(-1);
});

test("every action of a big run has exactly one row once all is open", () => {
  const specs = bigRun(5_000, 60_000);
  const actions = new Actions();
  actions.apply(pack(specs));
  const tree = new Tree(actions);
  const all: Toggles = new Map(specs.map((s) => [s.id, true]));
  for (let b = 0; b < tree.buckets.count; b++) all.set(bucketKey(actions, tree, b), true);
  const result = order(actions, tree, NO_FILTER, all);
  const rows = [...result.item.subarray(0, result.count)].filter((item) => item >= 0);
  expect(new Set(rows).size).toBe(5_000);
  expect(rows.length).toBe(5_000);
  for (const [i, item] of result.item.subarray(0, result.count).entries()) {
    expect(result.indexOfItem(item)).toBe(i);
    if (i > 50) break;
  }
});
