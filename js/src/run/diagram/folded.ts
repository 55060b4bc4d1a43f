// The diagram folded to one line: a chip for each state, of all actions. What is active stands at the left, what has
// ended at the right. Where there is no room the words go, then the line scrolls sideways.
import { cssName, isTerminal, label, NEEDS_ANSWER, Phase, shortLabel } from "../../core/phases";
import { h, setAttribute, setText } from "../../ui/dom";
import { glyph, icon } from "../../ui/icons";
import { watchScrollFade } from "../../ui/scroll-fade";
import type { View } from "../../ui/view-state";
import { amountText, type DiagramModel, nameOf } from "./model";

interface Chip {
  button: HTMLButtonElement;
  word: HTMLElement;
  amount: HTMLElement;
  note: HTMLElement;
  filter: Element;
  /** All that is heard; what is seen says the same in short. */
  name: HTMLElement;
}

export class FoldedRow {
  readonly #active = h("div", { class: "fw-folded-group", role: "group", "aria-label": "Active execution" });
  readonly #ended = h("div", { class: "fw-folded-group", role: "group", "aria-label": "Terminal states" });
  readonly element = h("div", { class: "fw-folded" }, this.#active, this.#ended);
  readonly #chips = new Map<number, Chip>();
  #fitted = "";

  constructor(
    private readonly view: View,
    private readonly choose: (phase: number) => void,
  ) {
    watchScrollFade(this.element, view.signal);
  }

  update(model: DiagramModel, nowMs: number, narrow: boolean): void {
    for (const [phase, { amount, current, visited, filtering, retried }] of model.nodes) {
      const { button, word, note, filter, amount: count, name } = this.#chipOf(phase);
      const needsAnswer = phase === Phase.Paused && model.needAnswer > 0;
      const asks = model.needAnswer === 1 ? NEEDS_ANSWER : "need an answer";
      const words = needsAnswer ? asks : "";
      setText(word, phase === Phase.WaitingForResources ? shortLabel(phase) : label(phase));
      setText(count, amount === 0 ? "" : amountText(model, phase, amount >= 10_000));
      setText(note, words);
      note.hidden = words === "";
      button.hidden = narrow && amount === 0 && !current && !filtering;
      setAttribute(filter, "hidden", filtering ? null : "");
      // What has ended without anyone is a glyph only.
      word.hidden = isTerminal(phase) && amount === 0 && !current;
      const { classList } = button;
      classList.toggle("is-current", current);
      classList.toggle("is-filtering", filtering);
      classList.toggle("is-never", !visited && amount === 0 && !current);
      classList.toggle("is-retried", retried > 0 && amount === 0);
      classList.toggle("is-waiting", needsAnswer);
      setAttribute(button, "aria-pressed", String(filtering));
      setAttribute(button, "aria-current", current ? "step" : null);
      const all = [nameOf(model, phase, nowMs), words].filter(Boolean).join(", ");
      setText(name, all);
      setAttribute(button, "title", all);
    }
    this.fit();
  }

  /** Words where there is room for all of them. */
  fit(): void {
    const { element } = this;
    if (element.clientWidth === 0) return;
    const key = `${element.clientWidth} ${element.textContent} ${element.querySelectorAll("[hidden]").length}`;
    if (key === this.#fitted) return;
    this.#fitted = key;
    setAttribute(element, "data-brief", null);
    if (element.scrollWidth > element.clientWidth) setAttribute(element, "data-brief", "");
  }

  #chipOf(phase: number): Chip {
    const known = this.#chips.get(phase);
    if (known) return known;
    const seen = { "aria-hidden": "true" };
    const name = h("span", { class: "fw-unseen" });
    const word = h("span", { class: "fw-folded-word", ...seen });
    const amount = h("b", seen);
    const note = h("span", { class: "fw-folded-note", ...seen });
    const filter = icon("filter", 12);
    const mark = glyph(phase, 13);
    const button = h("button", { class: "fw-folded-chip" }, mark, word, amount, note, filter, name);
    button.style.setProperty("--ink", `var(--fw-ink-${cssName(phase)})`);
    button.style.setProperty("--p", `var(--fw-${cssName(phase)})`);
    button.dataset.phase = String(phase);
    button.addEventListener("click", () => this.choose(phase), { signal: this.view.signal });
    (isTerminal(phase) ? this.#ended : this.#active).append(button);
    const chip = { button, word, amount, note, filter, name };
    this.#chips.set(phase, chip);
    return chip;
  }
}
