// The band that asks: what the run waits for, and the answer in its place; then what became of the answer. One condition
// at a time, the one that waits longest first. State: Python's (`waiting`, `answers`), but for which one is shown here.
import { signal } from "@preact/signals-core";
import { ago, duration, wallClock } from "../../core/format";
import { cssName, Phase } from "../../core/phases";
import type { AnswerState, WaitingCondition } from "../../core/protocol";
import { Band, type BandContent } from "../../ui/band";
import { iconButton } from "../../ui/buttons";
import { h, setText } from "../../ui/dom";
import { icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";
import { whyQuiet } from "../kernel-words";
import { Answering, promptOf } from "./answering";
import { AnswerControl } from "./control";
import { inline } from "./markdown";

/** So long it is shown that the answer was taken. */
const ANSWERED_MS = 5_000;
/** An answer takes a few ms; after this long a cell must be in the way. */
const BUSY_AFTER_MS = 250;
const LONG_PROMPT = 90;
const HURRY_MS = 60_000;

export function mountWaiting(view: View, parent: HTMLElement): void {
  const { store, ui } = view;
  const { traits } = store;
  const answering = Answering.of(store);
  const band = new Band(view);
  parent.append(band.element);
  band.element.classList.add("fw-waiting");

  const shownId = signal("");
  const closed = signal<ReadonlySet<string>>(new Set());
  const wrong = signal("");
  /** What was asked here: how those ended is shown. */
  const asked = new Map<string, WaitingCondition>();
  let arrivals = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  view.signal.addEventListener("abort", () => clearTimeout(timer));

  const control = new AnswerControl(
    view,
    (value, label) => {
      answering.send(shownId.peek(), value, label);
      setTimeout(draw, BUSY_AFTER_MS + 5);
    },
    (why) => {
      wrong.value = why;
    },
  );
  band.controls.append(control.element);

  const previous = iconButton("The one before", "chevron-left", 12);
  const next = iconButton("The next one", "chevron-right", 12);
  const place = h("span");
  const pager = h("span", { class: "fw-pager" }, previous, place, next);
  const turn = (by: number): void => {
    const all = traits.waiting.peek();
    const at = all.findIndex(({ id }) => id === shownId.peek());
    shownId.value = all[(at + by + all.length) % all.length]?.id ?? "";
  };
  previous.addEventListener("click", () => turn(-1), { signal: view.signal });
  next.addEventListener("click", () => turn(1), { signal: view.signal });

  const readAll = h("button", { class: "fw-text-link" }, "Read all");
  readAll.addEventListener(
    "click",
    () => {
      ui.detailsTab.value = "answer";
      store.select(shownId.peek());
      ui.reveal.value = { id: shownId.peek() };
      ui.detailsOpen.value = true;
    },
    { signal: view.signal },
  );
  const since = h("span");
  const left = h("span", { class: "fw-time-left" });
  const sentAgo = h("span", { class: "fw-cut" });

  const close = (id: string): void => {
    closed.value = new Set([...closed.peek(), id]);
  };

  /** What is shown: an end that was not seen yet stays, else what waits longest. */
  const choose = (): { waits: WaitingCondition } | { ended: AnswerState } | null => {
    const waiting = traits.waiting.value;
    for (const one of waiting) asked.set(one.id, one);
    const now = waiting.find(({ id }) => id === shownId.value);
    if (now) return { waits: now };
    const ended = answering.remote(shownId.value);
    if (
      ended &&
      asked.has(ended.id) &&
      ["answered", "answered_elsewhere", "timed_out"].includes(ended.state) &&
      !closed.value.has(ended.id)
    ) {
      return { ended };
    }
    if (!waiting[0]) return null;
    arrivals++;
    shownId.value = waiting[0].id;
    return { waits: waiting[0] };
  };

  const tick = (): void => {
    const now = traits.waiting.peek().find(({ id }) => id === shownId.peek());
    if (!now) return;
    const clockMs = store.clockMs();
    const waitedMs = now.sinceMs === null ? null : Math.max(0, clockMs - now.sinceMs);
    setText(since, waitedMs === null ? "waiting" : `waiting ${duration(waitedMs)}`);
    const leftMs = now.deadlineMs === null ? null : Math.max(0, now.deadlineMs - clockMs);
    setText(
      left,
      leftMs === null
        ? ""
        : leftMs === 0
          ? "its time is up"
          : ui.narrow.peek()
            ? `${ago(leftMs)} left`
            : `times out in ${ago(leftMs)}`,
    );
    left.dataset.hurry = String(leftMs !== null && leftMs < HURRY_MS);
    const remote = answering.remote(now.id);
    const ageMs = remote?.atMs == null ? 0 : Math.max(0, clockMs - remote.atMs);
    setText(sentAgo, `${capital(remote?.value ?? "")} sent ${ago(ageMs)} ago`);
  };

  const secondary = (one: WaitingCondition): (Node | string)[] => {
    const count = traits.waiting.value.length;
    const at = traits.waiting.value.findIndex(({ id }) => id === one.id);
    setText(place, `${at + 1} of ${count}`);
    const local = answering.local(one.id);
    if (local?.at === "sent") {
      const quiet =
        Date.now() - local.sinceMs >= BUSY_AFTER_MS && whyQuiet(store.kernel.state.value, store.busy);
      const words = quiet ? `${local.label} sent, waiting for the kernel: ${quiet}` : `${local.label} sent`;
      return [
        h("span", { class: "fw-answer-sent" }, icon("spinner", 12), h("span", { class: "fw-cut" }, words)),
      ];
    }
    if (answering.isSent(one.id)) {
      return [h("span", { class: "fw-answer-sent" }, icon("spinner", 12), sentAgo)];
    }
    if (wrong.value) return [h("span", { class: "fw-answer-wrong", role: "alert" }, wrong.value)];
    const message = answering.failure(one.id);
    if (message) {
      return [
        h(
          "span",
          { class: "fw-answer-wrong", role: "alert", title: message },
          icon("warning", 13),
          h("span", { class: "fw-cut" }, `Not sent: ${message}`),
        ),
      ];
    }
    const isLong = one.prompt.length > LONG_PROMPT || one.description !== "";
    const name = h("span", { class: "fw-mono fw-waiting-name" }, one.name);
    const times = [since, ...(one.deadlineMs === null ? [] : [left])];
    const head = count > 1 ? [pager] : [];
    const names = count > 1 && ui.narrow.value ? [] : [name];
    // What does not fit on the line is cut at its end: rather the name, which is in the timeline, than the button.
    return isLong ? [...head, ...times, readAll, ...names] : [...head, ...names, ...times];
  };

  const asks = (one: WaitingCondition): BandContent => {
    const prompt = promptOf(one);
    control.element.hidden = answering.isSent(one.id);
    control.update(one.id, one.type, prompt, answering.isAway);
    tick();
    return {
      key: `asks ${arrivals}`,
      name: "The run needs an answer",
      tone: "wait",
      mark: { chip: Phase.Paused },
      stacked: true,
      sentence: [h("span", { dir: "auto" }, ...(one.markdown ? inline(prompt) : [prompt]))],
      secondary: secondary(one),
      spoken: `Needs an answer: ${prompt}`,
    };
  };

  const ends = (one: AnswerState): BandContent => {
    control.element.hidden = true;
    const isOurs = one.state === "answered";
    const timedOut = one.state === "timed_out";
    const waitedMs = one.atMs !== null && one.sinceMs !== null ? one.atMs - one.sinceMs : null;
    const when = one.atMs === null ? "" : wallClock(one.atMs);
    const who = one.by ? `${one.by} answered ${one.value}` : `Already answered: ${one.value}`;
    const late = `Nobody answered${waitedMs === null ? " in time" : ` in ${ago(waitedMs)}`}`;
    const parts = [
      h("span", { class: "fw-mono fw-waiting-name" }, one.name),
      timedOut && when ? `timed out ${when}` : when,
      isOurs && waitedMs !== null ? `waited ${duration(waitedMs)}` : "",
    ];
    return {
      key: `ends ${one.id}`,
      name: "An answer",
      tone: "plain",
      mark: timedOut
        ? { glyph: Phase.TimedOut, ink: `var(--fw-ink-${cssName(Phase.TimedOut)})` }
        : { icon: "check" },
      stacked: true,
      sentence: [isOurs ? `You answered ${one.value}` : timedOut ? late : who],
      secondary: parts.filter((part) => part !== ""),
      actions: isOurs ? [] : [{ id: "close", label: "Close", kind: "button", press: () => close(one.id) }],
    };
  };

  let closing = "";
  const draw = (): void => {
    if (view.signal.aborted) return;
    const now = choose();
    if (!now) band.update(null);
    else if ("waits" in now) band.update(asks(now.waits));
    else {
      const { ended } = now;
      band.update(ends(ended));
      if (ended.state === "answered" && closing !== ended.id) {
        closing = ended.id;
        clearTimeout(timer);
        timer = setTimeout(() => close(ended.id), ANSWERED_MS);
      }
    }
  };
  view.effect(draw);
  view.everyTick(1_000, tick);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
