import { describe, expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import { breakMsFor, ChangeMarks, NO_SQUEEZE, Squeeze } from "../../src/run/timeline/time/idle";
import { OverviewCount } from "../../src/run/timeline/time/overview";
import { Scale } from "../../src/run/timeline/time/scale";
import { elapsedMarks, ticks } from "../../src/run/timeline/time/ticks";
import { action, load, root, segment } from "./help";

const HOUR = 3_600_000;
/** Busy for a minute, idle for an hour, busy for a minute, idle for two hours, busy. */
const squeeze = new Squeeze(
  [
    { fromMs: 60_000, toMs: 60_000 + HOUR },
    { fromMs: 120_000 + HOUR, toMs: 120_000 + 3 * HOUR },
  ],
  4_000,
);

describe("squeezed time", () => {
  test("and time are each other's inverse, also within a stretch", () => {
    for (const ms of [-5, 0, 60_000, 60_000 + HOUR / 3, 90_000 + HOUR, 120_000 + 2 * HOUR, 5 * HOUR]) {
      expect(squeeze.real(squeeze.squeezed(ms))).toBeCloseTo(ms, 3);
    }
  });

  test("never goes back, goes as fast as time outside of stretches, and lasts a break in each", () => {
    expect(squeeze.squeezed(30_000)).toBe(30_000);
    expect(squeeze.squeezed(60_000 + HOUR)).toBe(64_000);
    expect(squeeze.squeezed(70_000 + HOUR) - squeeze.squeezed(60_000 + HOUR)).toBe(10_000);
    expect(squeeze.squeezed(120_000 + 3 * HOUR)).toBe(128_000);
    let before = Number.NEGATIVE_INFINITY;
    for (let ms = -HOUR; ms < 5 * HOUR; ms += 61_000) {
      expect(squeeze.squeezed(ms)).toBeGreaterThan(before);
      before = squeeze.squeezed(ms);
    }
  });

  test("is time as it is where nothing is squeezed", () => {
    for (const ms of [-1, 0, 1e12]) expect([NO_SQUEEZE.squeezed(ms), NO_SQUEEZE.real(ms)]).toEqual([ms, ms]);
  });

  test("has breaks whose length does not change with every second of a run", () => {
    const lengths = new Set<number>();
    for (let spanMs = 4 * HOUR; spanMs < 4 * HOUR + 60_000; spanMs += 1_000)
      lengths.add(breakMsFor(squeeze.stretches, spanMs));
    expect(lengths.size).toBeLessThanOrEqual(2);
  });
});

describe("idle stretches", () => {
  const marks = (changes: number[], untilMs: number) => {
    const all = new ChangeMarks(0, untilMs / 360, 360);
    for (const ms of changes) all.add(ms);
    return all.stretches();
  };

  test("lie exactly between two changes, however coarse the count is", () => {
    expect(marks([0, 61_234, HOUR + 7, HOUR + 60_000], HOUR + 60_000)).toEqual([
      { fromMs: 61_234, toMs: HOUR + 7 },
    ]);
  });

  test("are long: half a minute at least, and a tenth of the run", () => {
    expect(marks([0, 29_000, 58_000], 60_000)).toEqual([]);
    expect(marks([0, 31_000, 58_000], 60_000)).toEqual([{ fromMs: 0, toMs: 31_000 }]);
    expect(marks([0, HOUR, HOUR + 60_000, 2 * HOUR], 2 * HOUR)).toHaveLength(2);
  });

  test("do not begin before the first change, nor last to now", () => {
    expect(marks([HOUR, HOUR + 10_000], 9 * HOUR)).toEqual([]);
    expect(marks([], HOUR)).toEqual([]);
  });

  test("are found among the actions: a bar that goes on is no change", () => {
    const long = action({
      id: "a1",
      phase: Phase.Succeeded,
      endedMs: 2 * HOUR,
      segments: [segment(Phase.Running, 1_000, 2 * HOUR), segment(Phase.Succeeded, 2 * HOUR, 2 * HOUR)],
    });
    const actions = load([root, long]);
    const clock = { nowMs: 2 * HOUR, runOver: true };
    const count = new OverviewCount(actions, clock, { fromMs: 0, toMs: 2 * HOUR }).run();
    expect(count!.idle).toEqual([{ fromMs: 1_000, toMs: 2 * HOUR }]);
  });
});

test("ticks stay out of squeezed stretches and keep to their steps after them", () => {
  const window = { fromMs: 0, toMs: squeeze.squeezed(150_000 + 3 * HOUR) };
  const { stepMs, atMs } = ticks(new Scale(window, 0, 1_000, squeeze), elapsedMarks(0), 80);
  expect(stepMs).toBe(15_000);
  expect(atMs.length).toBeLessThan(16);
  for (const ms of atMs) {
    expect(ms % stepMs).toBe(0);
    expect(squeeze.stretches.some(({ fromMs, toMs }) => ms > fromMs && ms < toMs)).toBe(false);
  }
  expect(atMs).toContain(120_000 + 3 * HOUR);
});
