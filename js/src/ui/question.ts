// A question in the place of what it is about: abort, rerun, abort of many. It takes a row's place, has the focus at
// once, and goes by Escape. The caller hides the row's own parts while `isOpen`.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { h, setAttribute } from "./dom";
import type { View } from "./view-state";

/** A question that nobody answers goes away, or a stray Enter would act an hour later. */
const DISARM_MS = 30_000;

export interface QuestionOptions {
  /** What a screen reader calls it. */
  name: string;
  tone: "danger" | "ask";
  keep: string;
  sure: string;
  /** A field for a free text. With it, Enter in the field answers; without it the sure button has the focus. */
  reason?: { placeholder: string; name: string };
  /** Controls of the caller's own, between the words and the buttons. */
  extra?: HTMLElement;
  /** Whether it may be answered now; it says itself what is in the way. */
  may?: () => boolean;
  /** The answer was yes. `reason` is "" without a field. */
  answer(reason: string): void;
}

export class Question {
  readonly #title = h("strong", { class: "fw-question-title" });
  readonly #effect = h("span", { class: "fw-question-effect" });
  readonly #keep: HTMLButtonElement;
  readonly #sure: HTMLButtonElement;
  readonly #input: HTMLInputElement | null;
  readonly #isOpen = signal(false);
  readonly element: HTMLElement;
  #opener: HTMLElement | null = null;
  #disarm: ReturnType<typeof setTimeout> | undefined;

  constructor(
    view: Pick<View, "signal">,
    private readonly options: QuestionOptions,
  ) {
    const { name, tone, keep, sure, reason, extra } = options;
    this.#keep = h("button", { class: "fw-button" }, keep);
    this.#sure = h(
      "button",
      { class: `fw-button ${tone === "danger" ? "fw-danger-fill" : "fw-primary"}` },
      sure,
    );
    this.#input = reason
      ? h("input", {
          class: "fw-input fw-reason",
          type: "text",
          placeholder: reason.placeholder,
          "aria-label": reason.name,
          maxlength: 500,
          autocomplete: "off",
        })
      : null;
    const form = [this.#input, extra, this.#keep, this.#sure].filter((part) => part != null);
    this.element = h(
      "div",
      { class: "fw-question", role: "group", "aria-label": name, "data-tone": tone, hidden: true },
      h("div", { class: "fw-question-text" }, this.#title, " ", this.#effect),
      h("div", { class: "fw-question-form" }, ...form),
    );
    const { signal: until } = view;
    until.addEventListener("abort", () => clearTimeout(this.#disarm));
    this.#sure.addEventListener("click", () => this.answer(), { signal: until });
    this.#keep.addEventListener("click", () => this.close(true), { signal: until });
    this.element.addEventListener("input", () => this.#arm(), { signal: until });
    this.element.addEventListener("keydown", (event) => this.#onKey(event), { signal: until });
  }

  get isOpen(): ReadonlySignal<boolean> {
    return this.#isOpen;
  }

  /** Ask. `opener` gets the focus back. */
  open(opener: HTMLElement): void {
    this.#opener = opener;
    if (this.#input) this.#input.value = "";
    this.#isOpen.value = true;
    this.element.hidden = false;
    this.#arm();
    (this.#input ?? this.#sure).focus();
  }

  /** Leave it; with `focus`, back to where it was asked. */
  close(focus: boolean): void {
    clearTimeout(this.#disarm);
    this.element.hidden = true;
    this.#isOpen.value = false;
    if (focus) this.#opener?.focus();
  }

  /** What is asked, and what it will do. */
  say(title: readonly (Node | string)[], effect: string): void {
    this.#title.replaceChildren(...title);
    this.#effect.textContent = effect;
    setAttribute(this.#effect, "hidden", effect ? null : "");
  }

  #arm(): void {
    clearTimeout(this.#disarm);
    this.#disarm = setTimeout(() => {
      const { activeElement } = this.element.getRootNode() as Document | ShadowRoot;
      this.close(this.element.contains(activeElement));
    }, DISARM_MS);
  }

  /** Answer yes, as the sure button does. */
  answer(): void {
    if (!this.#isOpen.peek()) return; // a double click is one answer
    if (this.options.may && !this.options.may()) return;
    const reason = this.#input?.value.trim() ?? "";
    this.close(false);
    this.options.answer(reason);
  }

  #onKey(event: KeyboardEvent): void {
    event.stopPropagation(); // what is typed here is no command for the notebook
    if (event.key === "Escape") this.close(true);
    else if (event.key === "Enter" && event.target === this.#input && !event.isComposing) this.answer();
    else return;
    event.preventDefault();
  }
}
