// Time by task: a table in the rows' place, for the whole run or for a stretch of it. Python adds it up
// (flyte_widgets/run/by_task.py); here it is sorted and shown.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { duration, grouped, plural } from "../../../core/format";
import { Phase } from "../../../core/phases";
import type { TaskRow } from "../../../core/protocol";
import { h, setAttribute } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";
import css from "./by-task.css";
import { percent } from "./path";

/** A stretch of time, epoch ms. */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

interface Column {
  id: string;
  head: string;
  /** What it is sorted by; null comes last. */
  value(row: TaskRow): number | string | null;
  text(row: TaskRow): string;
  /** Length of its bar, 0 to 1; and whose fill that has. */
  bar?: { share(row: TaskRow, all: readonly TaskRow[]): number; phase: number };
}

const AGAIN_MS = 5_000;
/** A run has few tasks. */
const MOST_ROWS = 200;
const length = (ms: number | null): string => (ms === null ? "–" : duration(ms));
const longest = (rows: readonly TaskRow[]): number => Math.max(1, ...rows.map((row) => row.totalMs));

const COLUMNS: readonly Column[] = [
  { id: "task", head: "Task", value: (row) => row.task.toLowerCase(), text: (row) => row.task },
  { id: "actions", head: "Actions", value: (row) => row.actions, text: (row) => grouped(row.actions) },
  {
    id: "total",
    head: "Total",
    value: (row) => row.totalMs,
    text: (row) => duration(row.totalMs),
    bar: { share: (row, all) => row.totalMs / longest(all), phase: 0 },
  },
  { id: "median", head: "Median", value: (row) => row.medianMs, text: (row) => length(row.medianMs) },
  { id: "p95", head: "p95", value: (row) => row.p95Ms, text: (row) => length(row.p95Ms) },
  { id: "longest", head: "Longest", value: (row) => row.longestMs, text: (row) => duration(row.longestMs) },
  {
    id: "waiting",
    head: "Waiting",
    value: (row) => row.waiting,
    text: (row) => (row.waiting === null ? "–" : percent(row.waiting)),
    bar: { share: (row) => row.waiting ?? 0, phase: Phase.WaitingForResources },
  },
  {
    id: "path",
    head: "On the path",
    value: (row) => row.onPath,
    text: (row) => percent(row.onPath),
    bar: { share: (row) => row.onPath, phase: -1 },
  },
];
const NARROW = ["task", "actions", "longest", "path"];

/** Draws into `table`, which is hidden while time is not looked at by task. */
export function mountByTask(view: View, table: HTMLElement, range: ReadonlySignal<TimeRange | null>): void {
  view.style(css);
  const { store, ui } = view;
  const rows = signal<readonly TaskRow[] | null>(null);
  const sorted = signal("path");
  let asked = 0;

  const read = async (): Promise<void> => {
    const mine = ++asked;
    const { fromMs, toMs } = range.peek() ?? { fromMs: null, toMs: null };
    try {
      const { payload } = await store.request("by_task", { fromMs, toMs }, { signal: view.signal });
      if (mine === asked) rows.value = payload;
    } catch {
      // A kernel that is gone, or busy: what was read stays.
    }
  };
  view.effect(() => {
    void [range.value, store.traits.connection.value];
    if (ui.lens.value === "tasks") void read();
  });
  view.everyTick(AGAIN_MS, () => {
    if (ui.lens.peek() === "tasks") void read();
  });
  view.effect(() => {
    table.hidden = ui.lens.value !== "tasks";
    if (table.hidden) return;
    const columns = COLUMNS.filter(({ id }) => !ui.compact.value || NARROW.includes(id));
    draw(view, table, columns, rows.value, sorted);
  });
}

function draw(
  { store, ui }: View,
  table: HTMLElement,
  columns: readonly Column[],
  rows: readonly TaskRow[] | null,
  sorted: Signal<string>,
): void {
  const heads = columns.map((column) => {
    const by = sorted.value === column.id;
    const head = h(
      "button",
      {
        class: "fw-bt-head",
        "data-column": column.id,
        "aria-pressed": String(by),
        title: `Sort by ${column.head}`,
      },
      h("span", {}, ui.compact.value && column.id === "path" ? "Path" : column.head),
      ...(by ? [icon("chevron-down", 10)] : []),
    );
    const sort = (): void => {
      sorted.value = column.id;
    };
    head.addEventListener("click", sort);
    return head;
  });
  if (!rows) {
    const words = store.kernelAlive.value ? "Reading…" : "This was not kept: run the cell again to read it.";
    table.replaceChildren(
      h("div", { class: "fw-bt-row" }, ...heads),
      h("div", { class: "fw-bt-note" }, words),
    );
    return;
  }
  const by = columns.find(({ id }) => id === sorted.value) ?? columns.at(-1)!;
  const all = [...rows].sort((a, b) => compare(by.value(a), by.value(b)));
  const query = ui.query.value;
  const lines = all.slice(0, MOST_ROWS).map((row) => {
    const line = h(
      "button",
      {
        class: "fw-bt-row",
        title: `Show only ${row.task}`,
        "aria-pressed": String(query === row.task),
      },
      ...columns.map((column) => cell(column, row, all)),
    );
    const filter = (): void => {
      ui.query.value = ui.query.peek() === row.task ? "" : row.task;
    };
    line.addEventListener("click", filter);
    return line;
  });
  const actions = rows.reduce((sum, row) => sum + row.actions, 0);
  const totals: Record<string, string> = {
    task: `All, ${plural(actions, "action")}`,
    total: duration(rows.reduce((sum, row) => sum + row.totalMs, 0)),
    longest: duration(Math.max(0, ...rows.map((row) => row.longestMs))),
    path: rows.length > 0 ? "100 %" : "",
  };
  const foot = columns.map(({ id, bar }) =>
    h("span", { class: "fw-bt-cell", "data-column": id, "data-bar": bar ? "" : null }, totals[id] ?? ""),
  );
  const scrolled = h("div", { class: "fw-bt-body" }, ...lines);
  table.replaceChildren(
    h("div", { class: "fw-bt-row" }, ...heads),
    scrolled,
    h("div", { class: "fw-bt-row fw-bt-foot" }, ...foot),
  );
}

function cell({ id, text, bar }: Column, row: TaskRow, all: readonly TaskRow[]): HTMLElement {
  const element = h("span", {
    class: "fw-bt-cell",
    "data-column": id,
    dir: id === "task" ? "auto" : null,
  });
  element.append(id === "task" ? h("span", { class: "fw-cut" }, text(row)) : text(row));
  if (bar) {
    const fill = h("span", {
      class: bar.phase > 0 ? "fw-bt-fill fw-fill" : "fw-bt-fill",
      "data-phase": bar.phase,
    });
    fill.style.width = `${Math.round(Math.min(1, bar.share(row, all)) * 1000) / 10}%`;
    element.append(h("span", { class: "fw-bt-bar", "aria-hidden": "true" }, fill));
    setAttribute(element, "data-bar", "");
  }
  return element;
}

/** Large first, names from A; what is not known comes last. */
function compare(a: number | string | null, b: number | string | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  if (typeof a === "string" || typeof b === "string") return String(a) < String(b) ? -1 : 1;
  return b - a;
}
