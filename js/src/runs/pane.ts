// A run that is open in place: its own widget, in a pane below the line that leads back to the list.
import type { AnyModel } from "@anywidget/types";
import { iconButton } from "../ui/buttons";
import { h, setText } from "../ui/dom";
import { icon } from "../ui/icons";

interface HostView {
  el: HTMLElement;
  remove?(): void;
}

/** What ipywidgets' managers can do; hosts without one (marimo) cannot show a widget inside of another one. */
interface Manager {
  get_model?(id: string): Promise<unknown>;
  create_view?(model: unknown, options?: object): Promise<HostView>;
}

export interface PaneActions {
  back(): void;
  step(by: number): void;
}

export class Pane {
  readonly #back = h("button", { class: "fw-text-button fw-rl-back" }, icon("chevron-left", 14), "Runs");
  readonly #place = h("div", { class: "fw-rl-opened" });
  readonly element: HTMLElement;
  #view: HostView | null = null;
  #model = "";

  constructor(
    private readonly model: AnyModel,
    on: PaneActions,
    signal: AbortSignal,
  ) {
    const previous = iconButton("The run above", "chevron-up");
    const next = iconButton("The run below", "chevron-down");
    this.element = h(
      "div",
      { class: "fw-rl-pane", hidden: true },
      h("div", { class: "fw-rl-bar-back" }, this.#back, previous, next),
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
  async draw(id: string): Promise<void> {
    this.#model = id;
    const manager = this.model.widget_manager as Manager | undefined;
    if (!manager?.get_model || !manager.create_view) {
      throw new Error("This notebook host cannot show a run inside of the list.");
    }
    const view = await manager.create_view(await manager.get_model(id), {});
    if (this.#model !== id) {
      view.remove?.();
      return;
    }
    this.clear();
    this.#model = id;
    this.#view = view;
    this.#place.append(view.el);
  }

  focus(): void {
    this.#back.focus({ preventScroll: true });
  }

  hide(): void {
    this.clear();
    this.element.hidden = true;
  }

  clear(): void {
    this.#model = "";
    this.#view?.remove?.();
    this.#view = null;
    this.#place.replaceChildren();
  }
}
