// Tabs: one tab stop, arrow keys between them, panels by id.

import { grouped } from "../../core/format";
import { h, setAttribute, setText } from "../../ui/dom";

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  /** Beside the label; null: none. */
  count: number | null;
}

export class TabList<Id extends string> {
  readonly element = h("div", { class: "fw-tabs", role: "tablist" });
  readonly #buttons = new Map<Id, HTMLButtonElement>();

  constructor(
    name: string,
    private readonly choose: (id: Id) => void,
    signal: AbortSignal,
  ) {
    this.element.setAttribute("aria-label", name);
    this.element.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  update(tabs: readonly Tab<Id>[], selected: Id): void {
    const shown = tabs.map(({ id, label, count }) => {
      const button = this.#buttonOf(id);
      const isSelected = id === selected;
      setText(button.firstChild!, label);
      setText(button.lastChild!, count === null ? "" : ` ${grouped(count)}`);
      setAttribute(button, "aria-selected", String(isSelected));
      button.tabIndex = isSelected ? 0 : -1;
      return button;
    });
    const before = [...this.element.children];
    if (before.length !== shown.length || shown.some((button, i) => button !== before[i]))
      this.element.replaceChildren(...shown);
  }

  #buttonOf(id: Id): HTMLButtonElement {
    const known = this.#buttons.get(id);
    if (known) return known;
    const button = h(
      "button",
      { class: "fw-tab", role: "tab", id: `fw-tab-${id}`, "aria-controls": `fw-panel-${id}` },
      h("span"),
      h("span", { class: "fw-tab-count" }),
    );
    button.addEventListener("click", () => this.choose(id));
    this.#buttons.set(id, button);
    return button;
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
    button.focus();
  }
}
