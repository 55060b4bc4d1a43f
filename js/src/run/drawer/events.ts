// What the cluster told of an attempt, and in front of it why the attempt waits.

import { ago, grouped, wallClock } from "../../core/format";
import { Phase } from "../../core/phases";
import type { ClusterEvent } from "../../core/protocol";
import { h } from "../../ui/dom";
import { icon } from "../../ui/icons";
import { tinted } from "./attempts";
import { redrawn } from "./redraw";
import { type DrawerTab, hasRun } from "./tab";
import { phaseNow, type Waiting, waitingOf } from "./why";

export const eventsTab: DrawerTab = {
  id: "events",
  label: () => "Events",
  count: ({ attempt }) => attempt?.events.length ?? 0,
  isThere: (facts) => hasRun(facts) || (facts.attempt?.events.length ?? 0) > 0,
  isFilled: ({ attempt }) => (attempt?.events.length ?? 0) > 0,
  mount(view, panel, subject) {
    panel.tabIndex = 0; // it scrolls, and has nothing in it to tab to
    redrawn(
      view,
      panel,
      subject,
      ({ detail, attempt }) => ({
        events: attempt?.events ?? [],
        waiting: waitingOf(attempt, phaseNow(detail, attempt)),
      }),
      ({ events, waiting }) => eventNodes(events, waiting),
    );
  },
};

function eventNodes(events: readonly ClusterEvent[], waiting: Waiting | null): HTMLElement[] {
  const rows = events.map(drawEvent);
  const list = rows.length
    ? h(
        "div",
        {
          class: "fw-events",
          role: "list",
          "aria-label": "Cluster events",
          // The open-source backend fills times and messages only.
          "data-plain": events.every(({ reason }) => reason === ""),
        },
        ...rows,
      )
    : h("p", { class: "fw-note" }, "No cluster events were reported for this attempt.");
  return waiting ? [callout(waiting), list] : [list];
}

function callout({ waitedMs, text, code }: Waiting): HTMLElement {
  const lead = waitedMs === null ? "Why waiting:" : `Waited ${ago(waitedMs)} for resources:`;
  const words = h(
    "span",
    { title: text + code },
    h("b", {}, lead),
    ` ${text}`,
    code && h("span", { class: "fw-mono" }, code),
  );
  return h("div", { class: "fw-callout" }, tinted(Phase.WaitingForResources, 14), words);
}

function drawEvent({ atMs, reason, message, warning, count }: ClusterEvent): HTMLElement {
  const times = count > 1 ? ` ×${grouped(count)}` : "";
  const mark = h("span", { class: "fw-event-mark" });
  if (warning) mark.append(icon("warning", 14), h("span", { class: "fw-unseen" }, "Warning: "));
  return h(
    "div",
    { class: "fw-event", role: "listitem", "data-warning": warning },
    h("time", { class: "fw-event-time" }, atMs === null ? "–" : wallClock(atMs)),
    mark,
    h("span", { class: "fw-event-reason fw-cut", title: reason }, reason),
    h("span", { class: "fw-event-text fw-cut", dir: "auto", title: message + times }, message + times),
  );
}
