// Rerun of a finished run: a button where Abort was, the question, then what became of it. State: the UI's, but for
// `rerun_state`, which is Python's.
import { computed, signal } from "@preact/signals-core";
import { grouped } from "../../core/format";
import { Phase, phaseOf } from "../../core/phases";
import { messageOf } from "../../core/requests";
import { h, setAttribute, setText } from "../../ui/dom";
import { icon } from "../../ui/icons";
import { Question } from "../../ui/question";
import type { View } from "../../ui/view-state";
import { countIn, tally } from "../header/counts";
import { whyQuiet } from "../kernel-words";
import { RerunForm } from "./form";
import css from "./rerun.css";

type Way = "recover" | "start" | "inputs";
type Local = { at: "idle" } | { at: "sent"; sinceMs: number } | { at: "failed"; message: string };

const WAYS: Readonly<Record<Way, string>> = {
  recover: "Recover",
  start: "From the start",
  inputs: "Change inputs",
};
const BUSY_AFTER_MS = 250;
const SILENT_AFTER_MS = 600_000;

/** Appends question, note and button to `row`, puts the form below `band`, which shows that the question is open. */
export function mountRerun(view: View, row: HTMLElement, band: HTMLElement): void {
  view.style(css);
  const { store } = view;
  const { traits } = store;
  const way = signal<Way>("start");
  const recovers = signal(false);
  const local = signal<Local>({ at: "idle" });
  const counts = computed(() => {
    const sums = tally(traits.counts.value);
    return { kept: countIn(sums, Phase.Succeeded, Phase.Recovered), all: sums.total };
  });
  /** There is something to take over, and something to do. */
  const ways = computed((): Way[] => {
    const { kept, all } = counts.value;
    if (kept === 0 || kept >= all || phaseOf(traits.phase.value) === Phase.Succeeded)
      return ["start", "inputs"];
    return recovers.value ? ["recover", "start", "inputs"] : ["start", "recover", "inputs"];
  });

  const segmented = h("div", { class: "fw-segmented", role: "radiogroup", "aria-label": "How" });
  const effect = h("span", { class: "fw-rerun-effect" });
  const buttons = new Map<Way, HTMLButtonElement>();
  for (const [id, word] of Object.entries(WAYS) as [Way, string][]) {
    const button = h("button", { role: "radio" }, word);
    const choose = (): void => {
      way.value = id;
    };
    button.addEventListener("click", choose, { signal: view.signal });
    buttons.set(id, button);
  }
  segmented.addEventListener(
    "keydown",
    (event) => {
      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!by) return;
      const there = ways.peek();
      way.value = there[(there.indexOf(way.peek()) + by + there.length) % there.length]!;
      buttons.get(way.peek())!.focus();
      event.preventDefault();
    },
    { signal: view.signal },
  );

  const question = new Question(view, {
    name: "Rerun",
    tone: "ask",
    keep: "Cancel",
    sure: "Start run",
    extra: h("div", { class: "fw-rerun-extra" }, segmented, effect),
    may: () => way.peek() !== "inputs" || form.check(),
    answer: () => send(),
  });
  const form = new RerunForm(view, () => question.answer());
  const words = h("span");
  const note = h("span", { class: "fw-abort-note fw-rerun-words" });
  const button = h("button", { class: "fw-button fw-abort fw-rerun" });
  row.append(question.element, note, button);
  band.after(form.element);

  const read = (): void => {
    form.say("Reading the inputs…");
    store.request("read_rerun", {}, { signal: view.signal }).then(
      ({ payload }) => {
        form.fill(payload.fields);
        recovers.value = payload.recovers;
        if (payload.recovers && way.peek() === "start") way.value = ways.peek()[0]!;
      },
      (error: unknown) => form.say(`Not read: ${messageOf(error)}`),
    );
  };

  const send = (): void => {
    if (local.peek().at === "sent") return; // a double click is one run
    const chosen = way.peek();
    const changed = chosen === "inputs" ? Object.fromEntries(form.changed.peek()) : {};
    local.value = { at: "sent", sinceMs: Date.now() };
    // Each start is a command of its own: when the last one was tells them apart, also after a reload.
    const subject = `${chosen} ${traits.rerun_state.peek().atMs ?? 0}`;
    const recover = chosen === "recover";
    store.command("rerun", subject, { recover, changed }, { timeoutMs: SILENT_AFTER_MS }).then(
      () => {
        local.value = { at: "idle" };
      },
      (error: unknown) => {
        local.value = { at: "failed", message: messageOf(error) };
      },
    );
    setTimeout(draw, BUSY_AFTER_MS + 5);
    button.focus();
  };

  button.addEventListener(
    "click",
    () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      local.value = { at: "idle" };
      way.value = ways.peek()[0]!;
      read();
      question.open(button);
    },
    { signal: view.signal },
  );

  view.effect(() => {
    const there = ways.value;
    const focused = segmented.matches(":focus-within");
    segmented.replaceChildren(...there.map((id) => buttons.get(id)!));
    for (const [id, one] of buttons) {
      setAttribute(one, "aria-checked", String(id === way.value));
      one.tabIndex = id === way.value ? 0 : -1;
    }
    if (focused) buttons.get(way.value)!.focus();
  });
  view.effect(() => {
    const { kept, all } = counts.value;
    const where = `in ${traits.project.value} / ${traits.domain.value}`;
    const effects: Record<Way, string> = {
      recover: recovers.value
        ? `keeps ${grouped(kept)} succeeded, runs ${grouped(all - kept)}, ${where}`
        : `this Flyte may run all ${grouped(all)} again`,
      start: `with the same inputs, ${where}`,
      inputs: form.count > 0 ? `${form.changed.value.size} of ${form.count} changed` : "",
    };
    setText(effect, effects[way.value]);
    setAttribute(effect, "title", effects[way.value]);
    question.say(["Rerun ", h("span", { class: "fw-mono" }, traits.run_name.value)], "");
    form.element.hidden = !question.isOpen.value || way.value !== "inputs";
  });
  view.effect(() => {
    if (!traits.is_terminal.value || !store.kernelAlive.value) question.close(false);
  });

  const draw = (): void => {
    if (view.signal.aborted) return;
    const now = local.value;
    const state = traits.rerun_state.value;
    const known = traits.is_terminal.value && traits.phase.value !== "" && store.kernelAlive.value;
    const isSent = now.at === "sent" || state.state === "requested";
    const message = now.at === "failed" ? now.message : state.state === "failed" ? state.message : "";
    const isSlow =
      now.at === "sent" && state.state !== "requested" && Date.now() - now.sinceMs >= BUSY_AFTER_MS;
    const quiet = isSlow ? whyQuiet(store.kernel.state.value, store.busy) : "";
    const sent = quiet ? `Sent, waiting for the kernel: ${quiet}` : "Sent";
    const text = isSent ? sent : message && `Not started: ${message}`;
    const asking = question.isOpen.value;
    const isBad = !isSent && message !== "";
    band.dataset.rerun = asking ? "confirm" : isSent ? "busy" : isBad ? "failed" : "";
    note.hidden = !known || asking || text === "";
    button.hidden = !known || asking;
    setAttribute(note, "title", text || null);
    setText(words, text);
    setAttribute(words, "role", isBad ? "alert" : null);
    note.dataset.bad = String(isBad);
    note.replaceChildren(icon(isSent ? "spinner" : "warning", 12), words);
    setText(button, isSent ? "Starting…" : isBad ? "Try again" : "Rerun");
    setAttribute(button, "aria-disabled", isSent ? "true" : null);
  };
  view.effect(draw);
}
