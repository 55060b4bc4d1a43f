// A run in one row, for cells with many runs: phase, task, the line, how many are done, how long. The chevron opens the
// whole view below, in place.
import type { Signal } from "@preact/signals-core";
import { duration, wallClock } from "../core/format";
import { label, Phase } from "../core/phases";
import { iconButton, textButton } from "../ui/buttons";
import { h, setAttribute, setText } from "../ui/dom";
import { chip, icon } from "../ui/icons";
import type { View } from "../ui/view-state";
import { mountCompactAnswer } from "./compact-answer";
import { mountAbort } from "./header/abort";
import { fraction, tally } from "./header/counts";
import { drawStrip } from "./header/strip";
import { nodes, openAction } from "./line";

const TICK_MS = 200;

export function mountCompact(view: View, band: HTMLElement, open: Signal<boolean>): void {
  const { store } = view;
  const { traits } = store;
  const mark = h("span", { class: "fw-compact-mark" });
  const task = h("strong", { class: "fw-cut", dir: "auto" });
  const run = h("span", { class: "fw-mono fw-cut" });
  const line = h("span", { class: "fw-compact-line fw-cut" });
  const strip = h("span", { class: "fw-strip fw-compact-strip", role: "img" });
  const count = h("span", { class: "fw-compact-count" });
  const elapsed = h("span", { class: "fw-compact-elapsed" });
  const logs = textButton("Logs");
  const more = iconButton("Show the whole run", "chevron-down", 12);
  const name = h("span", { class: "fw-compact-name" }, task, run);
  const row = h("div", { class: "fw-header fw-compact" }, mark, name, line, strip, count, elapsed, logs);
  band.append(row);
  mountAbort(view, row, band);
  const answer = mountCompactAnswer(view, open);
  row.append(answer.element, more);

  more.addEventListener(
    "click",
    () => {
      open.value = !open.peek();
    },
    { signal: view.signal },
  );
  logs.addEventListener(
    "click",
    () => {
      const action = traits.summary.peek()?.action;
      open.value = true;
      if (action) openAction(view, action, "logs");
    },
    { signal: view.signal },
  );
  view.effect(() => {
    setAttribute(more, "aria-expanded", String(open.value));
    more.replaceChildren(icon(open.value ? "chevron-up" : "chevron-down", 12));
  });

  let drawn = "";
  view.effect(() => {
    const known = traits.phase.value !== "";
    const isGone = !store.kernelAlive.value && !traits.is_terminal.value;
    const key = known ? `${store.phase} ${isGone}` : traits.connection.value.state;
    if (key !== drawn) {
      const spins = traits.connection.value.state === "connecting";
      mark.replaceChildren(known ? chip(store.phase, 20) : icon(spins ? "spinner" : "warning", 16));
    }
    drawn = key;
    setAttribute(mark, "title", known ? label(store.phase) : null);
    setAttribute(mark, "data-gone", isGone ? "" : null);
    setText(task, traits.task_name.value);
    task.hidden = traits.task_name.value === "";
    setText(run, traits.run_name.value);
    setAttribute(name, "title", [traits.task_name.value, traits.run_name.value].filter(Boolean).join(" "));
    const sums = tally(traits.counts.value);
    drawStrip(strip, sums);
    const asks = answer.words() !== "";
    setAttribute(row, "data-asks", asks ? "" : null);
    strip.hidden = sums.total === 0 || asks;
    setText(count, asks ? "" : fraction(sums));
    logs.hidden = traits.summary.value?.state !== "failed";
  });
  const tick = (): void => {
    const startMs = traits.started_ms.value;
    const isGone = !store.kernelAlive.value && !traits.is_terminal.value;
    const now = store.nowMs();
    setText(elapsed, startMs === null ? "" : duration((traits.ended_ms.value ?? now) - startMs));
    const summary = traits.summary.value;
    if (isGone && traits.phase.value) {
      line.replaceChildren(`last seen ${label(store.phase).toLowerCase()} ${wallClock(now)}`);
    } else if (answer.words()) line.replaceChildren(h("strong", {}, answer.words()));
    else if (summary) line.replaceChildren(...nodes(summary.compact, now));
    else if (!traits.phase.value) {
      const { state, message } = traits.connection.value;
      line.replaceChildren(state === "connecting" ? `reading the run from ${traits.host.value}` : message);
    } else line.replaceChildren(store.phase === Phase.Paused ? "paused" : "");
    setAttribute(line, "title", line.textContent);
  };
  view.effect(tick);
  view.everyTick(TICK_MS, tick);
}
