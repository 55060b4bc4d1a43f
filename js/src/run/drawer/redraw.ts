// A panel whose nodes are made anew when what it tells has changed, and only then: a text that is being selected stays,
// and so does its scroll.
import type { View } from "../../ui/view-state";
import type { Subject } from "./subject";
import type { TabFacts } from "./tab";

/** `read` gives what the nodes depend on. */
export function redrawn<T>(
  view: View,
  panel: HTMLElement,
  { id, detail, attempt }: Subject,
  read: (facts: TabFacts) => T,
  draw: (facts: T) => HTMLElement[],
): void {
  let drawn = "";
  view.effect(() => {
    if (!detail.value) return;
    const facts = read({ detail: detail.value, attempt: attempt.value });
    const key = JSON.stringify([id.value, facts]);
    if (key === drawn) return;
    drawn = key;
    panel.replaceChildren(...draw(facts));
  });
}
