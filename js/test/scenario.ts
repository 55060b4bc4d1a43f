// The run of the pictures in several states, and big generated runs. For tests and the gallery.
import { PHASES, Phase } from "../src/core/phases";
import {
  type ActionDetail,
  type Attempt,
  type ErrorInfo,
  Row,
  type RunTraits,
  Seg,
} from "../src/core/protocol";
import { type ActionSpec, pack, type SegmentSpec } from "./pack";

const { Queued, WaitingForResources, Initializing, Running, Succeeded, Failed, Aborted } = Phase;

/** 14:32:25 of the reader's own time zone, so that the wall clock in the pictures is right everywhere. */
export const BASE_MS = new Date(2025, 5, 12, 14, 32, 25).getTime();
const RUN_NAME = "r4p2bdpt7f";
const CONSOLE = `https://flyte.acme.dev/v2/domain/development/project/etl/runs/${RUN_NAME}`;

/** One attempt: when it begins, its phases with their seconds, and how it ends. */
interface AttemptPlan {
  startS: number;
  steps: readonly (readonly [phase: number, seconds: number])[];
  /** 0: the backend never says, the next attempt just starts. */
  outcome: number;
}

interface Plan {
  id: string;
  name: string;
  parent: string;
  group?: string;
  createdS: number;
  attempts: readonly AttemptPlan[];
}

const step = (
  startS: number,
  outcome: number,
  ...seconds: [number, number, number, number]
): AttemptPlan => ({
  startS,
  outcome,
  steps: ([Queued, WaitingForResources, Initializing, Running] as const)
    .map((phase, i) => [phase, seconds[i] ?? 0] as const)
    .filter(([, s]) => s > 0),
});

const plan = (id: string, name: string, parent: string, ...attempts: AttemptPlan[]): Plan => ({
  id,
  name,
  parent,
  createdS: attempts[0]?.startS ?? 0,
  attempts,
});

/** The children, `shiftS` later than in the picture of the running run. */
function children(shiftS: number, ending: "running" | "failed" | "succeeded"): Plan[] {
  const at = (s: number) => s + shiftS;
  const good = ending === "succeeded";
  const prepare = [
    step(at(15), Succeeded, 0.6, 0, 1.4, 6),
    step(at(15), Succeeded, 1, 0, 2, 9),
    step(at(15), Succeeded, 5, 4, 1, 5),
    step(at(15), Succeeded, 5.4, 3.6, 2, 7),
  ].map((attempt, i) => plan(`a${i + 1}`, "prepare", "a0", attempt));
  const square = Array.from({ length: 40 }, (_, i) => {
    const queuedS = 30.1 + i * 0.1;
    const waitedS = 36 + i * 1.43 - queuedS - 0.7;
    const attempt = step(
      at(queuedS),
      i === 15 && !good ? Failed : Succeeded,
      0.7,
      waitedS,
      1.2,
      18 + (i % 5) * 0.15,
    );
    return plan(`a${i < 39 ? i + 5 : 45}`, "square", "a0", attempt);
  });
  const last = ending === "failed";
  const train = plan(
    "a44",
    "train_model",
    "a0",
    { ...step(last ? 60 : at(41), 0, 1, last ? 13 : 6.4, last ? 4 : 3, last ? 43.5 : 14.5) },
    last
      ? step(121.5, Failed, 0.6, 42, 5, 62.8)
      : step(at(67.2), good ? Succeeded : Running, 0.8, 7.9, 3.5, 66),
  );
  const foldS = last ? 171 : at(81.1);
  const foldEnd = last ? Aborted : Succeeded;
  const gpuS = last ? 70.5 : at(54);
  return [
    ...prepare,
    ...square,
    train,
    plan("a46", "fold_0", "a44", step(foldS, foldEnd, 0.9, 0, 2.9, last ? 58.2 : 48)),
    plan("a47", "fold_1", "a44", step(foldS, foldEnd, 0.7, last ? 10.3 : 6.1, 3, last ? 48 : 42)),
    plan("a48", "embed_corpus", "a0", step(at(42.1), Succeeded, 1.3, 9.5, 11.6, last ? 91.6 : 60)),
    {
      ...plan("a49", "gpu_eval", "a0", step(gpuS, last ? Aborted : Succeeded, 1.4, last ? 162.6 : 56, 0, 0)),
      createdS: gpuS - (last ? 5.5 : 8),
    },
  ];
}

const running = (): Plan[] => [
  plan("a0", "etl.pipeline", "", step(0, 0, 1.2, 8.6, 4.4, 300)),
  ...children(0, "running"),
];
const failing = (): Plan[] => [
  plan("a0", "etl.pipeline", "", step(0, 0, 1, 4, 2.5, 10), step(18, Failed, 0.6, 3, 4, 220.4)),
  ...children(18, "failed"),
];
const succeeding = (): Plan[] => [
  plan("a0", "etl.pipeline", "", step(0, Succeeded, 1.2, 8.6, 4.4, 152)),
  ...children(0, "succeeded"),
];

/** What is known of the planned actions at a moment of the run. */
function actionsAt(plans: readonly Plan[], nowMs: number): ActionSpec[] {
  const born = plans.filter((p) => p.createdS * 1000 <= nowMs);
  const rows = new Map(born.map((p, row) => [p.id, row]));
  return born.map((p) => {
    const segments: SegmentSpec[] = [];
    let phase: number = Queued;
    let endedMs = Number.NaN;
    for (const [i, attempt] of p.attempts.entries()) {
      let atMs = attempt.startS * 1000;
      if (atMs > nowMs) break;
      const last = i === p.attempts.length - 1;
      for (const [k, [stepPhase, seconds]] of attempt.steps.entries()) {
        if (atMs > nowMs) break;
        const endMs = atMs + seconds * 1000;
        const guessed = k === attempt.steps.length - 1 && !last && attempt.outcome === 0;
        segments.push({
          attempt: i + 1,
          phase: stepPhase,
          startMs: atMs,
          endMs: endMs <= nowMs ? endMs : Number.NaN,
          flags: guessed && endMs <= nowMs ? Seg.EndInferred : 0,
        });
        phase = stepPhase;
        atMs = endMs;
        // As Python has it: the next attempt is the proof that this one failed.
        if (guessed && endMs <= nowMs) {
          segments.push({ attempt: i + 1, phase: Failed, startMs: endMs, endMs, flags: Seg.EndInferred });
        }
      }
      if (atMs <= nowMs && attempt.outcome !== 0) {
        segments.push({ attempt: i + 1, phase: attempt.outcome, startMs: atMs, endMs: atMs });
        phase = attempt.outcome;
        if (last) endedMs = atMs;
      }
    }
    return {
      id: p.id,
      name: p.name,
      group: p.group ?? "",
      parent: rows.get(p.parent) ?? -1,
      phase,
      flags: Row.History,
      createdMs: p.createdS * 1000,
      endedMs,
      segments,
    };
  });
}

/** Everything that is active becomes aborted. */
function abortedAt(actions: readonly ActionSpec[], endMs: number): ActionSpec[] {
  return actions.map((action) => {
    if (!Number.isNaN(action.endedMs)) return action;
    const attempt = action.segments.at(-1)?.attempt ?? 1;
    const segments = action.segments.map((s) => (Number.isNaN(s.endMs) ? { ...s, endMs } : s));
    segments.push({ attempt, phase: Aborted, startMs: endMs, endMs });
    return { ...action, phase: Aborted, endedMs: endMs, segments };
  });
}

const value = (phase: number): string => PHASES.get(phase)?.value ?? `unknown_${phase}`;
const epoch = (ms: number): number | null => (Number.isNaN(ms) ? null : BASE_MS + ms);

function attemptsOf(action: ActionSpec): Attempt[] {
  const numbers = [...new Set(action.segments.map((s) => s.attempt ?? 1))];
  return numbers.map((attempt) => {
    const own = action.segments.filter((s) => (s.attempt ?? 1) === attempt);
    const final = own.at(-1);
    const last = attempt === numbers.at(-1);
    return {
      attempt,
      phase: value(final?.phase ?? 0),
      startMs: epoch(own[0]?.startMs ?? Number.NaN),
      endMs: epoch(final?.endMs ?? Number.NaN),
      endInferred: ((final?.flags ?? 0) & Seg.EndInferred) !== 0,
      transitions: own.map((s) => ({
        phase: value(s.phase),
        startMs: epoch(s.startMs),
        endMs: epoch(s.endMs),
        endInferred: ((s.flags ?? 0) & Seg.EndInferred) !== 0,
      })),
      error: last && final?.phase === Failed ? ERROR : null,
      links: LINKS,
      events: last ? eventsOf(action, own[0]?.startMs ?? 0) : [],
      logsAvailable: true,
      cache: "",
    };
  });
}

const ERROR: ErrorInfo = {
  kind: "user",
  title: "OutOfMemoryError",
  code: "exit code 1",
  message: [
    "Traceback (most recent call last):",
    '  File "/app/etl/train.py", line 88, in train_model',
    "    batch = loader.next(size=cfg.batch)",
    '  File "/app/etl/io.py", line 41, in next',
    '    return torch.stack(rows).to("cuda")',
    "torch.OutOfMemoryError: CUDA out of memory. Tried to",
    "allocate 2.40 GiB (GPU 0; 15.78 GiB total; 14.02 GiB in use)",
  ].join("\n"),
};

const LINKS = [
  { name: "Kubernetes logs", url: "https://logs.acme.dev/pod/train-model" },
  { name: "Grafana", url: "https://grafana.acme.dev/d/gpu" },
];

function eventsOf(action: ActionSpec, startMs: number): Attempt["events"] {
  const event = (afterS: number, reason: string, message: string, warning = false, count = 1) => ({
    atMs: epoch(startMs + afterS * 1000),
    reason,
    message,
    warning,
    count,
  });
  const none = "0/12 nodes available: 12 insufficient nvidia.com/gpu";
  if (action.name === "gpu_eval") {
    return [
      event(0, "Queued", "task submitted to Kubernetes"),
      event(2, "FailedScheduling", none, true),
      event(17, "TriggeredScaleUp", "gpu-pool 3 → 4 (max 4)"),
      event(32, "FailedScheduling", none, true, 4),
    ];
  }
  if (action.name !== "train_model") return [];
  return [
    event(0, "Queued", "task submitted to Kubernetes"),
    event(1, "FailedScheduling", none, true),
    event(8, "Scheduled", "assigned etl-development/train-model to gpu-pool-2"),
    event(9, "Pulling", "pulling image acme/etl:1.9"),
    event(12, "Started", "started container main"),
  ];
}

/** The details of one action, as Python would give them. */
export function detailOf(actions: readonly ActionSpec[], id: string): ActionDetail | null {
  const action = actions.find((a) => a.id === id);
  if (!action) return null;
  const attempts = attemptsOf(action);
  return {
    id,
    name: action.name,
    kind: "task",
    parent: actions[action.parent]?.id ?? "",
    group: action.group ?? "",
    phase: value(action.phase),
    startMs: epoch(action.segments[0]?.startMs ?? action.createdMs),
    endMs: epoch(action.endedMs),
    attemptCount: attempts.length,
    attempts,
    error: action.phase === Failed ? ERROR : null,
    abort: action.phase === Aborted ? { reason: "", by: "backend" } : null,
    condition: null,
    cache: "",
    consoleUrl: `${CONSOLE}/actions/${id}`,
    makesReport: false,
    notKept: false,
  };
}

export function traitsOf(actions: readonly ActionSpec[], nowMs: number, selected = ""): RunTraits {
  const root = actions[0];
  const counts: Record<string, number> = {};
  for (const { phase } of actions) counts[value(phase)] = (counts[value(phase)] ?? 0) + 1;
  const over = root !== undefined && !Number.isNaN(root.endedMs);
  return {
    run_name: RUN_NAME,
    project: "etl",
    domain: "development",
    host: "flyte.acme.dev",
    source: "the SDK’s config file",
    console_url: CONSOLE,
    task_name: "etl.pipeline",
    reference: `fw.RunWidget("${RUN_NAME}")`,
    abort_note: "",
    waiting: [],
    answers: [],
    relation: null,
    rerun_state: { state: "idle", kind: "rerun", run: "", code: "", url: "", atMs: null, message: "" },
    compare_with: "",
    static_view_id: "",
    phase: value(root?.phase ?? Queued),
    is_terminal: over,
    counts,
    is_loading: false,
    attempt: root?.segments.at(-1)?.attempt ?? 1,
    started_ms: BASE_MS,
    ended_ms: over ? epoch(root.endedMs) : null,
    summary: null,
    view: "full",
    height: null,
    diagram: null,
    root: detailOf(actions, "a0"),
    selected,
    detail: selected ? detailOf(actions, selected) : null,
    connection: {
      state: over ? "ended" : "live",
      lastMs: BASE_MS + nowMs,
      nextTryMs: null,
      message: "",
      hint: "",
      pollS: null,
    },
    abort_state: { state: "idle", action: "a0", atMs: null, reason: "", message: "" },
    error: null,
    snapshot: pack(actions, { baseMs: BASE_MS, nowMs: BASE_MS + nowMs }),
  };
}

/** The run of the pictures, all its states in one place. Each call makes new traits. */
export const scenario = {
  running: (atMs = 102_000, selected = "a44") => traitsOf(actionsAt(running(), atMs), atMs, selected),
  failed: (selected = "a44") => traitsOf(actionsAt(failing(), 246_000), 246_000, selected),
  succeeded: () => traitsOf(actionsAt(succeeding(), 170_000), 170_000),
  aborted: () => traitsOf(abortedAt(actionsAt(running(), 102_000), 106_000), 106_000),
  queued: () => traitsOf(actionsAt(running(), 800), 800),
  noActions: () => traitsOf([], 4_200),
  /** `count` actions in four levels, half of them done, one in 500 failed; the run is live. */
  big: (count: number, selected = "") => {
    const nowMs = 600_000;
    return traitsOf(bigRun(count, nowMs), nowMs, selected);
  },
};

/** The actions of the running scenario, to be changed by a test. */
export const runningActions = (atMs = 102_000): ActionSpec[] => actionsAt(running(), atMs);

/** A small generator of its own, so that every run of a test sees the same. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function bigRun(count: number, nowMs: number, seed = 7): ActionSpec[] {
  const next = random(seed);
  const actions: ActionSpec[] = [];
  const stages = 12;
  const names = ["load", "clean", "join", "embed", "score", "train", "evaluate", "publish"];
  for (let row = 0; row < count; row++) {
    // Row 0 is the root, then the stages, then shards under stages, now and then a step under a shard.
    let parent = -1;
    if (row > stages)
      parent =
        next() < 0.15 && row > 40 ? 13 + Math.floor(next() * (row - 13)) : 1 + Math.floor(next() * stages);
    else if (row > 0) parent = 0;
    const bornMs =
      parent < 0 ? 0 : Math.min(nowMs * 0.97, (actions[parent]?.createdMs ?? 0) + next() * nowMs * 0.5);
    const seconds = [
      0.2 + next(),
      next() * 20,
      1 + next() * 4,
      row <= stages ? 1e6 : 5 + next() * next() * 400,
    ];
    const segments: SegmentSpec[] = [];
    let atMs = bornMs;
    let phase: number = Queued;
    for (const [i, stepPhase] of [Queued, WaitingForResources, Initializing, Running].entries()) {
      const endMs = atMs + (seconds[i] ?? 0) * 1000;
      segments.push({ phase: stepPhase, startMs: atMs, endMs: endMs <= nowMs ? endMs : Number.NaN });
      phase = stepPhase;
      atMs = endMs;
      if (atMs > nowMs) break;
    }
    const over = atMs <= nowMs;
    if (over) {
      phase = next() < 0.002 ? Failed : Succeeded;
      segments.push({ phase, startMs: atMs, endMs: atMs });
    }
    actions.push({
      id: `a${row}`,
      name:
        row === 0
          ? "etl.pipeline"
          : row <= stages
            ? `stage_${row}`
            : (names[Math.floor(next() * 8)] ?? "step"),
      parent,
      phase,
      flags: Row.History,
      createdMs: bornMs,
      endedMs: over ? atMs : Number.NaN,
      segments,
    });
  }
  return actions;
}

type Listener = (...args: never[]) => void;

/** A model that plays recorded traits and messages: what a notebook's front end is to the widget, without one. */
export class RecordedModel {
  /** What the widget sent. */
  readonly sent: unknown[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();
  readonly widget_manager = {} as never;

  constructor(private traits: RunTraits) {}

  get<K extends keyof RunTraits>(name: K): RunTraits[K] {
    return this.traits[name];
  }

  set<K extends keyof RunTraits>(name: K, to: RunTraits[K]): void {
    this.play({ [name]: to } as Partial<RunTraits>);
  }

  save_changes(): void {}

  send(content: unknown): void {
    this.sent.push(content);
  }

  on(event: string, callback: Listener): void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(callback));
  }

  off(event?: string | null, callback?: Listener | null): void {
    if (event && callback) this.listeners.get(event)?.delete(callback);
    else this.listeners.clear();
  }

  /** Traits as they came from Python. */
  play(traits: Partial<RunTraits>): void {
    this.traits = { ...this.traits, ...traits };
    for (const name of Object.keys(traits)) this.emit(`change:${name}`);
  }

  /** A message as it came from Python. */
  message(content: unknown, ...buffers: DataView[]): void {
    this.emit("msg:custom", content, buffers);
  }

  /** An event of the host's own. */
  tell(event: string): void {
    this.emit(event);
  }

  private emit(event: string, ...args: unknown[]): void {
    for (const callback of this.listeners.get(event) ?? []) (callback as (...a: unknown[]) => void)(...args);
  }
}
