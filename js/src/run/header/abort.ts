// The run's own Abort button. Its question takes the row's place.
import { computed } from "@preact/signals-core";
import { plural } from "../../core/format";
import { isActive, phaseOf } from "../../core/phases";
import { ROOT } from "../../core/protocol";
import { h } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { AbortControl, type AbortTarget } from "../abort/control";

/** Appends the question, the note and the button to `row`; `band` shows that the question is open. */
export function mountAbort(view: View, row: HTMLElement, band: HTMLElement): void {
  const { traits } = view.store;
  const target = computed((): AbortTarget => {
    let active = 0;
    for (const [value, n] of Object.entries(traits.counts.value)) if (isActive(phaseOf(value))) active += n;
    const effect = active ? `${plural(active, "active action")} will stop.` : "What is active will stop.";
    return {
      id: ROOT,
      terminal: traits.is_terminal.value,
      known: traits.phase.value !== "",
      title: ["Abort ", h("span", { class: "fw-mono" }, traits.run_name.value), "?"],
      effect: traits.abort_note.value || effect,
    };
  });
  const { question, note, button } = new AbortControl(view, target, "Abort run", (mode) => {
    band.dataset.abort = mode;
  });
  row.append(question.element, note, button);
}
