// Ticks of the reader's day, in zones that change their clocks in every way there is.
import { afterEach, describe, expect, test, vi } from "vitest";
import { axisClock } from "../../src/core/format";
import { Scale } from "../../src/run/timeline/time/scale";
import { clockMarks, ticks } from "../../src/run/timeline/time/ticks";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Labels of the ticks from a local time on. `base`: what the times are counted from must not matter. */
function labels(tz: string, from: string, lengthMs: number, minPx = 80, px = 800, base = 123_456): string[] {
  vi.stubEnv("TZ", tz);
  const fromMs = new Date(from).getTime();
  const scale = new Scale({ fromMs: fromMs - base, toMs: fromMs - base + lengthMs }, 0, px);
  const { stepMs, atMs } = ticks(scale, clockMarks(base), minPx);
  return atMs.map((ms) => axisClock(base + ms, stepMs));
}

describe("days", () => {
  test.each([
    [
      "Europe/Berlin",
      "2026-10-22T00:00",
      ["Oct 22", "Oct 23", "Oct 24", "Oct 25", "Oct 26", "Oct 27", "Oct 28"],
    ],
    [
      "Europe/Berlin",
      "2026-03-26T00:00",
      ["Mar 26", "Mar 27", "Mar 28", "Mar 29", "Mar 30", "Mar 31", "Apr 1"],
    ],
    [
      "Asia/Kolkata",
      "2026-10-22T00:00",
      ["Oct 22", "Oct 23", "Oct 24", "Oct 25", "Oct 26", "Oct 27", "Oct 28"],
    ],
    [
      "Australia/Lord_Howe",
      "2026-10-01T00:00",
      ["Oct 1", "Oct 2", "Oct 3", "Oct 4", "Oct 5", "Oct 6", "Oct 7"],
    ],
    // Midnight does not exist on this day: it begins at one.
    [
      "America/Sao_Paulo",
      "2018-11-01T00:00",
      ["Nov 1", "Nov 2", "Nov 3", "Nov 4", "Nov 5", "Nov 6", "Nov 7"],
    ],
    // A day that a country left out.
    ["Pacific/Apia", "2011-12-27T00:00", ["Dec 27", "Dec 28", "Dec 29", "Dec 31", "Jan 1", "Jan 2", "Jan 3"]],
  ] as const)("in %s have one tick each, at their beginning, from %s on", (tz, from, days) => {
    const found = labels(tz, from, 6.5 * DAY, 80, 800);
    expect(found).toEqual(days.slice(0, found.length));
    expect(found.length).toBeGreaterThanOrEqual(6);
  });

  test("many at once are whole days apart, and say the year where they are far apart", () => {
    expect(labels("Europe/Berlin", "2026-10-20T00:00", 20 * DAY)).toEqual(
      expect.arrayContaining(["Oct 22", "Oct 24", "Oct 26"]),
    );
    expect(labels("Europe/Berlin", "2024-01-01T00:00", 1_500 * DAY)[0]).toMatch(/^[A-Z][a-z]{2} \d+ 2024$/);
  });
});

describe("hours", () => {
  test("go on at full hours where the clock is put back, and one is there twice", () => {
    expect(labels("Europe/Berlin", "2026-10-25T00:00", 6 * HOUR, 100)).toEqual([
      "Oct 25",
      "01:00",
      "02:00",
      "02:00",
      "03:00",
      "04:00",
      "05:00",
    ]);
  });

  test("go on at full hours where the clock is put forward, and one is missing", () => {
    expect(labels("Europe/Berlin", "2026-03-29T00:00", 5 * HOUR, 100)).toEqual([
      "Mar 29",
      "01:00",
      "03:00",
      "04:00",
      "05:00",
      "06:00",
    ]);
  });

  test("are full again after a change of half an hour, either way", () => {
    expect(labels("Australia/Lord_Howe", "2026-10-04T00:00", 4.5 * HOUR, 100)).toEqual([
      "Oct 4",
      "01:00",
      "03:00",
      "04:00",
      "05:00",
    ]);
    expect(labels("Australia/Lord_Howe", "2026-04-05T00:00", 4.5 * HOUR, 100)).toEqual([
      "Apr 5",
      "01:00",
      "02:00",
      "03:00",
      "04:00",
    ]);
  });

  test("of every sixth are multiples of six, on both sides of a change", () => {
    const found = labels("Europe/Berlin", "2026-10-24T12:00", 1.5 * DAY, 80, 500);
    expect(found).toEqual(["12:00", "18:00", "Oct 25", "06:00", "12:00", "18:00"]);
  });

  test("of a zone that is no whole hour from UTC are its own", () => {
    expect(labels("Asia/Kathmandu", "2026-05-05T09:50", 2 * HOUR, 200)).toEqual([
      "10:00",
      "10:30",
      "11:00",
      "11:30",
    ]);
  });
});

test("every tick shows a multiple of its step, in order, whatever the zone and the zoom", () => {
  for (const tz of ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "UTC"]) {
    vi.stubEnv("TZ", tz);
    for (const from of ["2026-03-27T20:10", "2026-04-04T20:10", "2026-10-03T20:10", "2026-10-24T20:10"]) {
      const fromMs = new Date(from).getTime();
      for (let span = 1_000; span < 40 * DAY; span *= 2.3) {
        const scale = new Scale({ fromMs, toMs: fromMs + span }, 0, 700);
        const { stepMs, atMs } = ticks(scale, clockMarks(0), 80);
        expect(atMs.length).toBeLessThan(14);
        for (const [i, ms] of atMs.entries()) {
          if (i > 0) expect(ms).toBeGreaterThan(atMs[i - 1]!);
          const local = ms - new Date(ms).getTimezoneOffset() * 60_000;
          expect(local % Math.min(stepMs, DAY), `${tz} ${from} ${span}`).toBe(0);
        }
      }
    }
  }
});
