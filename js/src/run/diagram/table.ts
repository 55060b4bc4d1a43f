// The diagram's facts as a table, for those who do not see it.

import { grouped, spoken } from "../../core/format";
import { label } from "../../core/phases";
import { h, setText } from "../../ui/dom";
import { type DiagramModel, timeText, transitionName } from "./model";

/** The id is looked up inside the shadow root only, so several views may have it. */
const ODD_ID = "fw-diagram-odd";

export class FactsTable {
  readonly element: HTMLElement;
  readonly #amountHead = h("th", { scope: "col" });
  readonly #timeHead = h("th", { scope: "col" });
  readonly #body = h("tbody");
  readonly #odd = h("p", { id: ODD_ID });
  readonly #rows = new Map<number, { row: HTMLElement; cells: HTMLElement[] }>();
  #model: DiagramModel | null = null;

  constructor() {
    const head = h(
      "tr",
      {},
      h("th", { scope: "col" }, "State"),
      this.#amountHead,
      this.#timeHead,
      h("th", { scope: "col" }, "Now"),
    );
    const table = h("table", {}, h("caption", {}, "States"), h("thead", {}, head), this.#body);
    this.element = h("div", { class: "fw-unseen" }, this.#odd, table);
  }

  static describes(drawing: Element): void {
    drawing.setAttribute("aria-describedby", ODD_ID);
  }

  update(model: DiagramModel, nowMs: number): void {
    this.#model = model;
    const all = model.reading === "all";
    setText(this.#amountHead, all ? "Actions now" : "Visits");
    setText(this.#timeHead, all ? "Longest there now" : "Time");
    for (const [phase, { amount, current }] of model.nodes) {
      const { cells } = this.#rowOf(phase);
      setText(cells[0]!, grouped(amount));
      setText(cells[2]!, current ? "current" : "");
    }
    for (const [phase, { row }] of this.#rows) row.hidden = !model.nodes.has(phase);
    const names = model.odd.map(transitionName);
    setText(this.#odd, names.length ? `Transitions that the model does not have: ${names.join("; ")}.` : "");
    this.tick(nowMs);
  }

  tick(nowMs: number): void {
    if (!this.#model) return;
    for (const [phase, { cells }] of this.#rows) {
      const timeMs = this.#model.nodes.has(phase) ? timeText(this.#model, phase, nowMs) : null;
      setText(cells[1]!, timeMs === null ? "" : spoken(timeMs));
    }
  }

  #rowOf(phase: number): { row: HTMLElement; cells: HTMLElement[] } {
    const known = this.#rows.get(phase);
    if (known) return known;
    const cells = [h("td"), h("td"), h("td")];
    const row = h("tr", {}, h("th", { scope: "row" }, label(phase)), ...cells);
    this.#body.append(row);
    const made = { row, cells };
    this.#rows.set(phase, made);
    return made;
  }
}
