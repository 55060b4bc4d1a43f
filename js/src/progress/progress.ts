// Many runs: a head with the total, and a row for each. What succeeded folds into the last row. State: Python's
// (`progress`); the browser only folds, and lets clocks go on while the kernel is heard.
import type { AnyModel } from "@anywidget/types";
import { duration, grouped, plural, wallClock } from "../core/format";
import { HostKernel } from "../core/host-kernel";
import { cssName, isTerminal, label, Phase, phaseOf } from "../core/phases";
import type { ProgressRow, ProgressTraits } from "../core/protocol";
import { fraction, tally } from "../run/header/counts";
import { drawStrip } from "../run/header/strip";
import { nodes } from "../run/line";
import { iconLink, pointLink } from "../ui/buttons";
import { h, setAttribute } from "../ui/dom";
import { chip, glyph, icon } from "../ui/icons";
import { createTheme } from "../ui/theme";
import css from "./progress.css";

export const progressCss = css;

/** Heartbeats come every 10 s: after so long without a word the clocks stand still. */
const SILENCE_MS = 35_000;
const TICK_MS = 1_000;
const NARROW_PX = 560;
/** What needs somebody first, then what goes on, then what went wrong. What succeeded is folded away. */
const ORDER: readonly number[] = [
  Phase.Paused,
  Phase.Running,
  Phase.Initializing,
  Phase.WaitingForResources,
  Phase.Queued,
];

type Rows = readonly ProgressRow[];

/** Draws into `el`; gives what ends it. */
export function renderProgress(model: AnyModel<ProgressTraits>, el: HTMLElement, sheet: string): () => void {
  const ending = new AbortController();
  const host = h("div", { class: "flyte-widgets" });
  el.append(host);
  const head = h("div", { class: "fw-pr-head" });
  const list = h("div", { class: "fw-pr-rows", role: "list" });
  const element = h("div", { class: "fw", role: "region", "aria-label": "Flyte runs" }, head, list);
  host.attachShadow({ mode: "open" }).append(h("style", {}, sheet), element);
  createTheme(host, ending.signal);
  let heardMs = Date.now();
  let isCut = false;
  let isUnfolded = false;
  let skewMs = 0;

  const draw = (): void => {
    const { rows, left, nowMs } = model.get("progress") ?? { rows: [], left: "", nowMs: 0 };
    const isOver = rows.every((row) => row.isTerminal);
    const isHeard = !isCut && Date.now() - heardMs < SILENCE_MS;
    const clockMs = isHeard ? Date.now() + skewMs : nowMs;
    setAttribute(element, "data-narrow", host.clientWidth > 0 && host.clientWidth < NARROW_PX ? "" : null);
    setAttribute(element, "data-gone", isHeard || isOver ? null : "");
    head.replaceChildren(...headOf(rows, left, clockMs, isHeard));
    const good = rows.filter(isGood);
    const others = rows.filter((row) => !isGood(row)).sort((a, b) => rank(a) - rank(b));
    const shown = others.map((row) => rowOf(row, clockMs));
    if (good.length > 0 && rows.length > 1) {
      const fold = foldOf(good, isUnfolded);
      fold.addEventListener("click", () => {
        isUnfolded = !isUnfolded;
        draw();
        list.querySelector<HTMLElement>(".fw-pr-fold")?.focus();
      });
      shown.push(h("div", { role: "listitem" }, fold));
    }
    if (isUnfolded || rows.length === 1) shown.push(...good.map((row) => rowOf(row, clockMs)));
    // No row goes while the pointer is over them, or the focus in them.
    const isBusy = list.matches(":hover") || list.contains(host.shadowRoot!.activeElement);
    if (!isBusy || shown.length >= list.childElementCount) list.replaceChildren(...shown);
  };
  const take = (): void => {
    heardMs = Date.now();
    skewMs = (model.get("progress")?.nowMs ?? heardMs) - heardMs;
    draw();
  };
  const onMessage = (): void => {
    heardMs = Date.now();
  };
  const kernel = new HostKernel(model as never, (link) => {
    isCut = link === "dead" || link === "cut";
    draw();
  });
  model.on("change:progress", take);
  model.on("msg:custom", onMessage);
  const timer = setInterval(() => {
    if (model.get("progress")?.rows.some((row) => !row.isTerminal)) draw();
  }, TICK_MS);
  take();
  return () => {
    ending.abort();
    clearInterval(timer);
    kernel.close();
    model.off("change:progress", take);
    model.off("msg:custom", onMessage);
    host.remove();
  };
}

const inkOf = (phase: number): string => `var(--fw-ink-${cssName(phase)})`;
const isGood = ({ phase }: ProgressRow): boolean => phase === "succeeded" || phase === "recovered";
const tookMs = ({ startedMs, endedMs }: ProgressRow, clockMs: number): number | null =>
  startedMs === null ? null : (endedMs ?? clockMs) - startedMs;

function rank({ phase, asks }: ProgressRow): number {
  if (asks) return -1;
  const number = phaseOf(phase);
  const at = ORDER.indexOf(number);
  return at >= 0 ? at : isTerminal(number) ? ORDER.length + 1 : ORDER.length;
}

function headOf(rows: Rows, left: string, clockMs: number, isHeard: boolean): Node[] {
  const done = rows.filter((row) => row.isTerminal).length;
  const good = rows.filter(isGood).length;
  const bad = done - good;
  const isOver = done === rows.length;
  const began = rows.flatMap(({ startedMs }) => (startedMs === null ? [] : [startedMs]));
  const ended = rows.flatMap(({ endedMs }) => (endedMs === null ? [] : [endedMs]));
  const untilMs = isOver && ended.length > 0 ? Math.max(...ended) : clockMs;
  const counts: Record<string, number> = {};
  for (const { phase } of rows) counts[phase || "queued"] = (counts[phase || "queued"] ?? 0) + 1;
  const strip = h("span", { class: "fw-strip fw-pr-total", role: "img", "aria-label": "Phases of the runs" });
  drawStrip(strip, tally(counts));
  const tasks = [...new Set(rows.map(({ task }) => task))];
  const mark = isOver
    ? chip(bad > 0 ? Phase.Failed : Phase.Succeeded, 20)
    : icon(isHeard ? "spinner" : "unlink", 16);
  const aside = [
    bad > 0 ? `${grouped(bad)} did not succeed` : "",
    isOver ? "" : isHeard ? left : `last seen ${wallClock(clockMs)}`,
  ];
  return [
    h("span", { class: "fw-compact-mark" }, mark),
    h(
      "strong",
      {},
      isOver ? `${good} of ${rows.length} succeeded` : `${done} of ${plural(rows.length, "run")} done`,
    ),
    h("span", { class: "fw-pr-task fw-cut" }, tasks.length === 1 ? tasks[0]! : ""),
    strip,
    h("span", { class: "fw-pr-bad" }, aside.filter(Boolean).join(" · ")),
    h(
      "span",
      { class: "fw-compact-elapsed" },
      began.length > 0 ? duration(untilMs - Math.min(...began)) : "",
    ),
  ];
}

function rowOf(row: ProgressRow, clockMs: number): HTMLElement {
  const phase = phaseOf(row.phase);
  const drawn = phase ? glyph(phase, 13) : icon(row.trouble ? "warning" : "spinner", 14);
  if (phase) drawn.style.color = inkOf(phase);
  const sums = tally(row.counts);
  const strip = h("span", {
    class: "fw-strip fw-compact-strip",
    role: "img",
    "aria-label": "Phases of its actions",
  });
  drawStrip(strip, sums);
  const link = iconLink("Open in the Flyte console");
  pointLink(link, row.url);
  const took = tookMs(row, clockMs);
  const named = row.label ? [h("strong", { class: "fw-cut", dir: "auto" }, row.label)] : [];
  return h(
    "div",
    { class: "fw-pr-row", role: "listitem", "data-asks": row.asks ? "" : null },
    h("span", { class: "fw-compact-mark", title: phase ? label(phase) : null }, drawn),
    h("span", { class: "fw-compact-name" }, ...named, h("span", { class: "fw-mono fw-cut" }, row.run)),
    h(
      "span",
      { class: "fw-compact-line fw-cut" },
      ...(row.trouble ? [row.trouble] : nodes(row.line, clockMs)),
    ),
    strip,
    h("span", { class: "fw-compact-count" }, fraction(sums)),
    h("span", { class: "fw-compact-elapsed" }, took === null ? "" : duration(took)),
    link,
  );
}

function foldOf(rows: Rows, isOpen: boolean): HTMLElement {
  const took = rows.flatMap((row) => tookMs(row, 0) ?? []).sort((a, b) => a - b);
  const mark = glyph(Phase.Succeeded, 13);
  mark.style.color = inkOf(Phase.Succeeded);
  const middle = took[took.length >> 1];
  const range =
    middle === undefined
      ? ""
      : `${duration(took[0]!)} to ${duration(took.at(-1)!)}, median ${duration(middle)}`;
  return h(
    "button",
    { class: "fw-pr-row fw-pr-fold", "aria-expanded": String(isOpen) },
    icon(isOpen ? "chevron-down" : "chevron-right", 12),
    mark,
    h("span", {}, `${grouped(rows.length)} succeeded`),
    h("span", { class: "fw-pr-task" }, range),
  );
}
