import { describe, expect, test } from "vitest";
import { clockRange, wallClock } from "../../src/core/format";
import { Phase } from "../../src/core/phases";
import { Seg } from "../../src/core/protocol";
import { Store } from "../../src/core/store";
import { TimelineModel } from "../../src/run/timeline/model";
import { foldName, inReadingOrder, mainKinds, tooltipOf } from "../../src/run/timeline/rows/words";
import { countPhases } from "../../src/run/timeline/time/strip";
import { createUi } from "../../src/ui/view-state";
import { type ActionSpec, pack } from "../pack";
import { BASE_MS, RecordedModel, runningActions, scenario } from "../scenario";
import { segment } from "./help";

function tip(id: string, atMs: number, specs: readonly ActionSpec[] = runningActions()) {
  const snapshot = pack(specs, { baseMs: BASE_MS, nowMs: BASE_MS + 102_000 });
  const traits = { ...scenario.running(), snapshot };
  // Standing still, as a view of a lost backend does: so that its durations are exact.
  const connection = { ...traits.connection, state: "reconnecting" as const, lastMs: BASE_MS + 102_000 };
  const model = new TimelineModel(
    new Store(new RecordedModel({ ...traits, connection }) as never),
    createUi(),
  );
  model.tick();
  model.reorder();
  const index = model.order.indexOf(model.actions.rowOf.get(id) ?? -1);
  const at = index >= 0 ? index : model.order.item.findIndex((item) => item < 0);
  return tooltipOf(model, at, atMs, (bucket) => countPhases(model.actions, model.order.members(bucket)));
}
const clock = (s: number) => wallClock(BASE_MS + s * 1_000);

describe("tooltip", () => {
  test("the run of the pictures: every phase with its duration, the open one strong", () => {
    expect(tip("a0", 52_000)).toEqual({
      title: "etl.pipeline",
      aside: "attempt 1",
      lines: [
        { phase: 1, text: "Queued", value: "1.2s", strong: false },
        { phase: 2, text: "Waiting for resources", value: "8.6s", strong: false },
        { phase: 3, text: "Initializing", value: "4.4s", strong: false },
        { phase: 4, text: "Running", value: "1m 28s", strong: true },
      ],
      footer: [`since ${clock(14.2)}, still open`],
    });
  });

  test("of several attempts it tells the one at the pointer, or the nearest", () => {
    expect(tip("a44", 50_000)).toMatchObject({ aside: "attempt 1" });
    expect(tip("a44", 50_000).footer).toEqual([
      `${clockRange(BASE_MS + 41_000, BASE_MS + 65_900)}, failed`,
      "end inferred",
    ]);
    expect(tip("a44", 90_000)).toMatchObject({ aside: "attempt 2" });
    expect(tip("a44", 0)).toMatchObject({ aside: "attempt 1" });
  });

  test("a fold tells how many are in each phase", () => {
    expect(tip("", 0)).toMatchObject({
      title: "prepare",
      aside: "4 actions",
      lines: [{ text: "Succeeded", value: "4", strong: false }],
    });
  });

  test("an action that has not started says since when it is there", () => {
    const specs = runningActions().map((a) =>
      a.id === "a49" ? { ...a, phase: Phase.Queued, segments: [] } : a,
    );
    expect(tip("a49", 60_000, specs)).toMatchObject({
      aside: "not started",
      footer: [`created ${clock(46)}`],
    });
  });

  test("where only the status is known it says so", () => {
    const segments = [segment(Phase.Running, 46_000, Number.NaN, { flags: Seg.StatusOnly })];
    const specs = runningActions().map((a) => (a.id === "a49" ? { ...a, segments } : a));
    expect(tip("a49", 60_000, specs).footer).toContain("phases not read yet");
  });
});

test("counts are read from what went well to what went wrong", () => {
  const counts = new Map([
    [Phase.Failed, 1],
    [Phase.Running, 7],
    [Phase.Succeeded, 32],
    [Phase.Aborted, 0],
  ]);
  expect(inReadingOrder(counts).map(([phase]) => phase)).toEqual([
    Phase.Succeeded,
    Phase.Running,
    Phase.Failed,
  ]);
  expect(foldName("square", 40, counts)).toBe("square, 40 actions, 32 succeeded, 7 running, 1 failed");
});

test("where there is no room for all, a lone failure is kept before many that wait", () => {
  const counts = new Map([
    [Phase.Succeeded, 26],
    [Phase.Running, 9],
    [Phase.Initializing, 1],
    [Phase.WaitingForResources, 3],
    [Phase.Failed, 1],
  ]);
  expect(mainKinds(counts, 3)).toEqual([
    [Phase.Succeeded, 26],
    [Phase.Running, 9],
    [Phase.Failed, 1],
  ]);
});
