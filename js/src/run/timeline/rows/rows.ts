// The label rows: a pool of elements over the rows on screen, which is also what a screen reader sees.

import { duration, grouped } from "../../../core/format";
import { NEEDS_ANSWER } from "../../../core/phases";
import { h, setAttribute, setText } from "../../../ui/dom";
import { chevronPx, type Layout, MAX_INDENTS } from "../layout";
import type { PlacedComparison } from "../lens/compare";
import { percent } from "../lens/path";
import type { TimelineModel } from "../model";
import { mark, setPhase } from "../paint/marks";
import { summaryPhase } from "../time/strip";
import type { StripCache } from "../time/strip-cache";
import { timesOf } from "../time/times";
import { needsAnswer } from "./failures";
import { Fold } from "./order";
import { actionName, foldName, mainKinds } from "./words";

const MAX_POOL = 100;
/** More kinds do not fit beside a name; the tooltip has them all. */
const MAX_KINDS = 3;
const LETTER_PX = 6.8;
/** A name is shown to here before its counts. */
const NAME_LETTERS = 14;

/** The counts that leave room for the name: a fold of 895 shards is known by its name first. */
function kindsBeside(
  name: string,
  size: number,
  level: number,
  counts: ReadonlyMap<number, number>,
  layout: Layout,
) {
  const letters = Math.min(name.length, NAME_LETTERS) + grouped(size).length + 1;
  const indentPx = layout.indentPx * Math.min(level, MAX_INDENTS);
  const roomPx = layout.labelPx - 60 - indentPx - letters * LETTER_PX;
  for (let most = MAX_KINDS; most > 1; most--) {
    const kinds = mainKinds(counts, most);
    const widthPx = kinds.reduce((sum, [, n]) => sum + grouped(n).length * LETTER_PX + 21, 0);
    if (widthPx <= roomPx) return kinds;
  }
  return mainKinds(counts, 1);
}

const ROW = "fw-tl-row";
/** What tells which row an element shows. */
const ROW_FACTS = ["aria-label", "aria-rowindex", "aria-level", "aria-expanded", "aria-selected"];

export interface RowsState {
  scrollPx: number;
  heightPx: number;
  selectedRow: number;
  hoverIndex: number;
  focusIndex: number;
  /** Shares of the critical path by row, which then take the place of durations. */
  shares: ReadonlyMap<number, number> | null;
  /** The comparison with another run, whose differences stand beside the durations. */
  compared: PlacedComparison | null;
}

class LabelRow {
  readonly element: HTMLElement;
  readonly #cell = h("div", { class: "fw-tl-cell", role: "gridcell" });
  readonly #mark = mark(0);
  readonly #name = h("span", { class: "fw-tl-name fw-cut", dir: "auto" });
  readonly #times = h("span", { class: "fw-tl-times" });
  readonly #chip = h("span", { class: "fw-tl-attempt" });
  readonly #right = h("span", { class: "fw-tl-right" });
  readonly #delta = h("span", { class: "fw-tl-delta", hidden: true });
  /** What is in the cell besides mark and name: nothing that is not seen. */
  #parts: "action" | "retried" | "fold" | "" = "";
  #rightKey = "";

  constructor(id: string) {
    this.element = h("div", { class: ROW, role: "row", id }, this.#cell);
  }

  show(model: TimelineModel, strips: StripCache, index: number, state: RowsState): void {
    const { element } = this;
    const { order, layout } = model;
    const item = order.item[index]!;
    const fold = order.fold[index]!;
    const level = order.level[index]!;
    element.hidden = false;
    element.style.height = `${layout.rowPx}px`;
    element.style.transform = `translateY(${index * layout.rowPx - state.scrollPx}px)`;
    this.#cell.style.paddingInlineStart = `${chevronPx(layout, level)}px`;
    setAttribute(element, "aria-rowindex", String(index + 1));
    setAttribute(element, "aria-level", String(level + 1));
    setAttribute(element, "aria-expanded", fold ? String(fold === Fold.Open) : null);
    setAttribute(element, "aria-selected", item >= 0 && item === state.selectedRow ? "true" : null);
    element.classList.toggle("fw-tl-hover", index === state.hoverIndex);
    element.classList.toggle("fw-tl-focus", index === state.focusIndex);
    if (item >= 0) this.#showAction(model, item);
    else this.#showFold(model, strips, -1 - item, level);
    const share = state.shares?.get(index);
    element.classList.toggle("fw-tl-off", state.shares !== null && share === undefined);
    element.classList.toggle("fw-tl-share", state.shares !== null);
    this.#delta.hidden = !state.compared;
    if (state.compared) {
      const { text, isLarge } = state.compared.deltaAt(index);
      setText(this.#delta, text);
      setAttribute(this.#delta, "data-large", isLarge ? "" : null);
    }
    if (state.shares) {
      this.#rightKey = "share";
      setText(this.#right, share === undefined ? "" : percent(share));
    }
  }

  /** Out of the page. It is no row then: none that has the focus, is selected or asks for an answer. */
  hide(): void {
    const { element } = this;
    if (element.hidden) return;
    element.hidden = true;
    element.className = ROW;
    for (const name of ROW_FACTS) element.removeAttribute(name);
  }

  #showAction(model: TimelineModel, row: number): void {
    const { actions, clock } = model;
    const times = timesOf(actions, row, clock);
    const attempts = actions.attempts[row]!;
    this.#build(attempts < 2 ? "action" : "retried");
    setPhase(this.#mark, actions.phase[row]!);
    setText(this.#name, model.labelOf(row));
    if (attempts >= 2) setText(this.#chip, String(attempts));
    const asks = needsAnswer(actions, row);
    this.element.classList.toggle("fw-tl-asks", asks);
    setText(this.#right, asks ? NEEDS_ANSWER : duration(times.endMs - times.startMs));
    this.#rightKey = "";
    setAttribute(this.element, "aria-label", actionName(model, row, times));
  }

  #showFold(model: TimelineModel, strips: StripCache, bucket: number, level: number): void {
    this.element.classList.remove("fw-tl-asks");
    const counts = strips.countsOf(bucket);
    const size = model.order.sizeOf(bucket);
    const label = model.tree.labelOf(bucket);
    this.#build("fold");
    setPhase(this.#mark, summaryPhase(counts));
    setText(this.#name, label);
    setText(this.#times, `×${grouped(size)}`);
    const kinds = kindsBeside(label, size, level, counts, model.layout);
    const key = kinds.join(" ");
    if (key !== this.#rightKey) {
      this.#rightKey = key;
      this.#right.replaceChildren(...kinds.flatMap(([phase, n]) => [grouped(n), mark(phase)]));
    }
    setAttribute(this.element, "aria-label", foldName(label, size, counts));
  }

  #build(parts: "action" | "retried" | "fold"): void {
    if (parts === this.#parts) return;
    this.#parts = parts;
    const between = { action: [], retried: [this.#chip], fold: [this.#times] }[parts];
    this.#cell.replaceChildren(this.#mark, this.#name, ...between, this.#right, this.#delta);
  }
}

export class RowPool {
  readonly #rows: LabelRow[] = [];
  #first = 0;

  constructor(private readonly parent: HTMLElement) {}

  render(model: TimelineModel, strips: StripCache, state: RowsState): void {
    const { rowPx } = model.layout;
    this.#first = Math.max(0, Math.floor(state.scrollPx / rowPx));
    const end = Math.ceil((state.scrollPx + state.heightPx) / rowPx);
    const count = Math.min(MAX_POOL, Math.max(0, Math.min(model.order.count, end) - this.#first));
    while (this.#rows.length < count) {
      const row = new LabelRow(`fw-tl-row-${this.#rows.length}`);
      this.#rows.push(row);
      this.parent.append(row.element);
    }
    // In the page's order they are the rows from top to bottom, for readers that walk the page.
    for (const [i, row] of this.#rows.entries()) {
      if (i < count) row.show(model, strips, this.#first + i, state);
      else row.hide();
    }
  }

  /** Id of the element that shows a row; null while it is not on screen. */
  idOf(index: number): string | null {
    const row = this.#rows[index - this.#first];
    return index >= this.#first && row && !row.element.hidden ? row.element.id : null;
  }
}
