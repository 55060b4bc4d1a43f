import { expect, test } from "vitest";
import { Actions } from "../src/core/actions";
import { Phase } from "../src/core/phases";
import { Kind, Seg } from "../src/core/protocol";
import { censusOf } from "../src/run/census";
import { type ActionSpec, pack } from "./pack";

const { Queued, Running, Succeeded, Failed, Paused } = Phase;
const BASE_MS = 1_700_000_000_000;
const action = (id: string, phase: number, more: Partial<ActionSpec> = {}): ActionSpec => ({
  id,
  name: id,
  parent: id === "a0" ? -1 : 0,
  phase,
  createdMs: 0,
  endedMs: Number.NaN,
  segments: [],
  ...more,
});
const since = (phase: number, startMs: number, flags = 0) => ({
  segments: [{ phase, startMs, endMs: Number.NaN, flags }],
});

function census(...specs: ActionSpec[]) {
  const actions = new Actions();
  actions.apply(pack(specs, { baseMs: BASE_MS, nowMs: BASE_MS + 60_000 }));
  return censusOf(actions);
}

test("the one that is there longest counts, from when it came into that phase", () => {
  const { sinceMs } = census(
    action("a0", Running, since(Running, 9_000)),
    action("a1", Running, since(Running, 4_000)),
    action("a2", Queued, { createdMs: 7_000 }),
    action("a3", Succeeded, { segments: [{ phase: Succeeded, startMs: 1, endMs: 1 }] }),
  );
  expect([...sinceMs]).toEqual([
    [Running, BASE_MS + 4_000],
    [Queued, BASE_MS + 7_000],
  ]);
});

test("a start that only a whole life tells is none", () => {
  const { sinceMs } = census(
    action("a0", Running, since(Running, 0, Seg.StatusOnly)),
    action("a1", Paused, since(Running, 10)),
  );
  expect(sinceMs.size).toBe(0);
});

test("attempts that failed count where their action went on, and conditions that wait", () => {
  const found = census(
    action("a0", Running, { attempts: 3 }),
    action("a1", Succeeded, { attempts: 2 }),
    action("a2", Failed, { attempts: 4 }),
    action("a3", Paused, { kind: Kind.Condition }),
    action("a4", Paused),
  );
  expect(found).toMatchObject({ failedAttempts: 3, retried: ["a0", "a1"], needAnswer: 1 });
});
