// Abort of one action, from its details. Its question takes the title's row.
import { computed } from "@preact/signals-core";
import { grouped, wallClock } from "../../core/format";
import { isActive, isTerminal, phaseOf } from "../../core/phases";
import { ROOT } from "../../core/protocol";
import { h } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { AbortControl, type AbortTarget } from "../abort/control";
import { relationsOf } from "./relations";
import type { Subject } from "./subject";

export function abortOfAction(view: View, { id, detail }: Subject, row: HTMLElement): AbortControl {
  const { store } = view;
  const target = computed((): AbortTarget => {
    void store.revision.value;
    const { actions, traits } = store;
    const at = actions.rowOf.get(id.value);
    const name = detail.value?.name || (at === undefined ? "" : actions.name[at]!) || id.value;
    const phase = detail.value ? phaseOf(detail.value.phase) : at === undefined ? 0 : actions.phase[at]!;
    const isTrace = detail.value?.kind === "trace";
    return {
      id: id.value,
      terminal: isTerminal(phase) || traits.is_terminal.value,
      // The run has a button of its own, and a trace is over once it is known.
      known: phase !== 0 && id.value !== ROOT && detail.value !== null && !isTrace,
      name,
      title: [
        "Abort ",
        h("span", { dir: "auto" }, name),
        " ",
        h("span", { class: "fw-mono" }, id.value),
        "?",
      ],
      effect: effectOf(view, id.value),
    };
  });
  return new AbortControl(view, target, "Abort action", (mode) => {
    row.dataset.abort = mode;
  });
}

/** What it does to others: "Its 2 active children will stop, too. Its parent gets an error." Only what is so. */
function effectOf({ store }: View, id: string): string {
  const relations = relationsOf(store.actions, id);
  if (!relations) return "";
  const active = relations.children.reduce((sum, [phase, n]) => sum + (isActive(phase) ? n : 0), 0);
  const children = active === 1 ? "Its active child" : `Its ${grouped(active)} active children`;
  return [active > 0 && `${children} will stop, too.`, relations.parent && "Its parent gets an error."]
    .filter(Boolean)
    .join(" ");
}

/** Who aborted it, when and why: "by ada, 14:34:11: loss is NaN"; "" where it was not aborted. */
export function abortWords(view: View, { detail }: Subject): string {
  const now = detail.value;
  if (!now?.abort) return "";
  const { action, state } = view.store.traits.abort_state.value;
  const isMine = action === now.id && (state === "accepted" || state === "aborted");
  const who = isMine ? "by you" : now.abort.by && `by ${now.abort.by}`;
  const when = now.endMs === null ? "" : wallClock(now.endMs);
  const head = [who, when].filter(Boolean).join(", ");
  return [head, now.abort.reason].filter(Boolean).join(": ");
}
