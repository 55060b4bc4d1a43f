// Runs of odd shapes, for the gallery: all paused on conditions after idle hours, odd names, details that are gone.
import { Phase } from "../src/core/phases";
import { type ActionDetail, IN_KERNEL, Kind, Row, type RunTraits } from "../src/core/protocol";
import type { ActionSpec } from "./pack";
import { BASE_MS, traitsOf } from "./scenario";

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
  /** Names as long as Python lets them be, in other scripts, without a space, and with marks of direction. */
  names: (selected = "a2") => {
    const long = "embed_and_index_every_customer_document_of_the_last_seven_years_".repeat(8).slice(0, 500);
    const actions = [
      task("a0", `etl.${long}`, 0, 90_000),
      task("a1", "הכנת הנתונים לאימון המודל הראשי של הצוות כולו בלי יוצא מן הכלל", 5_000, 30_000),
      task("a2", `train_${long}`, 31_000, 88_000),
      task("a3", "\u202egnp.lledom\u202c", 32_000, 60_000),
      task("a4", "数据预处理与特征工程以及模型评估和部署的完整流程", 33_000, 70_000),
    ];
    const traits = traitsOf(actions, 90_000, selected);
    const run = { run_name: "r".repeat(63), project: "p".repeat(63), domain: "d".repeat(63) };
    return { ...traits, ...run, task_name: actions[0]!.name };
  },
  /** It ended before Flyte created any action. */
  empty: () => ({
    ...traitsOf([], 4_000, ""),
    phase: "aborted",
    is_terminal: true,
    ended_ms: BASE_MS + 4_000,
    connection: { ...traitsOf([], 4_000, "").connection, state: "ended" as const },
  }),
  cached: () =>
    withDetail(traitsOf(pipeline, 90_000, "a1"), {
      cache: "hit",
      group: "nightly",
      attempts: [],
      attemptCount: 0,
    }),
  /** Selected, and not read yet. */
  unread: () => ({ ...traitsOf(pipeline, 90_000, "a1"), detail: null }),
  detailsGone: () =>
    withDetail(traitsOf(pipeline, 90_000, "a2"), { attempts: [], attemptCount: 0, notKept: true }),
  /** In the kernel: from the queue to running, without a wait for resources or a container. */
  local: () => {
    const until = 12_000;
    const quick = (
      id: string,
      name: string,
      ...at: [queuedMs: number, runsMs: number, endsMs: number]
    ): ActionSpec =>
      spec(
        id,
        name,
        ([Queued, Running, Succeeded] as const)
          .map((phase, i) => [phase, at[i]!] as const)
          .filter(([, ms]) => ms < until),
      );
    const actions = [
      quick("a0", "main", 0, 90, 99_000),
      quick("a1", "load", 300, 400, 2_100),
      quick("a2", "clean", 2_200, 2_300, 5_600),
      ...[0, 1, 2].map((i) => quick(`a${i + 3}`, `square[${i}]`, 5_800, 5_900, 8_000 + 900 * i)),
      quick("a6", "square[3]", 5_800, 9_100, 99_000),
      quick("a7", "square[4]", 9_800, 99_000, 99_000),
    ];
    const traits = traitsOf(actions, until, "");
    return { ...traits, source: IN_KERNEL, run_name: "local-3fk2", task_name: "main", console_url: "" };
  },
  trace: () => withDetail(traitsOf(pipeline, 90_000, "a1"), { kind: "trace", attempts: [], attemptCount: 0 }),
};
