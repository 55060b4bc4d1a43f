// Many runs, as fw.progress shows them.
import type { Progress, ProgressRow } from "../src/core/protocol";
import { progressCss, renderProgress } from "../src/progress/progress";
import { runCss } from "../src/run/run";
import { uiCss } from "../src/ui/styles";
import { BASE_MS } from "../test/scenario";
import { lineOf } from "./lines";
import type { Part } from "./parts";

const S = 1_000;

function row(
  label: string,
  run: string,
  phase: string,
  tookS: number,
  more: Partial<ProgressRow> = {},
): ProgressRow {
  const isTerminal = ["succeeded", "failed", "aborted"].includes(phase);
  const startedMs = BASE_MS - tookS * S;
  return {
    run,
    label,
    task: "train.sweep",
    phase,
    isTerminal,
    line: [],
    asks: phase === "paused",
    counts: { succeeded: 50 },
    startedMs,
    endedMs: isTerminal ? BASE_MS : null,
    url: "",
    trouble: "",
    ...more,
  };
}

const going = (): ProgressRow[] => [
  row("lr=0.01", "r3k8wz51qa", "failed", 126, {
    line: lineOf("failed").compact,
    counts: { succeeded: 46, failed: 1, aborted: 3 },
  }),
  row("lr=0.02", "r9c1m02xkd", "paused", 238, {
    line: [["Keep this model?", "strong", null]],
    counts: { succeeded: 3, paused: 1 },
  }),
  row("lr=0.03", "r4p2bdpt7f", "running", 102, {
    counts: { succeeded: 37, running: 12, waiting_for_resources: 1 },
  }),
  row("lr=0.05", "r5t8sk20ab", "running", 78, {
    counts: { succeeded: 22, running: 15, waiting_for_resources: 13 },
  }),
  row("lr=0.2", "r0c3hw77pq", "waiting_for_resources", 12, {
    line: lineOf("gpu").compact,
    counts: { waiting_for_resources: 1 },
  }),
  ...[118, 121, 130, 137, 149, 161].map((tookS, i) => row(`lr=${i + 1}`, `r7p0fx4l${i}`, "succeeded", tookS)),
];

const over = (): ProgressRow[] =>
  going().map((one) => ({
    ...one,
    isTerminal: true,
    endedMs: BASE_MS,
    phase: one.phase === "failed" ? "failed" : "succeeded",
  }));

const shown =
  (rows: () => ProgressRow[]): Part =>
  (view, parent) => {
    const progress: Progress = { rows: rows(), left: "about 4m left", nowMs: BASE_MS };
    const model = {
      get: (name: string) => (name === "progress" ? progress : undefined),
      on: () => {},
      off: () => {},
    };
    const end = renderProgress(model as never, parent, uiCss + runCss + progressCss);
    view.signal.addEventListener("abort", end);
  };

/** By name, as parts of the gallery. */
export const PROGRESS: Record<string, Part> = {
  "progress-going": shown(going),
  "progress-over": shown(over),
};
