// The progress strip and its counts. "n failed" leads from one failure to the next.

import { grouped, plural } from "../../core/format";
import { Phase } from "../../core/phases";
import { dotted, h, setAttribute, setText } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { censusIn } from "../census";
import { nextFailed } from "../timeline/rows/failures";
import { Tree } from "../timeline/rows/tree";
import { type Count, reported, type Tally, tally, words } from "./counts";

export function mountStrip(view: View, band: HTMLElement): void {
  const { store, ui } = view;
  const strip = h("div", { class: "fw-strip", role: "img" });
  const text = h("div", { class: "fw-counts" });
  const failed = h("button", { class: "fw-failures", title: "Show the next failure" });
  const retried = h("button", { class: "fw-retries", title: "Show the next action that was tried again" });
  const census = censusIn(store);
  band.append(h("div", { class: "fw-progress" }, strip, text));

  view.effect(() => {
    const sums = tally(store.traits.counts.value);
    const over = store.traits.is_terminal.value;
    const brief = ui.compact.value;
    setAttribute(band, "data-empty", sums.total === 0 ? "" : null);
    drawStrip(strip, sums);
    const parts = reported(sums, over, brief).map((count) => {
      if (count.phase !== Phase.Failed) return h("span", {}, words(count));
      failed.replaceChildren(words(count));
      return failed;
    });
    const { failedAttempts } = census.value;
    setText(retried, `${plural(failedAttempts, "attempt")} failed`);
    if (failedAttempts > 0) parts.push(retried);
    const all = brief ? grouped(sums.total) : plural(sums.total, "action");
    const done = store.traits.is_loading.value
      ? h("span", {}, h("strong", {}, all), " so far, loading")
      : h("span", {}, h("strong", {}, grouped(sums.done)), ` of ${all} done`);
    // The button must not lose the focus when a count changes beside it.
    const focused = [failed, retried].find((button) => button.matches(":focus"));
    text.replaceChildren(...(sums.total ? dotted([done, ...parts]) : []));
    focused?.focus({ preventScroll: true });
  });

  const { signal } = view;
  const selected = () => store.traits.selected.peek();
  const show = (id: string): void => {
    store.select(id);
    ui.detailsOpen.value = true;
    ui.reveal.value = { id };
  };
  const showFailure = (): void => {
    const { actions } = store;
    const row = nextFailed(actions, new Tree(actions), actions.rowOf.get(selected()) ?? -1);
    if (row >= 0) show(actions.id[row]!);
  };
  const showRetry = (): void => {
    const { retried: ids } = census.peek();
    if (ids.length > 0) show(ids[(ids.indexOf(selected()) + 1) % ids.length]!);
  };
  failed.addEventListener("click", showFailure, { signal });
  retried.addEventListener("click", showRetry, { signal });
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
