import { describe, expect, test } from "vitest";
import { Actions } from "../../src/core/actions";
import { Phase } from "../../src/core/phases";
import type { ActionDetail, Attempt } from "../../src/core/protocol";
import { Row, Seg } from "../../src/core/protocol";
import { lifeOfDetail, lifeOfRow, pathOf, TransitionsOfAll, timeIn } from "../../src/run/diagram/path";
import { pack } from "../pack";
import { detailOf, runningActions, scenario } from "../scenario";

const { Queued, WaitingForResources, Running, Succeeded, Failed, Paused } = Phase;

/** An action of these attempts; a step is [phase, start, end]. */
function action(
  phase: string,
  ...attempts: [string, [string, number | null, number | null][], number?][]
): ActionDetail {
  const base = detailOf(runningActions(), "a44")!;
  return {
    ...base,
    phase,
    endMs: null,
    attempts: attempts.map(
      ([outcome, steps, endMs], i): Attempt => ({
        ...base.attempts[0]!,
        attempt: i + 1,
        phase: outcome,
        startMs: steps[0]?.[1] ?? null,
        endMs: endMs ?? null,
        transitions: steps.map(([to, startMs, stepEndMs]) => ({
          phase: to,
          startMs,
          endMs: stepEndMs,
          endInferred: false,
        })),
      }),
    ),
  };
}
const read = (detail: ActionDetail) => pathOf(lifeOfDetail(detail));

describe("the way of an action", () => {
  test("counts a retry as a second visit, adds the times, and begins at the start again", () => {
    const path = read(
      action(
        "succeeded",
        [
          "failed",
          [
            ["queued", 0, 10],
            ["running", 10, 40],
            ["failed", 40, 40],
          ],
          40,
        ],
        [
          "succeeded",
          [
            ["queued", 50, 55],
            ["running", 55, 100],
            ["succeeded", 100, 100],
          ],
          100,
        ],
      ),
    );
    expect(path.visits.get(Running)).toBe(2);
    expect(path.visits.get(Failed)).toBe(1);
    expect(timeIn(path, Running, 999)).toBe(75);
    expect(path.edges).toEqual([
      [0, Queued],
      [Queued, Running],
      [Running, Failed],
      [Running, Succeeded],
    ]);
    expect(path.attempts).toBe(2);
  });

  test("has a time for the open phase that grows, and never one for an outcome", () => {
    const path = read(
      action("running", [
        "running",
        [
          ["queued", 0, 10],
          ["running", 10, null],
        ],
      ]),
    );
    expect([timeIn(path, Running, 60), timeIn(path, Running, 70)]).toEqual([50, 60]);
    expect(timeIn(path, Running, 0)).toBe(0);
    expect(timeIn(path, Succeeded, 70)).toBeNull();
  });

  test("takes the next start for an end that is not told", () => {
    const path = read(
      action("running", [
        "running",
        [
          ["queued", 0, null],
          ["running", 10, null],
        ],
      ]),
    );
    expect(timeIn(path, Queued, 999)).toBe(10);
  });

  test("counts a step back in time as no time", () => {
    const path = read(
      action("running", [
        "running",
        [
          ["queued", 500, 400],
          ["running", 400, null],
        ],
      ]),
    );
    expect(timeIn(path, Queued, 999)).toBe(0);
  });

  test("knows no times and no edges where no transitions are known, but where it is", () => {
    const path = read(action("running", ["running", []]));
    expect([path.edges, path.closedMs.size, path.open]).toEqual([[], 0, null]);
    expect([...path.visits]).toEqual([[Running, 1]]);
    expect([...read(action("paused")).visits]).toEqual([[Paused, 1]]);
  });

  test("keeps edges that the model does not have, and phases that nobody knows", () => {
    const path = read(
      action("unknown_42", [
        "unknown_42",
        [
          ["waiting_for_resources", 0, 5],
          ["queued", 5, 9],
          ["unknown_42", 9, null],
        ],
      ]),
    );
    expect(path.edges).toEqual([
      [0, WaitingForResources],
      [WaitingForResources, Queued],
      [Queued, 42],
    ]);
    expect(timeIn(path, 42, 12)).toBe(3);
  });

  test("counts an outcome that was told without a transition into it", () => {
    const path = read(
      action("running", ["failed", [["running", 0, 10]], 10], ["running", [["running", 20, null]]]),
    );
    expect(path.visits.get(Failed)).toBe(1);
    expect(path.edges).toContainEqual([Running, Failed]);
  });

  test("makes no edge out of an outcome that was stretched over the whole life", () => {
    expect(read(action("succeeded", ["succeeded", [["succeeded", 0, 50]], 50])).edges).toEqual([]);
    expect(read(action("succeeded", ["succeeded", [["succeeded", 50, 50]], 50])).edges).toEqual([
      [0, Succeeded],
    ]);
  });

  test("stops at the end of an action whose last phase has none", () => {
    const path = read({ ...action("aborted", ["running", [["running", 0, null]]]), endMs: 30 });
    expect([timeIn(path, Running, 999), path.open]).toEqual([30, null]);
  });

  test("is the same from the columns as from the details", () => {
    const actions = new Actions();
    actions.apply(scenario.running().snapshot);
    const rows = runningActions();
    for (const id of ["a0", "a44", "a49"]) {
      const [row, detail] = [lifeOfRow(actions, actions.rowOf.get(id)!), lifeOfDetail(detailOf(rows, id)!)];
      const [ofRow, ofDetail] = [pathOf(row), pathOf(detail)];
      expect(ofRow.edges).toEqual(ofDetail.edges);
      expect(ofRow.visits).toEqual(ofDetail.visits);
      expect(ofRow.open?.phase).toBe(ofDetail.open?.phase);
    }
  });
});

describe("transitions of all actions", () => {
  const one = (flags: number, segFlags: number) => {
    const actions = new Actions();
    const segment = (phase: number, attempt: number) => ({
      phase,
      attempt,
      startMs: 0,
      endMs: 1,
      flags: segFlags,
    });
    const segments = [segment(Queued, 1), segment(Running, 1), segment(Queued, 2), segment(Succeeded, 2)];
    const row = {
      id: "a0",
      name: "a",
      parent: -1,
      phase: Succeeded,
      createdMs: 0,
      endedMs: 1,
      flags,
      segments,
    };
    actions.apply(pack([row]));
    return new TransitionsOfAll().read(actions);
  };

  test("are told by attempt: a new attempt begins at the start", () => {
    expect(one(Row.History, 0)).toEqual([
      [0, Queued],
      [Queued, Running],
      [Queued, Succeeded],
    ]);
  });

  test("are not guessed from what was merely observed or made up from the status", () => {
    expect(one(Row.History, Seg.Observed)).toEqual([]);
    expect(one(Row.History, Seg.StatusOnly)).toEqual([]);
  });
});
