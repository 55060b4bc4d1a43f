// The sheet of all keys, over toolbar and rows: ? shows it, ? and Esc take it away. A feature with a key has a line here.
import { iconButton } from "../../../ui/buttons";
import { h } from "../../../ui/dom";
import type { View } from "../../../ui/view-state";

/** Keys, and what they do. */
type Line = readonly [keys: readonly string[], does: string];

const GROUPS: readonly (readonly [title: string, lines: readonly Line[]])[] = [
  [
    "Rows",
    [
      [["↑", "↓"], "previous, next"],
      [["→", "←"], "unfold, fold"],
      [["Enter"], "details"],
      [["/"], "search"],
      [["Esc"], "one step back"],
    ],
  ],
  [
    "Jump",
    [
      [["N", "P"], "next, previous problem"],
      [["L"], "live"],
      [["C"], "critical path"],
      [["B"], "by task"],
      [["D"], "fold the diagram"],
    ],
  ],
  [
    "Time",
    [
      [["+", "−"], "zoom"],
      [["0"], "whole run"],
      [["⇧", "←", "→"], "move"],
      [["Ctrl", "wheel"], "zoom at the pointer"],
      [["R", "drag"], "a range, on the axis"],
    ],
  ],
  [
    "Details",
    [
      [["←", "→"], "tabs"],
      [["M"], "maximise"],
      [["W", "T"], "wrap, times (logs)"],
      [["End"], "follow (logs)"],
      [["?"], "this list"],
    ],
  ],
];

export function mountKeySheet(view: View, parent: HTMLElement): void {
  const { ui, signal } = view;
  const close = iconButton("Close the list of keys", "close");
  const head = h(
    "div",
    { class: "fw-keys-head" },
    h("strong", {}, "Keys"),
    h("span", {}, "while the widget has the focus"),
    close,
  );
  const groups = GROUPS.map(([title, lines]) =>
    h(
      "div",
      {},
      h("div", { class: "fw-keys-title" }, title),
      h(
        "dl",
        { class: "fw-keys-list" },
        ...lines.flatMap(([keys, does]) => [
          h("dt", {}, ...keys.map((key) => h("kbd", { class: "fw-key" }, key))),
          h("dd", {}, does),
        ]),
      ),
    ),
  );
  const sheet = h(
    "div",
    { class: "fw-keys", role: "region", "aria-label": "Keys", tabindex: 0, hidden: true },
    head,
    h("div", { class: "fw-keys-groups" }, ...groups),
  );
  parent.append(sheet);
  const focused = () => (view.frame.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
  let before: HTMLElement | null = null;
  view.effect(() => {
    const isOpen = ui.keysOpen.value;
    if (isOpen && sheet.hidden) {
      before = focused();
      sheet.hidden = false;
      sheet.focus({ preventScroll: true });
    } else if (!isOpen && !sheet.hidden) {
      const had = sheet.contains(focused());
      sheet.hidden = true;
      if (had && before?.isConnected) before.focus({ preventScroll: true });
    }
  });
  const shut = () => {
    ui.keysOpen.value = false;
  };
  close.addEventListener("click", shut, { signal });
  sheet.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") shut();
      else if (event.key !== "Enter" && event.key !== " ") return;
      event.stopPropagation();
    },
    { signal },
  );
}
