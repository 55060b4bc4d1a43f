// Makes elements. Text is always set as text: it comes from other people's code.

type Attributes = Record<string, string | number | boolean | null | undefined>;

function fill<T extends Element>(node: T, attributes: Attributes, children: readonly (Node | string)[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}

/** An HTML element: `h("button", { class: "fw-icon", type: "button" }, "Abort")`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  // A host may have put the widget into a form, which a button would send by default.
  const type = tag === "button" ? { type: "button" } : null;
  return fill(document.createElement(tag), { ...type, ...attributes }, children);
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** Set text only where it differs, so that selections and screen readers are left in peace. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Set or, with null, remove an attribute, only where it differs. */
export function setAttribute(node: Element, name: string, value: string | null): void {
  if (node.getAttribute(name) === value) return;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

/** The nodes with a small dot between each two. */
export function dotted(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node, i) => (i === 0 ? [node] : [h("span", { class: "fw-between" }), node]));
}

/** Text in which `code` stands between backticks, as nodes. */
export function prose(text: string): (Node | string)[] {
  return text.split("`").map((part, i) => (i % 2 ? h("code", { class: "fw-code" }, part) : part));
}

/** A letter is text where it is typed. */
export const isTyping = ({ target }: Event): boolean =>
  target instanceof Element &&
  target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

/** False in a tab that is not in front. */
export function isLaidOut(element: HTMLElement): boolean {
  return element.checkVisibility?.() ?? true;
}
