// The list of runs, in its states.
import type { RunListRow, RunsState } from "../src/core/protocol";
import { runCss } from "../src/run/run";
import { renderRuns } from "../src/runs/runs";
import { uiCss } from "../src/ui/styles";
import { runRow } from "../test/run-row";
import { BASE_MS, scenario } from "../test/scenario";
import { GalleryModel } from "./model";
import { nesting } from "./nesting";
import type { Part } from "./parts";

const MINUTE = 60_000;
const LONG = "a_task_with_a_name_that_goes_on_for_longer_than_any_column_is_wide_".repeat(3);

let lists = 0;

function row(
  run: string,
  task: string,
  phase: string,
  minutesAgo: number,
  tookS: number | null,
  more: Partial<RunListRow> = {},
): RunListRow {
  const createdMs = BASE_MS - minutesAgo * MINUTE;
  const endedMs = tookS === null ? null : createdMs + tookS * 1_000;
  return runRow(run, { task, phase, createdMs, endedMs, owner: "kim", ...more });
}

const OPENED = "r0d5yh8n2c";
const mine = { owner: "alex", mine: true };

const ROWS: readonly RunListRow[] = [
  row("r4p2bdpt7f", "etl.pipeline", "running", 1.7, null, mine),
  row("r9c1m02xkd", "release.deploy", "paused", 4, null, { ...mine, waiting: true }),
  row("r2v7qqe90b", "train.sweep", "queued", 4.1, null),
  row("r3k8wz51qa", "etl.pipeline", "failed", 125, 246, mine),
  row(OPENED, "etl.pipeline", "succeeded", 131, 72, mine),
  row("r6m4bt3xfe", "train.sweep", "succeeded", 190, 2_467),
  row("r1z9ka77uw", "report.daily", "succeeded", 420, 48, { owner: "schedule" }),
  row("r8e2jc5vmo", "train.sweep", "aborted", 1_500, 1_360, { owner: "lee" }),
  row("r5t6ns1ydg", "release.deploy", "timed_out", 1_600, 1_812),
  row("r7p0fx4lri", "etl.pipeline", "succeeded", 1_700, 200, { owner: "schedule" }),
];

/** How many of their actions are in which phase. */
const COUNTS: Readonly<Record<string, Record<string, number>>> = {
  r4p2bdpt7f: { succeeded: 36, failed: 1, running: 12, waiting_for_resources: 1 },
  r2v7qqe90b: { queued: 1 },
  r3k8wz51qa: { succeeded: 44, failed: 3, aborted: 3 },
  [OPENED]: { recovered: 44, succeeded: 6 },
  r6m4bt3xfe: { succeeded: 128 },
  r1z9ka77uw: { succeeded: 9 },
  r8e2jc5vmo: { succeeded: 70, aborted: 58 },
  r5t6ns1ydg: { succeeded: 12, timed_out: 1, failed: 1 },
  r7p0fx4lri: { succeeded: 12_000 },
};

const odd = (): RunListRow[] => [
  row("r1", LONG, "running", 1, null, { owner: LONG }),
  row(LONG, LONG, "failed", 3, 12_345_678, mine),
  row("r-rtl", "مهمة.التدريب", "succeeded", 4, 3, { owner: "أليس" }),
  row("r-emoji", "🚀.launch 👩‍🚀", "aborted", 5, 0, { owner: "two\nlines" }),
  row("r-future", "clock.ahead", "queued", -30, null),
  row("r-unknown", "", "", 8, null, { createdMs: null, owner: "" }),
];

const many = (): RunListRow[] =>
  Array.from({ length: 10_000 }, (_, i) =>
    row(`r${i}`, `etl.task_${i % 9}`, i % 11 ? "succeeded" : "failed", 2 * i, 30 + (i % 97)),
  );

function state(rows: readonly RunListRow[], more: Partial<RunsState> = {}): RunsState {
  return {
    id: `gallery-${++lists}`,
    project: "etl",
    domain: "development",
    host: "flyte.acme.dev",
    task: "",
    phase: "",
    mine: false,
    since: "in the last 7 days",
    search: "",
    rows: [...rows],
    generation: 0,
    isRead: true,
    hasOlder: false,
    loaded: rows.length,
    knowsMe: true,
    notes: [],
    connection: { state: "live", lastMs: BASE_MS, nextTryMs: null, message: "", hint: "", pollS: null },
    opened: "",
    nowMs: BASE_MS,
    ...more,
  };
}

const shown =
  (make: () => RunsState, act: (root: ShadowRoot) => void = () => {}): Part =>
  (view, parent) => {
    const model = new GalleryModel({ runs: make() } as never, { answers: { open_run: "model" } });
    Object.assign(model, { widget_manager: nesting({ ...scenario.succeeded(), run_name: OPENED }) });
    const end = renderRuns(model as never, parent, uiCss + runCss);
    view.signal.addEventListener("abort", end);
    const parts = Object.entries(COUNTS).map(([run, counts]) => ({
      content: { kind: "run_counts", run, counts },
      buffers: 0,
    }));
    model.message({ kind: "push", parts });
    act(parent.lastElementChild!.shadowRoot!);
  };

const tick =
  (...runs: string[]) =>
  (root: ShadowRoot) => {
    for (const run of runs) root.querySelector<HTMLElement>(`[data-run="${run}"] .fw-rl-check`)!.click();
  };

const away: Partial<RunsState> = {
  connection: {
    state: "reconnecting",
    lastMs: BASE_MS,
    nextTryMs: null,
    message: "flyte.acme.dev does not answer.",
    hint: "",
    pollS: null,
  },
};
const notes = ["The backend does not filter by the owner: done over the 10 runs read so far."];

/** By name, as parts of the gallery. */
export const RUNS: Readonly<Record<string, Part>> = {
  "runs-list": shown(() => state(ROWS)),
  "runs-10000": shown(() => state(many())),
  "runs-odd": shown(() => state(odd())),
  "runs-ticked": shown(() => state(ROWS), tick("r4p2bdpt7f", "r3k8wz51qa")),
  "runs-abort": shown(
    () => state(ROWS),
    (root) => {
      tick("r4p2bdpt7f", "r2v7qqe90b")(root);
      root.querySelector<HTMLElement>(".fw-rl-ticked > .fw-button:not(.fw-rl-do)")!.click();
    },
  ),
  "runs-opened": shown(() => state(ROWS, { opened: OPENED })),
  "runs-none": shown(() => state([], { since: "" })),
  "runs-no-match": shown(() => state([], { search: "sweep", phase: "failed", mine: true })),
  "runs-reading": shown(() => state([], { isRead: false })),
  "runs-away": shown(() => state(ROWS, away)),
  "runs-notes": shown(() => state(ROWS, { notes, knowsMe: false })),
};
