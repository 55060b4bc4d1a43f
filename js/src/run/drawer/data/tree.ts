// Inputs or outputs as a tree that is unfolded a level at a time. One tab stop; arrow keys move, unfold and fold.
// What is below a row stands after it, not in it: so a row's name is what is seen of it.
import type { TablePreview, ValueNode } from "../../../core/protocol";
import type { RequestError } from "../../../core/requests";
import type { Store } from "../../../core/store";
import { textButton } from "../../../ui/buttons";
import { h, setAttribute } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import { FIRST_ROWS, tableNodes } from "./table-preview";
import { drawThumbnail } from "./thumbnail";
import { canUnfold, moreWords, spokenValue, type ValueCommands, valueCells } from "./value-row";

export type Side = "inputs" | "outputs";

interface Row {
  node: ValueNode;
  level: number;
  element: HTMLElement;
  /** The row that this one is a part of. */
  parent: HTMLElement | null;
  /** Below the row, once it was unfolded. */
  below: HTMLElement | null;
}

const INDENT_PX = 14;

export class ValueTree {
  readonly element: HTMLElement;
  readonly #rows = new Map<HTMLElement, Row>();

  constructor(
    private readonly store: Store,
    private readonly action: string,
    private readonly side: Side,
    nodes: readonly ValueNode[],
    private readonly commands: ValueCommands,
    private readonly signal: AbortSignal,
  ) {
    const name = side === "inputs" ? "Inputs" : "Outputs";
    this.element = h("div", { class: "fw-values", role: "tree", "aria-label": name });
    this.element.append(...nodes.map((node) => this.#make(node, 1, null)));
    this.#rows.values().next().value?.element.setAttribute("tabindex", "0");
    this.element.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  #make(node: ValueNode, level: number, parent: HTMLElement | null): HTMLElement {
    const chevron = h("span", { class: "fw-value-chevron" });
    if (canUnfold(node)) chevron.append(icon("chevron-right", 12));
    const line = h("div", { class: "fw-value-row" }, chevron, ...valueCells(node, this.#ownCommands()));
    line.style.setProperty("--fw-indent", `${(level - 1) * INDENT_PX}px`);
    const element = h("div", {
      class: "fw-value-item",
      role: "treeitem",
      tabindex: -1,
      "aria-level": level,
      "aria-label": spokenValue(node),
      "aria-expanded": canUnfold(node) ? "false" : null,
    });
    element.append(line);
    const row: Row = { node, level, element, parent, below: null };
    this.#rows.set(element, row);
    line.addEventListener("click", () => {
      this.#focus(element);
      if (canUnfold(node)) this.#toggle(row);
    });
    if (node.kind === "image") {
      const fields = { action: this.action, side: this.side, path: node.path ?? [] };
      drawThumbnail(this.store, fields, line, this.signal);
    }
    return element;
  }

  #ownCommands(): ValueCommands {
    return {
      ...this.commands,
      preview: (node) => this.#toggle(this.#rowOf(node)),
      load: (node) => this.#load(this.#rowOf(node)),
    };
  }

  #rowOf(node: ValueNode): Row {
    return [...this.#rows.values()].find((row) => row.node === node)!;
  }

  #toggle(row: Row): void {
    const isOpen = row.element.getAttribute("aria-expanded") === "true";
    setAttribute(row.element, "aria-expanded", String(!isOpen));
    setAttribute(row.element, "aria-label", spokenValue(row.node, !isOpen));
    if (row.below) row.below.hidden = isOpen;
    else if (!isOpen) this.#unfold(row);
  }

  #unfold(row: Row): void {
    this.#openBelow(row);
    if (row.node.kind === "table") this.#preview(row, FIRST_ROWS);
    else this.#children(row, 0);
  }

  #openBelow(row: Row): HTMLElement {
    row.below?.remove();
    row.below = h("div", { class: "fw-value-below", role: "group" });
    row.element.after(row.below);
    return row.below;
  }

  #children(row: Row, start: number): void {
    const below = row.below!;
    const waiting = reading(row);
    below.append(waiting);
    const { action, side } = this;
    this.store
      .request("read_value", { action, side, path: row.node.path ?? [], start })
      .then(({ payload }) => {
        waiting.remove();
        const { nodes, text, more } = payload;
        if (text) below.append(part(row, h("pre", { class: "fw-value-whole", tabindex: 0 }, text)));
        below.append(...nodes.map((node) => this.#make(node, row.level + 1, row.element)));
        if (more > 0) below.append(this.#more(row, start + nodes.length, more));
      })
      .catch((error: RequestError) => this.#failed(row, waiting, error, () => this.#children(row, start)));
  }

  #more(row: Row, start: number, count: number): HTMLElement {
    const button = textButton(moreWords(count));
    const inside = h("div", { class: "fw-value-row fw-value-rest" }, button);
    inside.style.setProperty("--fw-indent", `${row.level * INDENT_PX}px`);
    const line = part(row, inside);
    button.addEventListener("click", () => {
      line.remove();
      this.#children(row, start);
    });
    return line;
  }

  #preview(row: Row, rows: number): void {
    const below = row.below!;
    const waiting = reading(row);
    below.replaceChildren(waiting);
    const { action, side } = this;
    this.store
      .request("preview_table", { action, side, path: row.node.path ?? [], rows }, { timeoutMs: 120_000 })
      .then(({ payload }: { payload: TablePreview }) => {
        const nodes = tableNodes(payload, (count) => this.#preview(row, count));
        below.replaceChildren(part(row, h("div", { class: "fw-value-table" }, ...nodes)));
      })
      .catch((error: RequestError) => this.#failed(row, waiting, error, () => this.#preview(row, rows)));
  }

  /** Read a value from where it is stored; its row is then another. */
  #load(row: Row): void {
    const below = this.#openBelow(row);
    const waiting = reading(row);
    below.append(waiting);
    const { action, side } = this;
    this.store
      .request("load_value", { action, side, path: row.node.path ?? [] }, { timeoutMs: 600_000 })
      .then(({ payload }) => {
        const element = this.#make(payload, row.level, row.parent);
        const isFocused = row.element.matches(":focus-within");
        element.tabIndex = row.element.tabIndex;
        below.remove();
        row.element.replaceWith(element);
        this.#rows.delete(row.element);
        if (isFocused) this.#focus(element);
      })
      .catch((error: RequestError) => this.#failed(row, waiting, error, () => this.#load(row)));
  }

  #failed(row: Row, waiting: HTMLElement, error: RequestError, again: () => void): void {
    const retry = textButton("Try again");
    const words = [error.message, error.hint].filter(Boolean).join(" ");
    const line = part(
      row,
      h("div", { class: "fw-value-failed" }, icon("warning", 13), h("span", {}, words), retry),
    );
    retry.addEventListener("click", () => {
      line.remove();
      again();
    });
    waiting.replaceWith(line);
  }

  #onKey(event: KeyboardEvent): void {
    const item = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    const row = item && this.#rows.get(item);
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target !== item) return;
    const shown = this.#shown();
    const at = shown.indexOf(item);
    const isOpen = item.getAttribute("aria-expanded");
    const to = {
      ArrowDown: shown[at + 1],
      ArrowUp: shown[at - 1],
      Home: shown[0],
      End: shown.at(-1),
      ArrowLeft: isOpen === "true" ? item : (row.parent ?? undefined),
      ArrowRight: isOpen === "true" ? shown[at + 1] : item,
      Enter: item,
      c: item,
    }[event.key];
    if (to === undefined) return;
    const folds = { ArrowLeft: isOpen === "true", ArrowRight: isOpen === "false", Enter: isOpen !== null }[
      event.key
    ];
    if (folds) this.#toggle(row);
    if (event.key === "Enter" && row.node.kind === "offloaded") this.#load(row);
    if (event.key === "c") this.commands.copy(row.node);
    if (to) this.#focus(to);
    event.preventDefault();
    event.stopPropagation();
  }

  #shown(): HTMLElement[] {
    return [...this.#rows.keys()]
      .sort(byPlace)
      .filter((item) => item.isConnected && !item.closest("[hidden]"));
  }

  #focus(item: HTMLElement): void {
    for (const each of this.#rows.keys()) each.tabIndex = -1;
    item.tabIndex = 0;
    item.focus({ preventScroll: false });
  }
}

const byPlace = (a: Node, b: Node): number =>
  a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;

/** What stands below a row and is no value: a tree owns nothing but its items. */
const part = ({ level }: Row, content: HTMLElement): HTMLElement =>
  h("div", { role: "treeitem", "aria-level": level + 1 }, content);

function reading(row: Row): HTMLElement {
  const line = h("div", { class: "fw-value-row fw-value-reading" }, icon("spinner", 12), "Reading…");
  line.style.setProperty("--fw-indent", `${row.level * INDENT_PX}px`);
  return part(row, line);
}
