// The progress strip and its counts. "n failed" leads from one failure to the next.

import { grouped, plural } from "../../core/format";
import { Phase } from "../../core/phases";
import { dotted, h, setAttribute } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { nextFailure } from "../timeline/rows/failures";
import { Tree } from "../timeline/rows/tree";
import { type Count, reported, type Tally, tally, words } from "./counts";

export function mountStrip(view: View, band: HTMLElement): void {
  const { store, ui } = view;
  const strip = h("div", { class: "fw-strip", role: "img" });
  const text = h("div", { class: "fw-counts" });
  const failed = h("button", { class: "fw-failures", title: "Show the next failure" });
  band.append(h("div", { class: "fw-progress" }, strip, text));

  view.effect(() => {
    const sums = tally(store.traits.counts.value);
    const over = store.traits.is_terminal.value;
    const brief = ui.slim.value;
    setAttribute(band, "data-empty", sums.total === 0 ? "" : null);
    drawStrip(strip, sums);
    const parts = reported(sums, over, brief).map((count) => {
      if (count.phase !== Phase.Failed) return h("span", {}, words(count));
      failed.replaceChildren(words(count));
      return failed;
    });
    const done = h(
      "span",
      {},
      h("strong", {}, grouped(sums.done)),
      ` of ${brief ? grouped(sums.total) : plural(sums.total, "action")} done`,
    );
    // The button must not lose the focus when a count changes beside it.
    const focused = failed.getRootNode() instanceof ShadowRoot && failed.matches(":focus");
    text.replaceChildren(...(sums.total ? dotted([done, ...parts]) : []));
    if (focused) failed.focus({ preventScroll: true });
  });

  failed.addEventListener(
    "click",
    () => {
      const { actions } = store;
      const selected = actions.rowOf.get(store.traits.selected.peek()) ?? -1;
      const row = nextFailure(actions, new Tree(actions), selected, 1);
      if (row < 0) return;
      const id = actions.id[row]!;
      store.select(id);
      ui.detailsOpen.value = true;
      ui.reveal.value = { id };
    },
    { signal: view.signal },
  );
}

/** A part a phase, as long as it has actions. */
export function drawStrip(strip: HTMLElement, sums: Tally): void {
  const fills = sums.parts.map(({ phase, n }: Count) => {
    const fill = h("span", { class: "fw-fill", "data-phase": phase });
    fill.style.flexGrow = String(n);
    return fill;
  });
  strip.replaceChildren(...fills);
  setAttribute(strip, "aria-label", sums.parts.map(words).join(", ") || "No actions yet");
}
