// What the diagram tells: the switch, and the model for it.
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { phaseOf } from "../../core/phases";
import { IN_KERNEL, ROOT } from "../../core/protocol";
import { h, setAttribute, setText } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { censusIn } from "../census";
import { type DiagramModel, readAction, readAll } from "./model";
import { lifeOfDetail, lifeOfRow, NOWHERE, type Path, pathOf, TransitionsOfAll } from "./path";

export interface Readings {
  /** Of all actions, whatever is chosen. */
  all: ReadonlySignal<DiagramModel>;
  /** The one that is chosen. Without a selection there is only one. */
  chosen: ReadonlySignal<DiagramModel>;
}

export function readingsOf({ store, ui }: View): Readings {
  const { traits, actions, revision } = store;
  const transitions = new TransitionsOfAll();
  const others = computed(() => {
    void revision.value;
    return transitions.read(actions);
  });
  const census = censusIn(store);
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
  const surroundings = computed(() => ({
    filter: ui.phaseFilter.value,
    isOver: traits.is_terminal.value,
  }));
  const all = computed(() => {
    const inKernel = traits.source.value === IN_KERNEL;
    return readAll(counts.value, run.value, others.value, { ...surroundings.value, inKernel }, census.value);
  });
  const chosen = computed(() => {
    const id = traits.selected.value;
    const isOne = ui.reading.value === "action" && id !== "";
    if (!isOne) return all.value;
    const { isLocal } = all.value;
    return readAction(pathTo(id) ?? NOWHERE, { ...surroundings.value, isLocal });
  });
  return { all, chosen };
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
  const name = "What the diagram shows";
  const choices = h("div", { class: "fw-reading-switch", role: "group", "aria-label": name }, all, action);
  parent.append(choices, words);
  view.effect(() => {
    const id = store.traits.selected.value;
    void store.revision.value;
    const row = store.actions.rowOf.get(id);
    const { detail, root } = store.traits;
    const known = [detail.value, root.value].find((one) => one?.id === id);
    const name = known?.name ?? (row === undefined ? id : store.actions.name[row]!);
    const isAction = ui.reading.value === "action" && id !== "";
    setText(action, name || "One action");
    setAttribute(action, "title", id ? `${name} (${id})` : "Select an action in the timeline");
    action.disabled = id === "";
    setAttribute(all, "aria-pressed", String(!isAction));
    setAttribute(action, "aria-pressed", String(isAction));
    setText(words, caption.value);
    setAttribute(words, "title", caption.value);
    setAttribute(choices, "title", ui.narrow.value ? caption.value : null);
  });
}
