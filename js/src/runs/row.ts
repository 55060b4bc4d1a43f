// A row of the list: a heading, or a run in one line (wide) or two (narrow). It is used again and again for other rows.
import { duration, grouped, wallClock } from "../core/format";
import { cssName, isTerminal, label, NEEDS_ANSWER, phaseOf } from "../core/phases";
import type { RunListRow } from "../core/protocol";
import { fraction, type Tally, tally } from "../run/header/counts";
import { drawStrip } from "../run/header/strip";
import { h, setAttribute, setText } from "../ui/dom";
import { glyph, icon } from "../ui/icons";
import type { ListRow } from "../ui/virtual-list";
import { type Item, sinceStart, type Usual } from "./model";

/** What a row has to know beside its run. */
export interface RowContext {
  item(index: number): Item | undefined;
  nowMs(): number;
  counts(run: string): Readonly<Record<string, number>> | undefined;
  usual(task: string): Usual | undefined;
  isTicked(run: string): boolean;
  isCurrent(index: number): boolean;
  isOpen(run: string): boolean;
}

let instances = 0;

export class RunRow implements ListRow {
  readonly #check = h("span", { class: "fw-rl-check", role: "gridcell" }, icon("check", 12));
  readonly #mark = h("span", { class: "fw-rl-mark", role: "gridcell" });
  readonly #task = h("strong", { class: "fw-rl-task", dir: "auto" });
  readonly #run = h("span", { class: "fw-mono fw-rl-run" });
  readonly #who = h("span", { class: "fw-rl-who fw-cut" });
  readonly #strip = h("span", { class: "fw-strip fw-rl-strip", "aria-hidden": "true" });
  readonly #words = h("span", { class: "fw-rl-words" }, NEEDS_ANSWER);
  readonly #count = h("span", { class: "fw-rl-count" });
  readonly #started = h("span", { class: "fw-rl-started", role: "gridcell" });
  readonly #took = h("span", { class: "fw-rl-took", role: "gridcell" });
  readonly #fill = h("span", { class: "fw-rl-fill" });
  readonly #median = h("span", { class: "fw-rl-median" });
  readonly #bar = h("span", { class: "fw-rl-bar", role: "gridcell" }, this.#fill, this.#median);
  readonly #by = h("span", { class: "fw-rl-by fw-cut", role: "gridcell" });
  readonly #heading = h("span", { class: "fw-rl-heading", role: "gridcell" });
  readonly element: HTMLElement;
  #drawn = "";
  #counted = "";

  constructor(private readonly context: RowContext) {
    const name = h(
      "span",
      { class: "fw-rl-name fw-cut", role: "gridcell" },
      this.#task,
      this.#run,
      this.#who,
    );
    const actions = h(
      "span",
      { class: "fw-rl-actions", role: "gridcell" },
      this.#strip,
      this.#words,
      this.#count,
    );
    this.element = h(
      "div",
      { class: "fw-rl-row", role: "row", id: `fw-rl-${++instances}` },
      this.#check,
      this.#mark,
      name,
      actions,
      this.#started,
      this.#took,
      this.#bar,
      this.#by,
      this.#heading,
    );
  }

  show(index: number): void {
    const { element, context } = this;
    const item = context.item(index);
    element.dataset.index = String(index);
    if (!item) return;
    const isHeading = "heading" in item;
    setAttribute(element, "data-heading", isHeading ? "" : null);
    if (isHeading) {
      setText(this.#heading, item.heading);
      for (const name of [
        "data-run",
        "data-waiting",
        "aria-selected",
        "data-current",
        "data-open",
        "aria-label",
      ])
        setAttribute(element, name, null);
      return;
    }
    this.#showRun(item.row, context.isCurrent(index));
  }

  #showRun(row: RunListRow, isCurrent: boolean): void {
    const { element, context } = this;
    const nowMs = context.nowMs();
    const phase = phaseOf(row.phase);
    const word = row.waiting ? NEEDS_ANSWER : label(phase).toLowerCase();
    setAttribute(element, "data-run", row.run);
    setAttribute(element, "data-waiting", row.waiting ? "" : null);
    setAttribute(element, "data-current", isCurrent ? "" : null);
    setAttribute(element, "data-open", context.isOpen(row.run) ? "" : null);
    setAttribute(element, "aria-selected", String(context.isTicked(row.run)));
    const shownPhase = row.waiting ? phaseOf("paused") : phase;
    if (this.#drawn !== String(shownPhase)) {
      const drawn = glyph(shownPhase, 14);
      drawn.style.color = `var(--fw-ink-${cssName(shownPhase)})`;
      this.#mark.replaceChildren(drawn);
      this.#drawn = String(shownPhase);
    }
    setAttribute(this.#mark, "title", word);
    setText(this.#task, row.task || row.run);
    setText(this.#run, row.task ? row.run : "");
    const names = `${row.task} ${row.run}`.trim();
    for (const name of [this.#task, this.#run]) setAttribute(name, "title", names);
    const who = row.mine ? "you" : row.owner;
    setText(this.#who, row.mine ? "" : row.owner);
    setText(this.#by, who);
    for (const owner of [this.#who, this.#by]) setAttribute(owner, "title", row.owner || null);
    setAttribute(this.#by, "data-mine", row.mine ? "" : null);
    const started = row.createdMs === null ? "" : sinceStart(nowMs - row.createdMs);
    setText(this.#started, started);
    setAttribute(this.#started, "title", row.createdMs === null ? null : wallClock(row.createdMs));
    const tookMs = length(row, nowMs);
    const took = tookMs === null ? "" : duration(tookMs);
    setText(this.#took, took);
    setAttribute(this.#took, "title", row.endedMs === null ? null : `Ended ${wallClock(row.endedMs)}`);
    this.#showBar(tookMs, context.usual(row.task));
    const sums = tally(context.counts(row.run) ?? {});
    this.#showCounts(sums);
    const actions = sums.total ? `, ${grouped(sums.done)} of ${grouped(sums.total)} actions` : "";
    setAttribute(
      element,
      "aria-label",
      `${row.task} ${row.run}, ${word}${actions}, started ${started}, took ${took}`,
    );
  }

  #showCounts(sums: Tally): void {
    const key = sums.parts.map(({ phase, n }) => `${phase}:${n}`).join();
    if (key === this.#counted) return;
    this.#counted = key;
    drawStrip(this.#strip, sums);
    setText(this.#count, fraction(sums));
  }

  #showBar(tookMs: number | null, usual: Usual | undefined): void {
    const shows = tookMs !== null && usual !== undefined;
    setAttribute(this.#bar, "data-empty", shows ? null : "");
    if (!shows) return;
    const fullMs = Math.max(usual.longestMs, 1);
    this.#fill.style.width = `${Math.min(100, (tookMs / fullMs) * 100)}%`;
    this.#median.style.left = `${Math.min(100, (usual.medianMs / fullMs) * 100)}%`;
    setAttribute(this.#bar, "title", `Median of the loaded runs of this task: ${duration(usual.medianMs)}`);
  }
}

const length = (row: RunListRow, nowMs: number): number | null => {
  if (row.createdMs === null) return null;
  if (row.endedMs !== null) return row.endedMs - row.createdMs;
  return isTerminal(phaseOf(row.phase)) ? null : nowMs - row.createdMs;
};
