// The menu beside the filter: in which order the rows are, what the axis tells, whether idle time is squeezed, and
// whether the end is to be told.
import type { ReadonlySignal, Signal } from "@preact/signals-core";
import { duration } from "../../../core/format";
import { h, setAttribute, setText } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import { popup } from "../../../ui/popup";
import type { View } from "../../../ui/view-state";
import { notifyChoice } from "../../header/notify";
import type { Sort } from "../rows/sort";

const SORTS: readonly (readonly [Sort, string])[] = [
  ["tree", "Tree"],
  ["start", "Start"],
  ["duration", "Duration, longest first"],
  ["phase", "Phase, failed first"],
];
const AXES = [
  ["elapsed", "Time since the start"],
  ["clock", "Time of day"],
] as const;

const NAME = "Order, time axis, notification";

/** A radio button for each choice, bound to `chosen`. */
function choices<T extends string>(
  view: View,
  title: string,
  chosen: Signal<T>,
  all: readonly (readonly [T, string])[],
): HTMLElement {
  const rows = all.map(([value, text]) => {
    // A name is shared by a group within one shadow root, so views do not disturb each other.
    const input = h("input", { type: "radio", name: title, value });
    input.addEventListener("change", () => {
      chosen.value = value;
    });
    view.effect(() => {
      input.checked = chosen.value === value;
    });
    return h("label", { class: "fw-choice" }, input, text);
  });
  return h(
    "div",
    { role: "radiogroup", "aria-label": title },
    h("div", { class: "fw-choice-title" }, title),
    ...rows,
  );
}

/** `idleMs`: how much time could be squeezed. */
export function createViewMenu(view: View, idleMs: ReadonlySignal<number>): HTMLButtonElement {
  const { ui } = view;
  const button = h(
    "button",
    {
      class: "fw-icon-button fw-tl-view-menu",
      "aria-label": NAME,
      title: NAME,
    },
    icon("sort"),
  );
  const squeeze = h("input", { type: "checkbox" });
  const words = h("span");
  squeeze.addEventListener("change", () => {
    ui.squeezeIdle.value = squeeze.checked;
  });
  view.effect(() => {
    const ms = idleMs.value;
    squeeze.checked = ui.squeezeIdle.value;
    squeeze.disabled = ms === 0 && !squeeze.checked;
    setText(words, ms > 0 ? `Squeeze idle time (${duration(ms)})` : "No long idle time to squeeze");
  });
  view.effect(() => {
    const changed = ui.sort.value !== "tree" || ui.axis.value !== "elapsed" || ui.squeezeIdle.value;
    setAttribute(button, "data-on", changed ? "" : null);
  });
  popup(
    view,
    button,
    NAME,
    choices(view, "Order", ui.sort, SORTS),
    choices(view, "Axis", ui.axis, AXES),
    h("label", { class: "fw-choice" }, squeeze, words),
    notifyChoice(view),
  );
  return button;
}
