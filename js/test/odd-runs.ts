// Runs of odd shapes, for the gallery: all paused on conditions after idle hours, details that are gone, a trace.
import { Phase } from "../src/phases";
import { type ActionDetail, Kind, Row, type RunTraits } from "../src/protocol";
import type { ActionSpec } from "./pack";
import { traitsOf } from "./scenario";

const { Queued, WaitingForResources, Initializing, Running, Paused, Succeeded } = Phase;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function spec(
  id: string,
  name: string,
  phases: readonly (readonly [phase: number, startMs: number])[],
): ActionSpec {
  const [phase, lastMs] = phases.at(-1)!;
  const over = phase === Succeeded;
  return {
    id,
    name,
    parent: id === "a0" ? -1 : 0,
    phase,
    flags: Row.History,
    createdMs: phases[0]![1],
    endedMs: over ? lastMs : Number.NaN,
    segments: phases.map(([of, startMs], i) => ({
      phase: of,
      startMs,
      endMs: phases[i + 1]?.[1] ?? (over ? startMs : Number.NaN),
    })),
  };
}

const task = (id: string, name: string, fromMs: number, untilMs: number): ActionSpec =>
  spec(id, name, [
    [Queued, fromMs],
    [WaitingForResources, fromMs + 400],
    [Initializing, fromMs + 1_000],
    [Running, fromMs + 4_000],
    [Succeeded, untilMs],
  ]);

const condition = (id: string, name: string, fromMs: number): ActionSpec => ({
  ...spec(id, name, [[Paused, fromMs]]),
  kind: Kind.Condition,
});

/** With the selected action's details changed. */
function withDetail(traits: RunTraits, change: Partial<ActionDetail>): RunTraits {
  return { ...traits, detail: { ...traits.detail!, ...change } };
}

const pipeline = [
  task("a0", "etl.pipeline", 0, 90_000),
  task("a1", "prepare", 5_000, 30_000),
  task("a2", "train_model", 31_000, 88_000),
];

export const odd = {
  /** For three hours nothing has happened, and before that, over night, nothing either. */
  paused: (selected = "a3") => {
    const root = spec("a0", "release", [
      [Queued, 0],
      [WaitingForResources, 1_000],
      [Initializing, 3_000],
      [Running, 5_000],
      [Paused, 9 * HOUR + 6 * MINUTE],
    ]);
    const actions = [
      root,
      task("a1", "build", 5_000, 6 * MINUTE),
      task("a2", "evaluate", 9 * HOUR, 9 * HOUR + 5 * MINUTE),
      condition("a3", "approve_release", 9 * HOUR + 5 * MINUTE),
      condition("a4", "approve_costs", 9 * HOUR + 5 * MINUTE + 30_000),
    ];
    const traits = traitsOf(actions, 12 * HOUR, selected);
    return selected === ""
      ? traits
      : withDetail(traits, { kind: "condition", attempts: [], attemptCount: 0 });
  },
  detailsGone: () =>
    withDetail(traitsOf(pipeline, 90_000, "a2"), { attempts: [], attemptCount: 0, notKept: true }),
  trace: () => withDetail(traitsOf(pipeline, 90_000, "a1"), { kind: "trace", attempts: [], attemptCount: 0 }),
};
