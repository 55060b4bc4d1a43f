import { describe, expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import { Seg } from "../../src/core/protocol";
import { boxesOf, rowBoxes } from "../../src/run/timeline/time/bars";
import { Scale } from "../../src/run/timeline/time/scale";
import { timesOf } from "../../src/run/timeline/time/times";
import type { ActionSpec } from "../pack";
import { runningActions } from "../scenario";
import { action, load, root, segment } from "./help";

const { Queued, WaitingForResources, Initializing, Running, Paused, Succeeded, Failed, Aborted } = Phase;
/** 1 px a millisecond, from 0 to 1000. */
const scale = new Scale({ fromMs: 0, toMs: 1_000 }, 0, 1_000);
const clock = { nowMs: 900, runOver: false };
const solid = (phase: number) => [Running, Succeeded, Failed, Initializing].includes(phase as never);
const row = (spec: Partial<ActionSpec>, at = clock, on = scale) => {
  const actions = load([root, action({ id: "x", ...spec })]);
  return boxesOf(timesOf(actions, 1, at), actions.phase[1]!, at, on, solid);
};

describe("boxes", () => {
  test("phases follow each other with a gap of 1 px; only the outer ends are round", () => {
    const segments = [
      segment(Queued, 100, 200),
      segment(WaitingForResources, 200, 300),
      segment(Running, 300),
    ];
    const { boxes } = row({ createdMs: 100, segments });
    expect(boxes.map((b) => [b.x0, b.x1, b.phase])).toEqual([
      [100, 199, Queued],
      [200, 299, WaitingForResources],
      [300, 900, Running],
    ]);
    expect(boxes.map((b) => [b.left, b.right])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ]);
    expect(boxes.map((b) => b.open)).toEqual([false, false, true]);
  });

  test("the work of an ended attempt has the colour of how it ended, its waiting has not", () => {
    const segments = [
      segment(WaitingForResources, 0, 100),
      segment(Running, 100, 200),
      segment(Paused, 200, 300),
      segment(Running, 300, 400),
    ];
    const { boxes } = row({ phase: Failed, endedMs: 400, segments });
    expect(boxes.map((b) => b.phase)).toEqual([WaitingForResources, Failed, Paused, Failed]);
  });

  test("attempts are apart, with the dashed line between, even where one begins as the other ends", () => {
    const segments = [
      segment(Running, 0, 400, { attempt: 1 }),
      segment(Running, 400, Number.NaN, { attempt: 2 }),
    ];
    const { boxes, dashes } = row({ segments });
    expect(boxes).toHaveLength(2);
    expect(boxes[1]!.x0 - boxes[0]!.x1).toBeGreaterThanOrEqual(4);
    expect(dashes).toHaveLength(1);
    expect(dashes[0]).toBeGreaterThan(boxes[0]!.x1);
    expect(dashes[0]).toBeLessThan(boxes[1]!.x0);
  });

  test("a run of phases under a pixel is one dense bar; a single one is a pixel", () => {
    const many = Array.from({ length: 60 }, (_, i) =>
      segment(i % 2 ? Paused : Running, i * 0.5, (i + 1) * 0.5),
    );
    const dense = row({ segments: [...many, segment(Running, 30, 200)] }).boxes;
    expect(dense.map((b) => [Math.round(b.x0), b.dense])).toEqual([
      [0, true],
      [30, false],
    ]);
    const whole = row({
      phase: Succeeded,
      endedMs: 10.4,
      segments: [segment(Queued, 10, 10.1), segment(Running, 10.1, 10.4)],
    });
    expect(whole.boxes).toHaveLength(1);
    expect(whole.boxes[0]).toMatchObject({ phase: Succeeded, dense: false });
    expect(whole.boxes[0]!.x1 - whole.boxes[0]!.x0).toBeGreaterThanOrEqual(1);
  });

  test("a phase that nobody knows is drawn like any other", () => {
    expect(row({ phase: 42, segments: [segment(42, 100, Number.NaN)] }).boxes[0]).toMatchObject({
      phase: 42,
      open: true,
    });
  });

  test("deep zoom: what lies outside is cut, not drawn a million pixels wide", () => {
    const near = new Scale({ fromMs: 500, toMs: 501 }, 0, 1_000);
    const { boxes, caps } = row(
      { phase: Succeeded, endedMs: 800, segments: [segment(Running, 0, 800)] },
      clock,
      near,
    );
    expect(boxes).toHaveLength(1);
    expect(boxes[0]!.x0).toBeGreaterThanOrEqual(-50);
    expect(boxes[0]!.x1).toBeLessThanOrEqual(1_050);
    expect(caps).toEqual([]);
    expect(
      row({ phase: Succeeded, endedMs: 300, segments: [segment(Running, 0, 300)] }, clock, near).boxes,
    ).toEqual([]);
  });

  test("once the run is over nothing fades, and a missing end is dashed", () => {
    const { boxes, dashes, caps } = row({ segments: [segment(Running, 100)] }, { nowMs: 700, runOver: true });
    expect(boxes).toMatchObject([{ x0: 100, x1: 700, open: false, phase: Running }]);
    expect(dashes).toEqual([701.5]);
    expect(caps).toEqual([]);
  });
});

describe("marks", () => {
  test("the cap is inside of a solid bar with room, else after it", () => {
    const done = (ms: number, phase: number) =>
      row({ phase, endedMs: ms, segments: [segment(Running, 0, ms), segment(phase, ms, ms)] }).caps[0];
    expect(done(100, Succeeded)).toEqual({ phase: Succeeded, x: 91, inside: true });
    expect(done(10, Succeeded)).toMatchObject({ inside: false, x: 20 });
    expect(done(100, Aborted)).toMatchObject({ inside: false, phase: Aborted });
  });

  test("an action that ended while it waited has its cap after the hatch", () => {
    const { boxes, caps } = row({
      phase: Aborted,
      endedMs: 500,
      segments: [segment(WaitingForResources, 0, 500)],
    });
    expect(boxes[0]!.phase).toBe(WaitingForResources);
    expect(caps).toMatchObject([{ phase: Aborted, inside: false }]);
  });

  test("created but not started: dots, up to the first phase or to now", () => {
    expect(row({ createdMs: 100, segments: [segment(Queued, 200)] }).dots).toEqual([{ x0: 100, x1: 196 }]);
    expect(row({ createdMs: 100, phase: Queued }).dots).toEqual([{ x0: 100, x1: 896 }]);
    expect(row({ createdMs: 100, phase: Queued }).boxes).toEqual([]);
    expect(row({ createdMs: 198, segments: [segment(Queued, 200)] }).dots).toEqual([]);
  });

  test("a start or an end that is not the backend's word has a dashed line", () => {
    const flags = Seg.StartInferred | Seg.EndInferred;
    const segments = [segment(Running, 100, 300, { flags })];
    expect(row({ phase: Succeeded, endedMs: 300, createdMs: 100, segments }).dashes).toEqual([98.5, 301.5]);
  });

  test("a recovered action is its glyph at the moment it came", () => {
    const { boxes, caps } = row({ phase: Phase.Recovered, createdMs: 100 });
    expect(boxes).toEqual([]);
    expect(caps).toEqual([{ phase: Phase.Recovered, x: 106, inside: false }]);
  });
});

test("every row of the recorded run has boxes with finite edges from left to right", () => {
  const actions = load(runningActions());
  const on = new Scale({ fromMs: 0, toMs: 110_000 }, 8, 700);
  for (let r = 0; r < actions.count; r++) {
    const { boxes } = rowBoxes(actions, r, { nowMs: 102_000, runOver: false }, on, solid);
    expect(boxes.length).toBeGreaterThan(0);
    for (const [i, box] of boxes.entries()) {
      expect(box.x1).toBeGreaterThan(box.x0);
      if (i > 0) expect(box.x0).toBeGreaterThanOrEqual(boxes[i - 1]!.x1);
    }
  }
});
