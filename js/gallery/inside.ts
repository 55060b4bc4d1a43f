// The Data and the Report tab in their states, over an action that has ended.
import type { ActionValues, ReportVersion, RunTraits, ValueNode } from "../src/core/protocol";
import { BASE_MS, scenario } from "../test/scenario";
import type { Manner } from "./model";
import { openDetails } from "./open-details";
import type { Stage, State } from "./states";

const AT_MS = BASE_MS + 102_000;

const opened =
  (tab: "data" | "report", wait: string, then?: (stage: Stage) => Promise<unknown>) =>
  async (stage: Stage): Promise<void> => {
    openDetails(stage);
    stage.find<HTMLElement>(`#fw-tab-${tab}`).click();
    await stage.until(wait);
    await then?.(stage);
  };

const node = (name: string, text: string, type: string, more: Partial<ValueNode> = {}): ValueNode => ({
  name,
  kind: "plain",
  text,
  type,
  ...more,
});

const PLAIN: ValueNode[] = [
  node("n", "20", "int"),
  node("rate", "0.0003", "float"),
  node("dry_run", "False", "bool"),
  node("name", "'nightly'", "str", { kind: "text" }),
  node("note", "'Rerun of Monday, because the orders of that day came late and twice, and nobody…'", "str", {
    kind: "text",
    note: "1,840 chars",
    children: 1,
  }),
  node("limit", "None", "int | None", { kind: "none" }),
  node("since", "2026-11-23 00:00", "datetime", { note: "UTC" }),
  node("budget", "1h 30m", "timedelta"),
  node("cfg", "{'epochs': 30, 'lr': 0.0003, 'layers': [64, 64, 32]}", "TrainConfig", {
    kind: "tree",
    note: "3 fields",
    children: 3,
  }),
];
const STORED: ValueNode[] = [
  node("orders", "orders.parquet", "DataFrame", {
    kind: "table",
    note: "4 columns, parquet",
    uri: "s3://acme/orders.parquet",
  }),
  node("raw", "orders.csv", "File", { kind: "file", uri: "s3://acme/orders.csv" }),
  node("shards", "squares/", "Dir", { kind: "dir", uri: "s3://acme/squares/" }),
  node("model", "model.pt", "TorchModel", {
    kind: "opaque",
    note: "88 MB, not opened: reading one runs its code",
    uri: "s3://acme/model.pt",
  }),
  node("rows", "list[dict]", "list[dict]", {
    kind: "offloaded",
    note: "1.6 MB, kept outside",
    uri: "s3://acme/rows.pb",
  }),
  node("odd", "Not read: its MessagePack data is broken", "Index", { kind: "error" }),
];
const PYTHON = 'w.run.actions["a44"]';
const numbered = (nodes: ValueNode[]): ValueNode[] => nodes.map((one, i) => ({ ...one, path: [i] }));
const values = (more: Partial<ActionValues> = {}): ActionValues => ({
  inputs: numbered(PLAIN),
  outputs: numbered(STORED),
  python: PYTHON,
  inputsUri: "",
  outputsUri: "",
  tooLarge: "",
  ...more,
});
const TABLE = {
  columns: ["order", "city", "price", "late"],
  isText: [false, true, false, false],
  rows: [
    ["10412", "Lisbon", "41.20", "False"],
    ["10413", "Oslo", "9.95", "False"],
    ["10416", "Oslo", "NaN", null],
  ],
  rowCount: 20_000,
  columnCount: 4,
  note: "1.2 MB parquet",
};
const FIELDS = {
  nodes: [
    node("epochs", "30", "int", { path: [8, 0] }),
    node("lr", "0.0003", "float", { path: [8, 1] }),
    node("layers", "[64, 64, 32]", "list", { path: [8, 2], kind: "tree", note: "3 items", children: 3 }),
  ],
  more: 0,
};

const ended = (phase = "succeeded"): RunTraits => {
  const traits = scenario.running(102_000, "a44");
  const detail = traits.detail!;
  const attempts = detail.attempts.map((one) => ({ ...one, endMs: one.endMs ?? AT_MS }));
  return { ...traits, detail: { ...detail, phase, endMs: AT_MS, attempts, makesReport: true } };
};

function data(answer: unknown, more: Partial<Manner> = {}, then?: (stage: Stage) => Promise<unknown>) {
  const manner = { ...more, answers: { read_data: answer, ...more.answers } };
  return (): State => ({ traits: ended(), manner, act: opened("data", ".fw-data-section", then) });
}

const press =
  (selector: string, wait: string) =>
  (stage: Stage): Promise<unknown> => {
    stage.find<HTMLElement>(selector).click();
    return stage.until(wait);
  };

const HTML = `<!doctype html><style>body{font:14px sans-serif;margin:0;padding:16px}</style>
<h2>Training of model v14</h2><table><tr><td>loss</td><td>0.1127</td></tr></table>`;

function report(version: Partial<ReportVersion>, html = "", traits = ended()): () => State {
  const answer: ReportVersion = {
    state: "read",
    version: "1",
    sizeBytes: html.length,
    atMs: AT_MS,
    message: "",
    ...version,
  };
  const manner: Manner = {
    answers: { read_task_report: answer },
    buffers: { read_task_report: html },
  };
  const wait = html ? "iframe" : ".fw-report-empty:not([hidden])";
  return () => ({ traits, manner, act: opened("report", wait, (stage) => stage.pause(100)) });
}

const live = (): RunTraits => {
  const traits = scenario.running(102_000, "a44");
  return { ...traits, detail: { ...traits.detail!, makesReport: true } };
};

/** By name, as states of the gallery. */
export const INSIDE: Record<string, () => State> = {
  "data-kinds": data(values()),
  "data-unfolded": data(values(), { answers: { read_value: FIELDS } }, async (stage) =>
    press("[role=treeitem]:nth-of-type(9) .fw-value-row", "[aria-level='2']")(stage),
  ),
  "data-table": data(
    values({ inputs: [] }),
    { answers: { preview_table: TABLE } },
    press(".fw-value[data-kind=table] button", "table.fw-table"),
  ),
  "data-not-loaded": data(
    values({ inputs: [] }),
    { refusals: { load_value: "rows.pb was not read: PermissionError: access to s3://acme denied" } },
    press(".fw-value[data-kind=offloaded] button", ".fw-value-failed"),
  ),
  "data-too-large": data(
    values({
      inputs: [],
      outputs: [],
      inputsUri: "s3://acme/r4p2/a44/inputs.pb",
      outputsUri: "s3://acme/r4p2/a44/1/outputs.pb",
      tooLarge: "The backend hands out no data of this size: limit exceeded. 8mb > 2mb",
    }),
  ),
  "data-none": data(values({ inputs: [], outputs: [] })),
  "data-not-read": () => ({
    traits: ended(),
    manner: { refusals: { read_data: "flyte.acme.dev does not answer." } },
    act: opened("data", ".fw-data-failed"),
  }),
  "report-shown": report({}, HTML),
  "report-live": report({}, HTML, live()),
  "report-from-the-web": report(
    {},
    `${HTML}<template><script src="https://cdn.plot.ly/plotly.js"></script></template>`,
  ),
  "report-none": report({ state: "none" }),
  "report-none-yet": report({ state: "none" }, "", live()),
  "report-large": report({
    state: "too_large",
    message: "The report has more than 10 MB.",
  }),
  "report-not-read": () => ({
    traits: ended(),
    manner: { refusals: { read_task_report: "localhost:30002 refused the connection." } },
    act: opened("report", ".fw-report-empty:not([hidden]) button:not([hidden])"),
  }),
};
