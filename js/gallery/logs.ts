// The Logs tab in its states, over an action that runs.
import type { LogNews } from "../src/core/protocol";
import { BASE_MS, scenario } from "../test/scenario";
import { openDetails } from "./open-details";
import type { Stage, State } from "./states";

const AT_MS = BASE_MS + 102_000;
const KEY = "a44/2";
const ESC = "\u001b";

type PackedLine = [atMs: number | null, text: string, origin: string];

/** Of a training, with colours, a warning over two lines, and a system's line. */
function training(count: number): PackedLine[] {
  const line = (i: number): PackedLine => {
    const atMs = AT_MS - (count - i) * 900;
    if (i === 0) return [atMs, "container etl-train started on gpu-pool-3", "system/stdout"];
    if (i === 1)
      return [atMs, `${ESC}[34mINFO${ESC}[0m  loading 40 shards from s3://acme-etl/squares/`, "app/stdout"];
    if (i % 9 === 4) {
      const text =
        "/app/etl/io.py:41: UserWarning: the batch of 37 rows is padded to 64, so that some are seen twice";
      return [atMs, text, "app/stderr"];
    }
    return [
      atMs,
      `epoch ${i}/30 loss ${ESC}[36m${(7 / (i + 9)).toFixed(4)}${ESC}[0m acc 0.${500 + i}`,
      "app/stdout",
    ];
  };
  return Array.from({ length: count }, (_, i) => line(i));
}

const NEWS: LogNews = {
  kind: "log",
  key: KEY,
  state: "live",
  sinceMs: AT_MS - 14_000,
  nextTryMs: null,
  message: "",
  hint: "",
  folds: [],
  start: 0,
  first: 0,
  total: 0,
};

function log(news: Partial<LogNews>, lines: PackedLine[] = []): () => State {
  const total = news.total ?? lines.length;
  const bytes = new TextEncoder().encode(JSON.stringify(lines));
  const act = async (stage: Stage): Promise<void> => {
    openDetails(stage);
    stage.find<HTMLElement>("#fw-tab-logs").click();
    await stage.until(".fw-log-pane");
    stage.push({ ...NEWS, ...news, start: total - lines.length, total }, new DataView(bytes.buffer));
  };
  return () => ({ traits: scenario.running(102_000, "a44"), act });
}

/** By name, as states of the gallery. */
export const LOGS: Record<string, () => State> = {
  "logs-live": log({}, training(30)),
  "logs-ended": log({ state: "ended" }, training(30)),
  "logs-cut": log({ first: 1_180_000, total: 1_200_000 }, training(30)),
  "logs-reconnecting": log({ state: "reconnecting" }, training(6)),
  "logs-none-yet": log({ state: "quiet" }),
  "logs-not-started": log({ state: "not_started" }),
  "logs-nothing-written": log({ state: "ended" }),
  "logs-gone": log({ state: "gone" }),
  "logs-refused": log({
    state: "refused",
    message: "You may not read the logs of this project.",
    hint: "Ask for the role that may view them.",
  }),
};
