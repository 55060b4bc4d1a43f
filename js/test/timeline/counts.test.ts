import { describe, expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import { activeAt, drawn, gripAt, heightOf, OverviewCount } from "../../src/run/timeline/time/overview";
import { Scale } from "../../src/run/timeline/time/scale";
import { countPhases, StripCount, strip, summaryPhase } from "../../src/run/timeline/time/strip";
import type { ActionSpec } from "../pack";
import { bigRun, runningActions } from "../scenario";
import { action, load, segment } from "./help";

const { Queued, Running, Succeeded, Failed, TimedOut } = Phase;
const scale = new Scale({ fromMs: 0, toMs: 300 }, 0, 300);
const live = { nowMs: 200, runOver: false };

const done = (id: string, fromMs: number, toMs: number, phase: number = Succeeded): ActionSpec =>
  action({
    id,
    parent: -1,
    phase,
    createdMs: fromMs,
    endedMs: toMs,
    segments: [segment(Running, fromMs, toMs), segment(phase, toMs, toMs)],
  });

const stripOf = (specs: ActionSpec[], clock = live, on = scale) => {
  const actions = load(specs);
  const rows = specs.map((_s, row) => row);
  const outcome = summaryPhase(countPhases(actions, rows));
  return strip(new StripCount(actions, rows, clock, on).run()!, rows.length, 14, outcome, on);
};
/** Height of a phase at x. */
const heightAt = (cells: ReturnType<typeof stripOf>["cells"], phase: number, x: number) =>
  cells.filter((c) => c.phase === phase && c.x0 <= x && x < c.x1).reduce((sum, c) => sum + c.y1 - c.y0, 0);

describe("strip", () => {
  test("shares of the members over time, done work at the bottom, what was not created yet left out", () => {
    const { cells, x0, x1 } = stripOf([
      done("a", 30, 60),
      done("b", 30, 90),
      done("c", 60, 120),
      done("d", 60, 120),
    ]);
    expect([x0, x1]).toEqual([30, 120]);
    expect(heightAt(cells, Running, 45)).toBe(7);
    expect(heightAt(cells, Succeeded, 45)).toBe(0);
    expect(heightAt(cells, Succeeded, 75)).toBe(3.5);
    expect(heightAt(cells, Running, 75)).toBe(10.5);
    expect(heightAt(cells, Succeeded, 105)).toBe(7);
    const bottom = cells.find((c) => c.phase === Succeeded && c.x0 <= 105 && 105 < c.x1);
    expect(bottom?.y1).toBe(14);
  });

  test("one failure among 500 is still 2 px high", () => {
    const specs = Array.from({ length: 500 }, (_, i) => done(`a${i}`, 0, 100, i === 7 ? Failed : Succeeded));
    const { cells, outcome } = stripOf([...specs, done("last", 0, 150)]);
    expect(heightAt(cells, Failed, 120)).toBeCloseTo(2, 9);
    expect(Math.min(...cells.map((c) => c.y0))).toBeGreaterThanOrEqual(0);
    expect(outcome).toBe(Failed);
  });

  test("while one goes on the strip is open, reaches now and has no outcome", () => {
    const open = action({ id: "b", parent: -1, segments: [segment(Running, 50)] });
    const result = stripOf([done("a", 0, 60), open]);
    expect(result).toMatchObject({ open: true, outcome: 0, x1: 200 });
    expect(heightAt(result.cells, Running, 198)).toBe(7);
    const over = stripOf([done("a", 0, 60), open], { nowMs: 200, runOver: true });
    expect(over).toMatchObject({ open: false, x1: 200 });
  });

  test("no time known, no members, an unknown phase: no throw, no endless strip", () => {
    const none = action({ id: "n", parent: -1, createdMs: Number.NaN });
    const odd = action({ id: "o", parent: -1, phase: 42, segments: [segment(42, 10)] });
    for (const specs of [[], [none], [odd]]) {
      for (const cell of stripOf(specs).cells)
        expect(Number.isFinite(cell.x0 + cell.x1 + cell.y0)).toBe(true);
    }
    expect(heightAt(stripOf([odd]).cells, 0, 50)).toBe(14);
  });

  test("runs of equal steps are one cell, so that a strip is cheap to draw", () => {
    expect(stripOf([done("a", 0, 200), done("b", 0, 200)]).cells).toHaveLength(1);
  });
});

describe("summary", () => {
  const of = (...pairs: [number, number][]) => summaryPhase(new Map(pairs));
  test("what goes on comes first, then the worst end", () => {
    expect(of([Succeeded, 30], [Failed, 1], [Running, 2])).toBe(Running);
    expect(of([Succeeded, 30], [Failed, 1])).toBe(Failed);
    expect(of([Succeeded, 3], [TimedOut, 1])).toBe(TimedOut);
    expect(of([Succeeded, 3])).toBe(Succeeded);
    expect(of([42, 3], [Succeeded, 1])).toBe(42);
    expect(of()).toBe(0);
  });
});

describe("overview", () => {
  const whole = { fromMs: 0, toMs: 110_000 };
  const clock = { nowMs: 102_000, runOver: false };

  test("at each moment it counts what was active then", () => {
    const specs = runningActions();
    const { bins, most } = new OverviewCount(load(specs), clock, whole).run()!;
    for (const atMs of [5_000, 20_000, 50_000, 80_000, 101_000]) {
      const step = Math.floor(atMs / bins.stepMs);
      const middle = (step + 0.5) * bins.stepMs;
      const active = specs.filter((s) => {
        return s.segments.some((g) => g.startMs <= middle && !(g.endMs <= middle));
      }).length;
      expect(activeAt(bins, step), `at ${atMs}`).toBe(active);
      expect(most).toBeGreaterThanOrEqual(active);
    }
  });

  test("failures: the retried attempt's as well as the action's own", () => {
    const { failuresMs } = new OverviewCount(load(runningActions()), clock, whole).run()!;
    expect(failuresMs.map((ms) => Math.round(ms / 1_000))).toEqual([66, 77]);
  });

  test("counted in slices it is the same", () => {
    const actions = load(bigRun(5_000, 600_000));
    const at = { nowMs: 600_000, runOver: false };
    const range = { fromMs: 0, toMs: 640_000 };
    const once = new OverviewCount(actions, at, range).run();
    const sliced = new OverviewCount(actions, at, range);
    let result = sliced.run(0);
    let calls = 1;
    while (!result) {
      result = sliced.run(0);
      calls++;
    }
    expect(calls).toBeGreaterThan(2);
    expect(result).toEqual(once);
  });

  test("an empty run counts as nothing", () => {
    const { bins, most } = new OverviewCount(load([]), clock, whole).run()!;
    expect(most).toBe(0);
    expect(bins.startMs).toBeNaN();
  });

  test("heights grow with the root, and one is never invisible", () => {
    expect(heightOf(100, 100, 15)).toBe(15);
    expect(heightOf(25, 100, 15)).toBe(7.5);
    expect(heightOf(1, 1_000_000, 15)).toBe(2);
    expect(heightOf(0, 100, 15)).toBe(0);
  });
});

describe("the box of what is shown", () => {
  const shown = { fromMs: 100, toMs: 200 };
  test("its handles are found before its inside", () => {
    expect([50, 97, 150, 205, 250].map((x) => gripAt(x, scale, shown))).toEqual([
      "outside",
      "from",
      "box",
      "to",
      "outside",
    ]);
  });
  test("a handle moves one end and never passes the other; the box moves both", () => {
    expect(drawn("from", shown, 30)).toEqual({ fromMs: 130, toMs: 200 });
    expect(drawn("from", shown, 500).fromMs).toBeLessThan(200);
    expect(drawn("to", shown, -500).toMs).toBeGreaterThan(100);
    expect(drawn("box", shown, 30)).toEqual({ fromMs: 130, toMs: 230 });
  });
});

test("queued and waiting work is counted in its own phase", () => {
  const waiting = action({ id: "w", parent: -1, phase: Queued, segments: [segment(Queued, 0)] });
  const { cells } = stripOf([waiting, done("a", 0, 30)]);
  expect(heightAt(cells, Queued, 100)).toBe(7);
  expect(heightAt(cells, Succeeded, 100)).toBe(7);
});
