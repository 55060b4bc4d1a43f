// What the other run had and this one has not: rows with its bar only, below the rows of this run. Both start at 0.
import type { ReadonlySignal } from "@preact/signals-core";
import { duration, grouped, plural } from "../../../core/format";
import type { Comparison } from "../../../core/protocol";
import { h } from "../../../ui/dom";
import type { View } from "../../../ui/view-state";
import type { TimelineModel } from "../model";

type GoneTask = Comparison["gone"][number];

interface Row {
  task: GoneTask;
  bar: HTMLElement;
}

export class GoneRows {
  readonly element = h("div", { class: "fw-tl-gone", role: "list", hidden: true });
  #rows: readonly Row[] = [];

  constructor(
    view: View,
    private readonly model: TimelineModel,
    comparison: ReadonlySignal<Comparison | null>,
  ) {
    view.effect(() => this.#show(comparison.value));
  }

  /** Put the bars where the axis has their times now. */
  draw(): void {
    const { scale, originMs, plotPx } = this.model;
    for (const { task, bar } of this.#rows) {
      const [, , fromMs, toMs] = task;
      const from = Math.max(-1, scale.x(originMs + fromMs));
      const to = Math.min(plotPx + 1, scale.x(originMs + toMs));
      bar.hidden = to < 0 || from > plotPx;
      bar.style.left = `${from}px`;
      bar.style.width = `${Math.max(1, to - from)}px`;
    }
  }

  #show(comparison: Comparison | null): void {
    const gone = comparison?.gone ?? [];
    this.element.hidden = gone.length === 0;
    this.element.setAttribute("aria-label", `Only in ${comparison?.other ?? ""}`);
    this.#rows = gone.map((task) => ({ task, bar: h("span", { class: "fw-tl-ghost" }) }));
    this.element.replaceChildren(...this.#rows.map(({ task, bar }) => rowOf(task, bar)));
  }
}

function rowOf([name, actions, fromMs, toMs]: GoneTask, bar: HTMLElement): HTMLElement {
  const length = duration(toMs - fromMs);
  const times = actions > 1 ? [h("span", { class: "fw-tl-times" }, `×${grouped(actions)}`)] : [];
  const seen = h(
    "div",
    { class: "fw-tl-gone-label", "aria-hidden": "true", title: name },
    h("span", { class: "fw-tl-name fw-cut", dir: "auto" }, name),
    ...times,
    h("span", { class: "fw-tl-right" }, length),
    h("span", { class: "fw-tl-delta" }, "gone"),
  );
  const said = [name, ...(actions > 1 ? [plural(actions, "action")] : []), "gone", `took ${length}`].join(
    ", ",
  );
  return h(
    "div",
    { class: "fw-tl-gone-row", role: "listitem" },
    h("span", { class: "fw-unseen" }, said),
    seen,
    h("div", { class: "fw-tl-gone-plot", "aria-hidden": "true" }, bar),
  );
}
