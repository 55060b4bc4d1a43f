import { describe, expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import { Seg } from "../../src/core/protocol";
import { timesOf } from "../../src/run/timeline/time/times";
import { action, load, root, segment } from "./help";

const { Queued, Running, Succeeded, Failed, Aborted, Recovered } = Phase;
const live = { nowMs: 1_000, runOver: false };
const over = { nowMs: 1_000, runOver: true };
const times = (spec: Parameters<typeof action>[0], clock = live) =>
  timesOf(load([root, action(spec)]), 1, clock);

describe("ends", () => {
  test("what is open grows to now", () => {
    const t = times({ id: "x", segments: [segment(Running, 100)] });
    expect(t).toMatchObject({ startMs: 100, endMs: 1_000, open: true });
  });

  test("once the run is over nothing grows: no end was reported", () => {
    const t = times({ id: "x", segments: [segment(Running, 100)] }, over);
    expect(t.open).toBe(false);
    expect(t.attempts[0]).toMatchObject({ endMs: 1_000, open: false, noEnd: true, outcome: 0 });
  });

  test("an ended action does not grow, even where nobody says when it ended", () => {
    const t = times({
      id: "x",
      phase: Succeeded,
      segments: [segment(Queued, 100, 200), segment(Running, 200)],
    });
    expect(t).toMatchObject({ open: false, endMs: 200 });
    expect(t.attempts[0]).toMatchObject({ outcome: Succeeded, endInferred: true });
  });

  test("an open segment with another after it ends where that begins", () => {
    const t = times({ id: "x", segments: [segment(Queued, 0), segment(Running, 300)] });
    expect(t.attempts[0]!.spans.map((s) => [s.startMs, s.endMs, s.open])).toEqual([
      [0, 300, false],
      [300, 1_000, true],
    ]);
  });

  test("a retried attempt failed, though the backend never says so", () => {
    const segments = [
      segment(Running, 0, 400, { attempt: 1 }),
      segment(Running, 400, Number.NaN, { attempt: 2 }),
    ];
    const t = times({ id: "x", segments });
    expect(t.attempts.map((a) => [a.outcome, a.endInferred, a.open])).toEqual([
      [Failed, true, false],
      [0, false, true],
    ]);
  });

  test("a terminal phase has no length of its own", () => {
    const segments = [segment(Running, 0, 400), segment(Aborted, 400, 400)];
    const t = times({ id: "x", phase: Aborted, endedMs: 400, segments });
    expect(t.attempts[0]!.spans).toHaveLength(1);
    expect(t.attempts[0]!.outcome).toBe(Aborted);
  });
});

describe("odd times", () => {
  test("negative durations count as nothing", () => {
    const t = times({ id: "x", segments: [segment(Queued, 500, 100), segment(Running, 400, 450)] });
    for (const span of t.attempts[0]!.spans) expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
  });

  test("a start that is not known is the end of what was before", () => {
    const t = times({ id: "x", segments: [segment(Queued, 0, 200), segment(Running, Number.NaN)] });
    expect(t.attempts[0]!.spans[1]!.startMs).toBe(200);
  });

  test("with no time known at all, every number is still a number", () => {
    for (const phase of [Queued, Running, Succeeded, 42, 0]) {
      for (const segments of [[], [segment(phase, Number.NaN)], [segment(Running, Number.NaN, Number.NaN)]]) {
        for (const clock of [live, over]) {
          const t = times({ id: "x", phase, createdMs: Number.NaN, segments }, clock);
          const all = [t.createdMs, t.startMs, t.endMs, ...t.attempts.flatMap((a) => [a.startMs, a.endMs])];
          expect(all.every(Number.isFinite), `${phase} ${JSON.stringify(t)}`).toBe(true);
        }
      }
    }
  });

  test("what was only seen from here is said, but an end that the backend gave is its word", () => {
    const seen = (endedMs: number) => {
      const segments = [segment(Running, 10, 90, { flags: Seg.Observed })];
      return times({ id: "x", phase: Succeeded, endedMs, segments }).attempts[0];
    };
    expect(seen(90)).toMatchObject({ known: "seen", startInferred: false, endInferred: false });
    expect(seen(Number.NaN)).toMatchObject({ known: "seen", endInferred: true });
    const status = [segment(Succeeded, 10, 90, { flags: Seg.StatusOnly | Seg.StartInferred })];
    expect(times({ id: "x", phase: Succeeded, endedMs: 90, segments: status }).attempts[0]).toMatchObject({
      known: "status",
      startInferred: true,
      endInferred: false,
    });
  });

  test("an ended action without phases is one piece from creation to end; a recovered one is a mark", () => {
    const ended = times({ id: "x", phase: Succeeded, createdMs: 10, endedMs: 70 });
    expect(ended.attempts[0]!.spans).toEqual([{ phase: Succeeded, startMs: 10, endMs: 70, open: false }]);
    expect(times({ id: "x", phase: Recovered, createdMs: 10, endedMs: 70 }).attempts).toEqual([]);
  });
});
