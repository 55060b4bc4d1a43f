// The button that folds the diagram to one line. What was chosen holds for the page: the next run's view begins so,
// unless its code says how.
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { iconButton } from "../../ui/buttons";
import { setAttribute } from "../../ui/dom";
import { icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";

/** Each model has a module of its own, so that the page is the one thing that all have in common. */
const CHOICE = Symbol.for("flyte-widgets.diagram-folded");
type Page = { [CHOICE]?: boolean };

export interface FoldState {
  button: HTMLButtonElement;
  isFolded: ReadonlySignal<boolean>;
}

/** `controls`: id of what it folds. */
export function mountFold(view: View, controls: string): FoldState {
  const { ui, store } = view;
  const page = globalThis as Page;
  const given = store.traits.diagram.peek();
  const first = given ? given === "folded" : (page[CHOICE] ?? null);
  ui.diagramFolded.value ??= first;
  const isFolded = computed(() => ui.diagramFolded.value ?? ui.narrow.value);
  const button = iconButton("", "chevron-down");
  button.classList.add("fw-fold");
  setAttribute(button, "aria-controls", controls);
  setAttribute(button, "aria-label", "State diagram");
  button.addEventListener(
    "click",
    () => {
      ui.diagramFolded.value = !isFolded.peek();
    },
    { signal: view.signal },
  );
  view.effect(() => {
    const { value } = ui.diagramFolded;
    if (value !== null && value !== first) page[CHOICE] = value; // what the code asked for is no choice of the reader's
    setAttribute(button, "aria-expanded", String(!isFolded.value));
    setAttribute(button, "title", `${isFolded.value ? "Unfold" : "Fold"} the diagram (D)`);
    button.replaceChildren(icon(isFolded.value ? "chevron-right" : "chevron-down", 14));
  });
  return { button, isFolded };
}
