// A run that is open in place: its own widget, in a pane below the line that leads back to the list.
import type { AnyModel } from "@anywidget/types";
import { NestedView } from "../hosts/nested-view";
import { backButton, iconButton } from "../ui/buttons";
import { h, setText } from "../ui/dom";

export interface PaneActions {
  back(): void;
  step(by: number): void;
}

export class Pane {
  readonly #back = backButton("Runs");
  readonly #place = h("div", { class: "fw-rl-opened" });
  readonly element: HTMLElement;
  readonly #view: NestedView;

  constructor(model: AnyModel, on: PaneActions, signal: AbortSignal) {
    this.#view = new NestedView(model, this.#place);
    const previous = iconButton("The run above", "chevron-up");
    const next = iconButton("The run below", "chevron-down");
    this.element = h(
      "div",
      { class: "fw-rl-pane", hidden: true },
      h("div", { class: "fw-bar" }, this.#back, previous, next),
      this.#place,
    );
    this.#back.addEventListener("click", () => on.back(), { signal });
    previous.addEventListener("click", () => on.step(-1), { signal });
    next.addEventListener("click", () => on.step(1), { signal });
    this.element.addEventListener(
      "keydown",
      (event) => {
        const inField = event.composedPath().some((node) => node instanceof HTMLInputElement);
        if (event.key !== "Backspace" || inField) return;
        event.preventDefault();
        on.back();
      },
      { signal },
    );
    signal.addEventListener("abort", () => this.clear());
  }

  /** Show what is said while the run's widget is made, or why it cannot be. */
  say(text: string): void {
    this.clear();
    this.element.hidden = false;
    const note = h("div", { class: "fw-rl-note" });
    setText(note, text);
    this.#place.append(note);
  }

  /** Draw the widget of this model. Rejects where the host cannot. */
  draw(id: string): Promise<void> {
    return this.#view.draw(id);
  }

  focus(): void {
    this.#back.focus({ preventScroll: true });
  }

  hide(): void {
    this.clear();
    this.element.hidden = true;
  }

  clear(): void {
    this.#view.clear();
  }
}
