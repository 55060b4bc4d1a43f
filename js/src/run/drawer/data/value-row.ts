// One value as a row of the tree: its name, the value as Python writes it, its type, and what can be done with it.
import { grouped } from "../../../core/format";
import type { ValueNode } from "../../../core/protocol";
import { iconButton, textButton } from "../../../ui/buttons";
import { h } from "../../../ui/dom";
import { type IconName, icon } from "../../../ui/icons";

export interface ValueCommands {
  /** Copy the value, or its address. */
  copy(node: ValueNode): void;
  /** Put the Python that gives it into a new cell, or copy that. */
  python(node: ValueNode): void;
  save(node: ValueNode): void;
  preview(node: ValueNode): void;
  /** Read what is kept outside. */
  load(node: ValueNode): void;
}

const ICONS: Partial<Record<ValueNode["kind"], IconName>> = {
  file: "file",
  image: "file",
  dir: "folder",
  table: "table",
  opaque: "opaque",
  offloaded: "opaque",
  error: "warning",
};

export const canUnfold = ({ children, kind }: ValueNode): boolean => (children ?? 0) > 0 || kind === "table";

/** The row's content, without the chevron. Blanks between: the row's label has the same words. */
export function valueCells(node: ValueNode, commands: ValueCommands): (HTMLElement | string)[] {
  const { kind, text = "", note = "", uri = "", type = "" } = node;
  const mark = ICONS[kind];
  const words = h("div", { class: "fw-value-text", title: uri || text }, text);
  const value = h("div", { class: "fw-value", "data-kind": kind }, ...(mark ? [icon(mark, 14)] : []), words);
  const tools = h("span", { class: "fw-value-tools" });
  const add = (name: string, of: IconName, act: (node: ValueNode) => void): void => {
    const button = iconButton(name, of, 13);
    button.tabIndex = -1; // the tree is one tab stop
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      act(node);
    });
    tools.append(button);
  };
  const name = wordsOf(kind);
  if (name) {
    const button = textButton(name);
    button.tabIndex = -1;
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      if (kind === "table") commands.preview(node);
      else commands.load(node);
    });
    value.append(" ", button);
  }
  if (note) value.append(" ", h("div", { class: "fw-value-note", title: note }, note));
  add(uri ? "Copy the address" : "Copy the value", "copy", commands.copy);
  if (uri && kind !== "offloaded") add("Download beside the notebook", "download", commands.save);
  add("Python for this value, in a new cell", "cell", commands.python);
  value.append(tools);
  return [
    h("div", { class: "fw-value-name", title: node.name }, node.name),
    " ",
    value,
    " ",
    h("div", { class: "fw-value-type", title: type }, type),
  ];
}

/** What its button says. */
const wordsOf = (kind: ValueNode["kind"]): string =>
  kind === "table" ? "Preview" : kind === "offloaded" ? "Load" : "";

/** What a screen reader says of the row: what is seen of it. The text of an unfolded container is not. */
export const spokenValue = ({ name, kind, text, note, type }: ValueNode, isOpen = false): string =>
  [name, isOpen && kind === "tree" ? "" : text, wordsOf(kind), note, type].filter(Boolean).join(", ");

export const moreWords = (count: number): string => `${grouped(count)} more`;
