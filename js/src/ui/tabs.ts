// Tabs: one tab stop, arrow keys between them, panels by id. Where they do not fit, the row scrolls sideways.
import { grouped } from "../core/format";
import { h, setAttribute, setText } from "./dom";
import { watchScrollFade } from "./scroll-fade";

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  /** Beside the label; null: none. */
  count: number | null;
}

/** Ids of a tab and of its panel. They are looked up inside the shadow root only. */
export const tabId = (id: string): string => `fw-tab-${id}`;
export const panelId = (id: string): string => `fw-panel-${id}`;

export class TabList<Id extends string> {
  readonly element = h("div", { class: "fw-tabs", role: "tablist" });
  readonly #buttons = new Map<Id, HTMLButtonElement>();
  readonly #fade: () => void;
  #selected: Id | null = null;

  constructor(
    name: string,
    private readonly choose: (id: Id) => void,
    signal: AbortSignal,
  ) {
    this.element.setAttribute("aria-label", name);
    this.element.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#fade = watchScrollFade(this.element, signal);
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => this.#bringIntoView());
    observer.observe(this.element);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  update(tabs: readonly Tab<Id>[], selected: Id | null): void {
    const shown = tabs.map(({ id, label, count }) => {
      const button = this.#buttonOf(id);
      const isSelected = id === selected;
      setText(button.firstChild!, label);
      setText(button.lastChild!, count === null ? "" : ` ${grouped(count)}`);
      setAttribute(button, "aria-selected", String(isSelected));
      // The panels of the others may not be there yet.
      setAttribute(button, "aria-controls", isSelected ? panelId(id) : null);
      button.tabIndex = isSelected ? 0 : -1;
      return button;
    });
    const before = [...this.element.children];
    const changed = before.length !== shown.length || shown.some((button, i) => button !== before[i]);
    if (changed) this.element.replaceChildren(...shown);
    if (changed || selected !== this.#selected) {
      this.#selected = selected;
      this.#bringIntoView();
    }
  }

  #buttonOf(id: Id): HTMLButtonElement {
    const known = this.#buttons.get(id);
    if (known) return known;
    const button = h(
      "button",
      { class: "fw-tab", role: "tab", id: tabId(id) },
      h("span"),
      h("span", { class: "fw-tab-count" }),
    );
    button.addEventListener("click", () => this.choose(id));
    this.#buttons.set(id, button);
    return button;
  }

  /** Only this row scrolls: `scrollIntoView` would move the notebook, too. */
  #bringIntoView(): void {
    const { element } = this;
    const button = this.#selected === null ? undefined : this.#buttons.get(this.#selected);
    if (button?.isConnected) {
      const fromPx = button.offsetLeft - element.offsetLeft - FADE_PX;
      const untilPx = fromPx + button.offsetWidth + 2 * FADE_PX - element.clientWidth;
      if (element.scrollLeft > fromPx) element.scrollLeft = fromPx;
      else if (element.scrollLeft < untilPx) element.scrollLeft = untilPx;
    }
    this.#fade();
  }

  #onKey(event: KeyboardEvent): void {
    const ids = [...this.element.children].map((button) => button.id);
    const at = ids.indexOf((event.target as Element).id);
    const last = ids.length - 1;
    const next = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Enter" || event.key === " " || next !== undefined) event.stopPropagation();
    if (next === undefined || at < 0) return;
    event.preventDefault();
    const button = this.element.children[next] as HTMLButtonElement;
    button.click();
    button.focus({ preventScroll: true });
  }
}

const FADE_PX = 28;
