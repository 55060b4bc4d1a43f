import { expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import { NO_FILTER } from "../../src/run/timeline/rows/order";
import { flatOrder, sortedBy } from "../../src/run/timeline/rows/sort";
import { Tree } from "../../src/run/timeline/rows/tree";
import type { Sort } from "../../src/ui/view-state";
import { bigRun } from "../scenario";
import { action, load, root, segment } from "./help";

const clock = { nowMs: 100_000, runOver: false };
const ended = (id: string, phase: number, startMs: number, endMs: number) =>
  action({
    id,
    phase,
    createdMs: startMs - 500,
    endedMs: endMs,
    segments: [segment(Phase.Running, startMs, endMs)],
  });

const specs = [
  root,
  ended("early", Phase.Succeeded, 1_000, 2_000),
  ended("failed", Phase.Failed, 5_000, 9_000),
  action({ id: "running", segments: [segment(Phase.Running, 40_000)] }),
  ended("long", Phase.Succeeded, 3_000, 90_000),
  action({ id: "odd", phase: 42, createdMs: Number.NaN, segments: [] }),
];

function ids(sort: Exclude<Sort, "tree">, filter = {}): string[] {
  const actions = load(specs);
  const order = flatOrder(actions, new Tree(actions), { ...NO_FILTER, ...filter }, clock, sort);
  return Array.from({ length: order.count }, (_, i) => actions.id[order.item[i]!]!);
}

test("by start: earliest first, what has no start last", () => {
  expect(ids("start")).toEqual(["a0", "early", "long", "failed", "running", "odd"]);
});

test("by duration: longest first, open ones to now", () => {
  expect(ids("duration")).toEqual(["a0", "long", "running", "failed", "early", "odd"]);
});

test("by phase: failures, then what goes on, then what nobody knows, then successes; each by start", () => {
  expect(ids("phase")).toEqual(["failed", "a0", "running", "odd", "early", "long"]);
});

test("only what matches is listed, without what is above it", () => {
  expect(ids("duration", { phase: Phase.Succeeded })).toEqual(["long", "early"]);
});

test("the order is that of a comparison, also for 100,000 actions over weeks", () => {
  const rows = Uint32Array.from({ length: 100_000 }, (_, i) => i);
  const value = (row: number) => (row % 7 === 0 ? Number.NaN : ((row * 7_919) % 100_003) * 30_000 - 1e9);
  const fast = [...sortedBy(rows, value)];
  const known = [...rows].filter((row) => row % 7 !== 0).sort((a, b) => value(a) - value(b) || a - b);
  expect(fast).toEqual([...known, ...[...rows].filter((row) => row % 7 === 0)]);
});

test("every action of a large run is listed once", () => {
  const actions = load(bigRun(3_000, 600_000));
  for (const sort of ["start", "duration", "phase"] as const) {
    const order = flatOrder(actions, new Tree(actions), NO_FILTER, { nowMs: 6e5, runOver: false }, sort);
    expect(new Set(order.item.subarray(0, order.count)).size).toBe(3_000);
  }
});
