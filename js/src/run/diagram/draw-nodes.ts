// The states: real buttons over the lines, built once per layout; an update toggles classes and text only.

import { ACTIVE, cssName, isTerminal, label, PHASES, Phase, shortLabel, TERMINAL } from "../../core/phases";
import { h, setAttribute, setText } from "../../ui/dom";
import { chip, glyph, icon } from "../../ui/icons";
import { fitWords, type Pair, type Words } from "./fit";
import { amountText, type DiagramModel, nameOf, secondLine, shownUnknown } from "./model";
import type { GroupTitle } from "./notes";
import type { Box, Layout } from "./types";

interface StateNode extends Words {
  phase: number;
  button: HTMLButtonElement;
  mark: HTMLElement;
  /** All that is heard; what is seen says the same in short. */
  name: HTMLElement;
  filter: Element;
}

/** "Waiting" leaves room for how long; no other state needs to be shorter. */
const narrowLabel = (phase: number): string =>
  phase === Phase.WaitingForResources ? shortLabel(phase) : label(phase);

/** The chip's size: nodes of two lines, narrow nodes, terminal ones. */
const chipPx = ({ kind, compact }: Layout, phase: number): number =>
  isTerminal(phase) ? 14 : kind === "wide" && !compact ? 20 : 16;

export class NodeDrawing {
  readonly elements: HTMLElement[];
  readonly #nodes = new Map<number, StateNode>();
  readonly #unknown: StateNode;
  #model: DiagramModel | null = null;

  constructor(
    private readonly layout: Layout,
    titles: readonly GroupTitle[],
    private readonly choose: (phase: number) => void,
  ) {
    for (const [phase, box] of layout.nodes) this.#nodes.set(phase, this.#node(phase, box));
    this.#unknown = this.#node(0, layout.unknown);
    this.#unknown.button.hidden = true;
    const buttons = (phases: readonly number[]) => phases.map((phase) => this.#nodes.get(phase)!.button);
    this.elements = [
      group(titles[0]!, layout.active, layout.titleX[0], [...buttons(ACTIVE), this.#unknown.button]),
      group(titles[1]!, layout.terminal, layout.titleX[1], buttons(TERMINAL)),
    ];
    this.#focusable(this.#nodes.get(ACTIVE[0]!)!.button);
  }

  update(model: DiagramModel, nowMs: number): void {
    this.#model = model;
    const odd = shownUnknown(model);
    this.#unknown.button.hidden = odd === 0;
    if (odd !== 0) this.#become(this.#unknown, odd);
    for (const node of this.#shown()) {
      const { amount, visited, current, filtering, retried } = model.nodes.get(node.phase)!;
      const { classList } = node.button;
      classList.toggle("is-visited", visited);
      classList.toggle("is-current", current);
      classList.toggle("is-filtering", filtering);
      classList.toggle("is-reached", visited || current || amount > 0);
      classList.toggle("is-retried", retried > 0 && amount === 0);
      setAttribute(node.button, "aria-pressed", String(filtering));
      setAttribute(node.filter, "hidden", filtering ? null : "");
      setAttribute(node.button, "aria-current", current ? "step" : null);
      node.amounts = [amountText(model, node.phase), amountText(model, node.phase, true)];
      const others = node === this.#unknown ? model.unknown.length - 1 : 0;
      const more = others > 0 ? ` +${others}` : "";
      const narrow = this.layout.kind === "narrow" && PHASES.has(node.phase);
      const short = narrow ? narrowLabel(node.phase) : shortLabel(node.phase);
      node.labels = [(narrow ? short : label(node.phase)) + more, short + more];
      node.amount.classList.toggle("is-some", amount > 0);
      this.#write(node, nowMs);
      setText(node.name, nameOf(model, node.phase, nowMs));
    }
    if (odd === 0) return;
    const names = model.unknown.map((phase) => nameOf(model, phase, nowMs));
    setAttribute(this.#unknown.button, "title", names.join("\n"));
  }

  /** Times only: the rest stands until the next update. */
  tick(nowMs: number): void {
    const model = this.#model;
    if (!model) return;
    for (const node of this.#shown()) {
      if (model.reading === "all" ? !model.sinceMs.has(node.phase) : model.path.open?.phase !== node.phase)
        continue;
      this.#write(node, nowMs);
      // A focused button whose name changes is read aloud anew each time.
      if (!isFocused(node.button)) setText(node.name, nameOf(model, node.phase, nowMs));
    }
  }

  /** Measure the labels anew: the font is another one. */
  fit(): void {
    for (const node of this.#shown()) {
      node.fitted = "";
      fitWords(node);
    }
  }

  /** The arrow keys' next state. */
  move(from: EventTarget | null, key: string): boolean {
    const buttons = this.#order();
    const at = buttons.indexOf(from as HTMLButtonElement);
    if (at < 0) return false;
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: -1,
    }[key];
    if (to === undefined) return false;
    const next = key === "End" ? buttons.at(-1) : buttons[Math.min(Math.max(0, to), buttons.length - 1)];
    if (next) {
      this.#focusable(next);
      next.focus();
    }
    return true;
  }

  /** The phase whose button has the focus; 0: none. */
  get focused(): number {
    return this.#shown().find(({ button }) => isFocused(button))?.phase ?? 0;
  }

  focus(phase: number): void {
    const button = this.#shown().find((node) => node.phase === phase)?.button;
    if (!button) return;
    this.#focusable(button);
    button.focus();
  }

  #shown(): StateNode[] {
    const all = [...this.#nodes.values()];
    return this.#unknown.button.hidden ? all : [...all, this.#unknown];
  }

  #order(): HTMLButtonElement[] {
    return this.elements.flatMap((element) => [
      ...element.querySelectorAll<HTMLButtonElement>(".fw-state:not([hidden])"),
    ]);
  }

  /** The one that Tab reaches. */
  #focusable(button: HTMLButtonElement): void {
    for (const node of [...this.#nodes.values(), this.#unknown])
      node.button.tabIndex = node.button === button ? 0 : -1;
  }

  #write(node: StateNode, nowMs: number): void {
    node.seconds = secondLine(this.#model!, node.phase, nowMs);
    const [text] = node.seconds;
    setAttribute(node.second, "title", text || null);
    node.second.hidden = text === "";
    node.button.classList.toggle("has-second", text !== "");
    fitWords(node);
  }

  #node(phase: number, box: Box): StateNode {
    const mark = h("span", { class: "fw-state-mark" });
    const name = h("span", { class: "fw-unseen" });
    const seen = { "aria-hidden": "true" };
    const text = h("span", { class: "fw-state-label fw-cut", ...seen });
    const amount = h("b", { class: "fw-state-amount", ...seen });
    const filter = icon("filter", 12);
    filter.classList.add("fw-state-filter");
    const second = h("span", { class: "fw-state-second fw-cut", hidden: true, ...seen });
    const button = h("button", { class: "fw-state", tabindex: -1 }, name, mark, text, filter, second, amount);
    place(button, box);
    const none: Pair = ["", ""];
    const words = {
      button,
      label: text,
      second,
      amount,
      labels: none,
      seconds: none,
      amounts: none,
      fitted: "",
    };
    const node: StateNode = { ...words, phase: 0, mark, name, filter };
    if (phase !== 0) this.#become(node, phase);
    button.addEventListener("click", () => {
      this.#focusable(button);
      this.choose(node.phase);
    });
    return node;
  }

  #become(node: StateNode, phase: number): void {
    if (node.phase !== phase) {
      const size = chipPx(this.layout, phase);
      node.phase = phase;
      const colour = cssName(phase);
      for (const [name, value] of [
        ["--p", `--fw-${colour}`],
        ["--ring", `--fw-ring-${colour}`],
        ["--ink", `--fw-ink-${colour}`],
      ] as const)
        node.button.style.setProperty(name, `var(${value})`);
      node.button.dataset.phase = String(phase);
      const isTall = this.layout.kind === "wide" && !isTerminal(phase);
      node.button.classList.toggle("is-tall", isTall);
      node.button.classList.toggle("is-tight", isTall && this.layout.compact);
      node.button.classList.toggle("fw-state-terminal", isTerminal(phase));
      node.mark.style.width = node.mark.style.height = `${size}px`;
      const [bare, filled] = [glyph(phase, size * 0.72), chip(phase, size)];
      bare.classList.add("fw-state-glyph");
      filled.classList.add("fw-state-chip");
      node.mark.replaceChildren(bare, filled);
    }
    node.labels = [label(phase), shortLabel(phase)];
    fitWords(node);
  }
}

const isFocused = (button: HTMLElement): boolean =>
  (button.getRootNode() as Document | ShadowRoot).activeElement === button;

function place(element: HTMLElement, { x, y, w, h: height }: Box): void {
  const { style } = element;
  [style.left, style.top, style.width, style.height] = [x, y, w, height].map((px) => `${px}px`) as [
    string,
    string,
    string,
    string,
  ];
}

/** A group with its title. The states are placed by the diagram, so the box itself is only drawn. */
function group(
  { name, note, button }: GroupTitle,
  box: Box,
  titleX: number,
  buttons: readonly HTMLElement[],
): HTMLElement {
  const frame = h("div", { class: "fw-states-box" });
  place(frame, box);
  button.style.left = `${titleX - box.x - 1}px`;
  frame.append(button);
  return h(
    "div",
    { class: "fw-states", role: "group", "aria-label": name, "aria-description": note },
    frame,
    ...buttons,
  );
}
