// What the diagram tells: the switch, and the model for it.
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { phaseOf } from "../../core/phases";
import { ROOT } from "../../core/protocol";
import { h, setAttribute, setText } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { type DiagramModel, readAction, readAll } from "./model";
import { lifeOfDetail, lifeOfRow, NOWHERE, type Path, pathOf, TransitionsOfAll } from "./path";

/** The model of the reading that is chosen, kept true. Without a selection there is only one. */
export function modelOf({ store, ui }: View): ReadonlySignal<DiagramModel> {
  const { traits, actions, revision } = store;
  const transitions = new TransitionsOfAll();
  const others = computed(() => {
    void revision.value;
    return transitions.read(actions);
  });
  const pathTo = (id: string): Path | null => {
    const detail = [traits.detail.value, traits.root.value].find((known) => known?.id === id);
    if (detail) return pathOf(lifeOfDetail(detail));
    void revision.value;
    const row = actions.rowOf.get(id);
    return row === undefined ? null : pathOf(lifeOfRow(actions, row));
  };
  const run = computed((): Path => {
    const path = pathTo(ROOT) ?? NOWHERE;
    return { ...path, phase: phaseOf(traits.phase.value) };
  });
  const counts = computed(
    () => new Map(Object.entries(traits.counts.value).map(([value, n]) => [phaseOf(value), n])),
  );
  return computed(() => {
    const filter = ui.phaseFilter.value;
    const id = traits.selected.value;
    if (ui.reading.value === "action" && id !== "") return readAction(pathTo(id) ?? NOWHERE, filter);
    return readAll(counts.value, run.value, others.value, filter);
  });
}

export function mountReading(view: View, parent: HTMLElement, caption: ReadonlySignal<string>): void {
  const { store, ui } = view;
  const choice = (reading: "all" | "action", text: string) => {
    const button = h("button", { class: "fw-reading-choice fw-cut", dir: "auto" }, text);
    button.addEventListener(
      "click",
      () => {
        ui.reading.value = reading;
      },
      { signal: view.signal },
    );
    return button;
  };
  const all = choice("all", "All actions");
  const action = choice("action", "");
  const words = h("span", { class: "fw-reading-caption fw-cut" });
  parent.append(
    h(
      "div",
      { class: "fw-reading-switch", role: "group", "aria-label": "What the diagram shows" },
      all,
      action,
    ),
    words,
  );
  view.effect(() => {
    const id = store.traits.selected.value;
    void store.revision.value;
    const row = store.actions.rowOf.get(id);
    const { detail, root } = store.traits;
    const known = [detail.value, root.value].find((one) => one?.id === id);
    const name = known?.name ?? (row === undefined ? id : store.actions.name[row]!);
    const isAction = ui.reading.value === "action" && id !== "";
    setText(action, name || "Selected action");
    setAttribute(action, "title", id ? `${name} (${id})` : "Select an action in the timeline");
    action.disabled = id === "";
    setAttribute(all, "aria-pressed", String(!isAction));
    setAttribute(action, "aria-pressed", String(isAction));
    setText(words, caption.value);
    setAttribute(words, "title", caption.value);
  });
}
