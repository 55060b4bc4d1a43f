// The View menu: in which order the rows are, what the axis tells, whether idle time is squeezed, with which run this one
// is compared, and whether the end is to be told. Columns of other features are added by one line in COLUMNS.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { duration } from "../../../core/format";
import { h, setAttribute, setText } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import { menuPopup } from "../../../ui/popup";
import type { Sort, View } from "../../../ui/view-state";
import { notifyChoice } from "../../header/notify";
import { MEDIAN } from "../lens/compare";

const SORTS: readonly (readonly [Sort, string])[] = [
  ["tree", "Tree"],
  ["start", "Started first"],
  ["duration", "Longest first"],
  ["phase", "Failed first"],
];
const AXES = [
  ["elapsed", "Since the start"],
  ["clock", "Time of day"],
] as const;

const COMPARED = [
  ["nothing", "Nothing"],
  ["last", "Last success"],
  ["median", "Median of the five before"],
] as const;
/** Another run is chosen in the band of the comparison. */
type Compared = (typeof COMPARED)[number][0] | "another";

const NAME = "View: order, time, comparison, notification";

export interface MenuFacts {
  /** How much time could be squeezed. */
  idleMs: ReadonlySignal<number>;
}

export interface MenuColumn {
  /** The column, without its place in the menu. */
  draw(view: View, facts: MenuFacts): HTMLElement;
  /** Whether something differs from the start: the menu's button shows it. */
  isChanged(view: View): boolean;
}

const order: MenuColumn = {
  draw: (view) => choices(view, "Order", view.ui.sort, SORTS),
  isChanged: ({ ui }) => ui.sort.value !== "tree",
};

const time: MenuColumn = {
  draw(view, { idleMs }) {
    const column = choices(view, "Time", view.ui.axis, AXES);
    column.append(squeezeChoice(view, idleMs));
    return column;
  },
  isChanged: ({ ui }) => ui.axis.value !== "elapsed" || ui.squeezeIdle.value,
};

const comparison: MenuColumn = {
  draw(view) {
    const { lens, compareWith } = view.ui;
    const chosen = signal<Compared>("nothing");
    const column = choices(view, "Compare with", chosen, COMPARED);
    view.effect(() => {
      const isNamed = compareWith.value !== "" && compareWith.value !== MEDIAN;
      const which = compareWith.value === MEDIAN ? "median" : isNamed ? "another" : "last";
      chosen.value = lens.value === "compare" ? which : "nothing";
    });
    column.addEventListener("change", () => {
      const wanted = chosen.peek();
      if (wanted === "nothing") lens.value = "";
      else {
        compareWith.value = wanted === "median" ? MEDIAN : "";
        lens.value = "compare";
      }
    });
    return column;
  },
  isChanged: ({ ui }) => ui.lens.value === "compare",
};

const COLUMNS: readonly MenuColumn[] = [order, time, comparison];

/** A radio button for each choice, bound to `chosen`. */
export function choices<T extends string>(
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
    return h("label", { class: "fw-choice" }, input, h("span", {}, text));
  });
  return h(
    "div",
    { class: "fw-menu-column", role: "radiogroup", "aria-label": title },
    h("div", { class: "fw-choice-title" }, title),
    ...rows,
  );
}

function squeezeChoice({ ui, effect }: View, idleMs: ReadonlySignal<number>): HTMLElement {
  const squeeze = h("input", { type: "checkbox" });
  const words = h("span");
  squeeze.addEventListener("change", () => {
    ui.squeezeIdle.value = squeeze.checked;
  });
  effect(() => {
    const ms = idleMs.value;
    squeeze.checked = ui.squeezeIdle.value;
    squeeze.disabled = ms === 0 && !squeeze.checked;
    setText(words, ms > 0 ? `Squeeze idle time (${duration(ms)})` : "No long idle time to squeeze");
  });
  return h("label", { class: "fw-choice" }, squeeze, words);
}

/** `toolbar`: the menu opens below it. */
export function createViewMenu(view: View, facts: MenuFacts, toolbar: () => HTMLElement): HTMLButtonElement {
  const button = h(
    "button",
    { class: "fw-tl-view-menu", "aria-label": NAME, title: NAME },
    icon("view"),
    h("span", {}, "View"),
    icon("chevron-down", 12),
  );
  view.effect(() => {
    setAttribute(button, "data-on", COLUMNS.some((column) => column.isChanged(view)) ? "" : null);
  });
  const keys = h("button", { class: "fw-menu-keys" }, "All keys", h("kbd", { class: "fw-key" }, "?"));
  const columns = COLUMNS.map((column) => column.draw(view, facts));
  const { box, close } = menuPopup(
    view,
    button,
    NAME,
    toolbar,
    h("div", { class: "fw-menu-columns" }, ...columns),
    h("div", { class: "fw-menu-foot" }, notifyChoice(view), keys),
  );
  box.classList.add("fw-menu");
  keys.addEventListener(
    "click",
    () => {
      close();
      view.ui.keysOpen.value = true;
    },
    { signal: view.signal },
  );
  return button;
}
