// Durations, clocks and counts, at the edges where one form becomes the next.
import { expect, test } from "vitest";
import { ago, axisClock, axisTime, duration, plural, spoken, wallClock } from "../src/core/format";

test.each([
  [-5, "0s"],
  [0.4, "0s"],
  [42, "42ms"],
  [99.6, "0.1s"],
  [600, "0.6s"],
  [9_949, "9.9s"],
  [9_950, "10s"],
  [59_499, "59s"],
  [59_500, "1m 00s"],
  [88_000, "1m 28s"],
  [3_599_500, "1h 00m"],
  [7_500_000, "2h 05m"],
  [86_399_000, "23h 59m"],
  [86_400_000, "1d 00h"],
  [273_600_000, "3d 04h"],
  [Number.NaN, "–"],
])("%d ms is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [14_900, "14 s"],
  [119_999, "119 s"],
  [120_000, "2 min"],
  [7_200_000, "2 h"],
  [-1, "0 s"],
])("in a sentence %d ms is %s", (ms, text) => {
  expect(ago(ms)).toBe(text);
});

test.each([
  [1_000, "1 second"],
  [192_000, "3 minutes 12 seconds"],
  [3_660_000, "1 hour 1 minute"],
])("aloud %d ms is %s", (ms, text) => {
  expect(spoken(ms)).toBe(text);
});

test.each([
  [0, 15_000, "0:00"],
  [75_000, 15_000, "1:15"],
  [3_605_000, 60_000, "1:00:05"],
  [1_500, 500, "0:01.5"],
  [1_250, 50, "0:01.25"],
  [-15_000, 15_000, "−0:15"],
])("on an axis %d ms at steps of %d ms is %s", (ms, step, text) => {
  expect(axisTime(ms, step)).toBe(text);
});

test("the wall clock is the reader's own", () => {
  expect(wallClock(new Date(2026, 10, 23, 14, 3, 7).getTime())).toBe("14:03:07");
  expect(wallClock(Number.NaN)).toBe("–");
});

test("one is singular, thousands are grouped", () => {
  expect([1, 2, 12_345].map((n) => plural(n, "action"))).toEqual(["1 action", "2 actions", "12,345 actions"]);
});

test.each([
  [[14, 33, 20, 0], 60_000, "14:33"],
  [[14, 33, 20, 0], 5_000, "14:33:20"],
  [[14, 33, 20, 250], 50, "14:33:20.25"],
  [[0, 0, 0, 0], 3_600_000, "Nov 23"],
  [[0, 0, 0, 0], 100, "00:00:00.0"],
] as const)("on a clock's axis %j at steps of %d ms is %s", ([hour, minute, s, ms], step, text) => {
  expect(axisClock(new Date(2026, 10, 23, hour, minute, s, ms).getTime(), step)).toBe(text);
});
