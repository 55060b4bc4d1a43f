// Lengths of time and labels of the axis: the vectors that the Python suite reads, too (tests/unit/test_words.py).
import { expect, test } from "vitest";
import vectors from "../../tests/vectors/words.json";
import { axisTime, brief, duration } from "../src/core/format";
import { niceStep } from "../src/run/timeline/time/ticks";

test("durations are those of the static view", () => {
  const durations = vectors.durations as [number, string][];
  expect(durations.map(([ms]) => [ms, duration(ms)])).toEqual(durations);
});

test("counts in short are those of the static view", () => {
  const counts = vectors.counts as [number, string][];
  expect(counts.map(([n]) => [n, brief(n)])).toEqual(counts);
});

test("axis steps and labels are those of the static view, each label another", () => {
  const steps = vectors.steps as [number, number][];
  expect(steps.map(([wanted]) => [wanted, niceStep(wanted)])).toEqual(steps);
  const times = vectors.axisTimes as [number, number, string][];
  expect(times.map(([ms, step]) => [ms, step, axisTime(ms, step)])).toEqual(times);
  const labels = Array.from({ length: 1_000 }, (_, n) => axisTime(n * 5, 5));
  expect(new Set(labels).size).toBe(labels.length);
});
