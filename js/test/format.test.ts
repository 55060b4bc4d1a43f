// Durations, clocks and counts, at the edges where one form becomes the next.
import { describe, expect, test } from "vitest";
import { ago, axisClock, clockRange, duration, plural, spoken, wallClock } from "../src/core/format";

test("a duration that is none is a dash", () => {
  expect(duration(Number.NaN)).toBe("–");
});

test.each([
  [14_900, "14 s"],
  [119_999, "119 s"],
  [120_000, "2 min"],
  [7_200_000, "2 h"],
  [172_799_000, "47 h"],
  [172_800_000, "2 days"],
  [-1, "0 s"],
])("in a sentence %d ms is %s", (ms, text) => {
  expect(ago(ms)).toBe(text);
});

test.each([
  [1_000, "1 second"],
  [192_000, "3 minutes 12 seconds"],
  [3_660_000, "1 hour 1 minute"],
  [176_400_000, "2 days 1 hour"],
])("aloud %d ms is %s", (ms, text) => {
  expect(spoken(ms)).toBe(text);
});

describe("a moment", () => {
  const at = (...parts: [number, number, number, number, number, number]) => new Date(...parts).getTime();
  const today = at(2026, 10, 23, 20, 0, 0);

  test("of today is the reader's own time, of another day it has the date, of another year the year", () => {
    expect(wallClock(at(2026, 10, 23, 14, 3, 7), today)).toBe("14:03:07");
    expect(wallClock(at(2026, 10, 22, 23, 59, 59), today)).toBe("Nov 22 23:59:59");
    expect(wallClock(at(2026, 10, 24, 0, 0, 0), today)).toBe("Nov 24 00:00:00");
    expect(wallClock(at(2025, 10, 23, 14, 3, 7), today)).toBe("Nov 23 2025 14:03:07");
  });

  test("that is none is a dash", () => {
    expect(wallClock(Number.NaN)).toBe("–");
    expect(wallClock(9e15)).toBe("–");
  });

  test("and another have one date where both are of one day", () => {
    const from = at(2026, 10, 22, 9, 0, 0);
    expect(clockRange(at(2026, 10, 23, 9, 0, 0), at(2026, 10, 23, 9, 5, 0), today)).toBe(
      "09:00:00 – 09:05:00",
    );
    expect(clockRange(from, at(2026, 10, 22, 9, 5, 0), today)).toBe("Nov 22 09:00:00 – 09:05:00");
    const until = at(2026, 10, 23, 9, 5, 0);
    expect(clockRange(from, until, today)).toBe("Nov 22 09:00:00 – Nov 23 09:05:00");
    expect(clockRange(Number.NaN, until, today)).toBe("– – 09:05:00");
  });
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
  [[14, 33, 20, 5], 5, "14:33:20.005"],
  [[1, 0, 0, 0], 86_400_000, "Nov 23"],
  [[0, 0, 0, 0], 8_640_000_000, "Nov 23 2026"],
] as const)("on a clock's axis %j at steps of %d ms is %s", ([hour, minute, s, ms], step, text) => {
  expect(axisClock(new Date(2026, 10, 23, hour, minute, s, ms).getTime(), step)).toBe(text);
});
