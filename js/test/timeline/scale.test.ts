import { describe, expect, test } from "vitest";
import { axisTime } from "../../src/core/format";
import {
  clampWindow,
  fitWindow,
  followWindow,
  isWhole,
  panWindow,
  pinchWindow,
  Scale,
  zoomWindow,
} from "../../src/run/timeline/time/scale";
import { elapsedMarks, ticks } from "../../src/run/timeline/time/ticks";

const full = { fromMs: 0, toMs: 100_000 };

test("pixels and milliseconds are each other's inverse", () => {
  const scale = new Scale({ fromMs: 5_000, toMs: 25_000 }, 8, 708);
  for (const x of [8, 100.5, 708]) expect(scale.x(scale.ms(x))).toBeCloseTo(x, 9);
  expect(scale.x(5_000)).toBe(8);
  expect(scale.x(25_000)).toBeCloseTo(708, 9);
});

describe("windows", () => {
  test("fit holds the run and leaves its margin free", () => {
    const w = fitWindow(2_000, 102_000, 694, 38);
    const scale = new Scale(w, 0, 694);
    expect(scale.x(2_000)).toBe(0);
    expect(694 - scale.x(102_000)).toBeCloseTo(38, 6);
  });

  test("a run that has just begun, or of which no time is known, still has a window", () => {
    for (const edge of [0, Number.NaN, -5]) {
      const w = fitWindow(0, edge, 694, 38);
      expect(w.toMs - w.fromMs).toBeGreaterThan(1_000);
    }
    expect(Number.isFinite(fitWindow(0, 10, 0, 38).toMs)).toBe(true);
  });

  test("an ended run is fitted to itself, be it ever so short", () => {
    const scale = new Scale(fitWindow(0, 200, 694, 38, true), 0, 694);
    expect(694 - scale.x(200)).toBeCloseTo(38, 6);
    expect(fitWindow(0, 0, 694, 38, true).toMs).toBeGreaterThan(0);
  });

  test("zoom keeps what is under the pointer where it is", () => {
    const w = { fromMs: 20_000, toMs: 60_000 };
    const before = new Scale(w, 0, 700).x(45_000);
    const after = new Scale(zoomWindow(w, 2, 45_000, full), 0, 700).x(45_000);
    expect(after).toBeCloseTo(before, 6);
  });

  test("zoom ends at the whole run and at a span that can be told apart", () => {
    expect(zoomWindow({ fromMs: 20_000, toMs: 60_000 }, 1e-9, 30_000, full)).toEqual(full);
    const near = zoomWindow({ fromMs: 20_000, toMs: 60_000 }, 1e12, 30_000, full);
    expect(near.toMs - near.fromMs).toBeGreaterThan(1);
  });

  test("a pan stops at the ends and keeps its span", () => {
    const w = { fromMs: 20_000, toMs: 60_000 };
    expect(panWindow(w, 1e9, full)).toEqual({ fromMs: 60_000, toMs: 100_000 });
    expect(panWindow(w, -1e9, full)).toEqual({ fromMs: 0, toMs: 40_000 });
    expect(clampWindow({ fromMs: -5, toMs: 1e9 }, full)).toEqual(full);
  });

  test("following shows the last piece, and keeps the same pixels free at every zoom", () => {
    const whole = fitWindow(0, 100_000, 700, 35);
    for (const span of [1_000, 10_000, 60_000]) {
      const w = followWindow(span, 100_000, 35 / 700, whole);
      expect(w.toMs - w.fromMs).toBeCloseTo(span, 6);
      expect(700 - new Scale(w, 0, 700).x(100_000)).toBeCloseTo(35, 6);
    }
    expect(followWindow(1e9, 100_000, 35 / 700, whole)).toEqual(whole);
    expect(isWhole(whole, whole)).toBe(true);
  });
});

describe("ticks", () => {
  test("the run of the pictures has one every 15 s", () => {
    const scale = new Scale(fitWindow(0, 102_000, 694, 38), 8, 702);
    const { stepMs, atMs } = ticks(scale, elapsedMarks(0), 80);
    expect(stepMs).toBe(15_000);
    expect(atMs.slice(0, 4).map((ms) => axisTime(ms, stepMs))).toEqual(["0:00", "0:15", "0:30", "0:45"]);
  });

  test("at every zoom they are at least as far apart as asked, seldom more than three times, and never too many", () => {
    for (let span = 20; span < 1e11; span *= 1.7) {
      const scale = new Scale({ fromMs: 0, toMs: span }, 0, 700);
      const { stepMs, atMs } = ticks(scale, elapsedMarks(0), 80);
      expect(stepMs * scale.pxPerMs).toBeGreaterThanOrEqual(79.9);
      expect(stepMs * scale.pxPerMs).toBeLessThan(241);
      expect(atMs.length).toBeLessThan(12);
    }
  });

  test("they count from the run's start, wherever that is", () => {
    const scale = new Scale({ fromMs: 7_300, toMs: 107_300 }, 0, 700);
    expect(ticks(scale, elapsedMarks(7_300), 80).atMs[0]).toBe(7_300);
  });

  test("under a second the steps are decimal", () => {
    const { stepMs } = ticks(new Scale({ fromMs: 0, toMs: 900 }, 0, 700), elapsedMarks(0), 80);
    expect([100, 200]).toContain(stepMs);
  });
});

describe("two fingers", () => {
  const start = new Scale({ fromMs: 20_000, toMs: 60_000 }, 8, 708);

  test("hold what is under their middle, and scale with their distance", () => {
    const after = new Scale(
      pinchWindow(start, { x: 300, apartPx: 100 }, { x: 340, apartPx: 200 }, full),
      8,
      708,
    );
    expect(after.at(340)).toBeCloseTo(start.at(300), 6);
    expect(after.pxPerMs).toBeCloseTo(2 * start.pxPerMs, 9);
  });

  test("never leave the run, even when they touch", () => {
    expect(pinchWindow(start, { x: 300, apartPx: 400 }, { x: 300, apartPx: 0 }, full)).toEqual(full);
  });
});
