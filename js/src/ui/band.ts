// A band across the view that says one thing and offers what can be done: what is wrong, who must answer, the line that
// sums a run up, where a run came from. The caller gives the order of bands and what each says now; null hides it.
import { iconButton } from "./buttons";
import { h, setAttribute, setText } from "./dom";
import { chip, glyph, type IconName, icon } from "./icons";
import type { View } from "./view-state";

/** A band that comes moves what is under the pointer. For so long a click on it is most likely meant for that. */
export const SETTLE_MS = 600;

/** `danger`: it failed. `warn`: a fault around it. `wait`: a person must answer. `ask`: a question. */
export type Tone = "plain" | "danger" | "warn" | "wait" | "ask";

export type Mark =
  | { icon: IconName }
  /** A phase's glyph in its ink, 14. */
  | { glyph: number; ink: string }
  /** A phase's chip, 20. */
  | { chip: number };

export interface Action {
  /** What it is, apart from its words: the button stays the same while they change. */
  id: string;
  label: string;
  /** `text`: no border. `primary`: filled. */
  kind?: "text" | "button" | "primary";
  title?: string;
  disabled?: boolean;
  press(button: HTMLButtonElement): void;
}

export interface BandContent {
  /** What it is about. With another key it is another band, and settles anew. */
  key: string;
  /** What a screen reader calls the region. */
  name: string;
  tone: Tone;
  mark: Mark | null;
  /** The sentence, and what may follow it, a dot between each two; on a line of its own with `stacked` or where it is narrow. */
  sentence: readonly (Node | string)[];
  secondary?: readonly (Node | string)[];
  /** Two lines also where it is wide: 56 high, not 36. */
  stacked?: boolean;
  /** All of the sentence is shown, on as many lines as it takes; else one line, cut. */
  whole?: boolean;
  actions?: readonly Action[];
  /** With it the band has an ✕ that calls this. */
  dismiss?: () => void;
  /** Said to a screen reader as the band comes; default: the sentence. */
  spoken?: string;
  /** Said at once, as an alert: something broke. */
  urgent?: boolean;
}

export class Band {
  readonly #mark = h("span", { class: "fw-notice-mark" });
  readonly #sentence = h("div", { class: "fw-notice-sentence" });
  readonly #secondary = h("div", { class: "fw-notice-secondary" });
  readonly #actions = h("div", { class: "fw-notice-actions" });
  /** For controls of the caller's own, such as a field, before the actions. */
  readonly controls = h("div", { class: "fw-notice-controls" });
  readonly #dismiss = iconButton("Dismiss", "close");
  readonly element = h(
    "div",
    { class: "fw-notice", role: "region", hidden: true },
    this.#mark,
    h("div", { class: "fw-notice-words" }, this.#sentence, this.#secondary),
    this.controls,
    this.#actions,
    this.#dismiss,
  );
  readonly #buttons = new Map<string, HTMLButtonElement>();
  #now: BandContent | null = null;
  #isFirst = true;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly view: Pick<View, "signal" | "announce">) {
    const { signal } = view;
    const stop = (event: Event): void => {
      // Only what presses: Tab must lead through, or the keyboard is stuck here.
      const presses = !(event instanceof KeyboardEvent) || event.key === "Enter" || event.key === " ";
      if (!this.isSettling || !presses) return;
      event.preventDefault();
      event.stopPropagation();
    };
    for (const kind of ["click", "keydown"])
      this.element.addEventListener(kind, stop, { signal, capture: true });
    this.#dismiss.addEventListener("click", () => this.#now?.dismiss?.(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#settling));
  }

  /** It has just come, and takes no click yet. */
  get isSettling(): boolean {
    return this.#settling !== undefined;
  }

  update(content: BandContent | null): void {
    const before = this.#now;
    this.#now = content;
    const { element } = this;
    element.hidden = content === null;
    if (content) {
      this.#draw(content);
      if (content.key !== before?.key) this.#appear(content);
    } else this.#settled();
    this.#isFirst = false;
  }

  #draw({
    tone,
    mark,
    name,
    sentence,
    secondary = [],
    stacked,
    whole,
    actions = [],
    dismiss,
    urgent,
  }: BandContent): void {
    const { element } = this;
    setAttribute(element, "data-tone", tone);
    setAttribute(element, "data-stacked", stacked ? "" : null);
    setAttribute(element, "data-whole", whole ? "" : null);
    setAttribute(element, "aria-label", name);
    setAttribute(this.#sentence, "role", urgent ? "alert" : null);
    const drawn = JSON.stringify(mark);
    if (this.#mark.dataset.drawn !== drawn) this.#mark.replaceChildren(...(mark ? [drawMark(mark)] : []));
    this.#mark.dataset.drawn = drawn;
    this.#mark.hidden = mark === null;
    fill(this.#sentence, sentence);
    setAttribute(this.#sentence, "title", whole ? null : this.#sentence.textContent);
    fill(
      this.#secondary,
      secondary.map((part) => h("span", { class: "fw-notice-part" }, part)),
    );
    this.#secondary.hidden = secondary.length === 0;
    const parts = [...this.#secondary.children].map((part) => part.textContent).join(" · ");
    setAttribute(this.#secondary, "title", parts || null);
    this.#drawActions(actions);
    this.#dismiss.hidden = dismiss === undefined;
  }

  #drawActions(actions: readonly Action[]): void {
    const shown = actions.map((action) => {
      const button = this.#buttonOf(action.id);
      const { kind = "text", label, title, disabled } = action;
      button.className = { text: "fw-text-button", button: "fw-button", primary: "fw-button fw-primary" }[
        kind
      ];
      setText(button, label);
      setAttribute(button, "title", title ?? null);
      setAttribute(button, "aria-disabled", disabled || this.isSettling ? "true" : null);
      button.dataset.off = String(disabled ?? false);
      return button;
    });
    const before = [...this.#actions.children];
    if (before.length !== shown.length || shown.some((button, i) => button !== before[i])) {
      this.#actions.replaceChildren(...shown);
    }
  }

  #buttonOf(id: string): HTMLButtonElement {
    const known = this.#buttons.get(id);
    if (known) return known;
    const button = h("button");
    button.addEventListener(
      "click",
      () => {
        const action = this.#now?.actions?.find((one) => one.id === id);
        if (action && !action.disabled) action.press(button);
      },
      { signal: this.view.signal },
    );
    this.#buttons.set(id, button);
    return button;
  }

  #appear({ spoken, urgent }: BandContent): void {
    this.#settled();
    // What is there from the start moved nothing.
    if (this.#isFirst) return;
    if (!urgent) this.view.announce(spoken ?? this.#sentence.textContent ?? "");
    setAttribute(this.element, "data-settling", "");
    this.#settling = setTimeout(() => this.#settled(), SETTLE_MS);
    for (const control of this.#controls()) setAttribute(control, "aria-disabled", "true");
  }

  #settled(): void {
    clearTimeout(this.#settling);
    if (!this.isSettling) return;
    this.#settling = undefined;
    setAttribute(this.element, "data-settling", null);
    for (const control of this.#controls()) {
      if (control.dataset.off !== "true") setAttribute(control, "aria-disabled", null);
    }
  }

  #controls(): NodeListOf<HTMLElement> {
    return this.element.querySelectorAll<HTMLElement>("button, input, a, select");
  }
}

function drawMark(mark: Mark): SVGSVGElement {
  if ("icon" in mark) return icon(mark.icon);
  if ("chip" in mark) return chip(mark.chip, 20);
  const drawn = glyph(mark.glyph, 14);
  drawn.style.color = mark.ink;
  return drawn;
}

/** Only where the words are other ones: a selection in them, and the focus, stay. */
function fill(element: HTMLElement, parts: readonly (Node | string)[]): void {
  const nodes = parts.map((part) => (typeof part === "string" ? document.createTextNode(part) : part));
  const old = [...element.childNodes];
  const isSame = (node: Node, i: number): boolean =>
    node === old[i] || (old[i]!.isEqualNode(node) && !isInteractive(node));
  if (old.length !== nodes.length || !nodes.every(isSame)) element.replaceChildren(...nodes);
}

/** A node with listeners of its own cannot be replaced by an equal one. */
const isInteractive = (node: Node): boolean =>
  node instanceof Element && (node.matches(INTERACTIVE) || node.querySelector(INTERACTIVE) !== null);
const INTERACTIVE = "button, a, input, select, textarea";
