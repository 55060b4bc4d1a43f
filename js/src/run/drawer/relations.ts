// Where the action stands in the run: who started it, in which group, and what became of what it started. Of a condition
// also until when it waits, and for what.

import type { Actions } from "../../core/actions";
import { grouped, wallClock } from "../../core/format";
import { label } from "../../core/phases";
import type { ConditionInfo } from "../../core/protocol";
import { h } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { inReadingOrder } from "../timeline/rows/words";
import { countPhases } from "../timeline/time/strip";
import { tinted } from "./attempts";

export interface Relations {
  parent: { id: string; name: string } | null;
  group: string;
  /** Direct children by phase, in reading order. */
  children: [phase: number, count: number][];
}

/** Null for an action that is not in the list. */
export function relationsOf(actions: Actions, id: string): Relations | null {
  const row = actions.rowOf.get(id);
  if (row === undefined) return null;
  const up = actions.parent[row]!;
  const parent = up < 0 ? null : { id: actions.id[up]!, name: actions.name[up] || actions.id[up]! };
  const children = inReadingOrder(countPhases(actions, childrenOf(actions, row)));
  return { parent, group: actions.group[row] ?? "", children };
}

function* childrenOf({ parent, count }: Actions, of: number): Generator<number> {
  for (let row = 0; row < count; row++) if (parent[row] === of) yield row;
}

export class RelationsList {
  readonly element = h("dl", { class: "fw-relations" });
  #key = "";

  constructor(private readonly view: View) {}

  update(id: string, condition: ConditionInfo | null): void {
    const relations = relationsOf(this.view.store.actions, id);
    const { deadlineMs = null, type = "" } = condition ?? {};
    const key = JSON.stringify([relations, deadlineMs, type]);
    if (key === this.#key) return;
    this.#key = key;
    const rows: HTMLElement[] = [];
    const add = (name: string, ...value: (Node | string)[]) =>
      rows.push(h("dt", {}, name), h("dd", {}, ...value));
    const { parent, group, children } = relations ?? { parent: null, group: "", children: [] };
    if (deadlineMs !== null) add("Times out", wallClock(deadlineMs));
    if (type) add("Answer", h("span", { class: "fw-mono" }, type));
    if (parent) add("Parent", this.#parentLink(parent));
    if (group) add("Group", h("span", { dir: "auto" }, group));
    if (children.length > 0) {
      const total = children.reduce((sum, [, n]) => sum + n, 0);
      const kinds = children.map(([phase, n]) =>
        h("span", { class: "fw-kind" }, tinted(phase, 10), `${grouped(n)} ${label(phase).toLowerCase()}`),
      );
      add("Children", h("b", {}, grouped(total)), ...kinds);
    }
    this.element.replaceChildren(...rows);
    this.element.hidden = rows.length === 0;
  }

  #parentLink({ id, name }: NonNullable<Relations["parent"]>): HTMLButtonElement {
    const { store, ui } = this.view;
    const button = h("button", { class: "fw-link fw-link-button", dir: "auto", title: `Show ${name}` }, name);
    button.addEventListener("click", () => {
      store.select(id);
      ui.reveal.value = { id };
    });
    return button;
  }
}
