// A desktop notification when the run ends, well or not, and for each condition that begins to wait for a person, where
// it is wished for. Nobody is asked for leave before they wish for it. Where the browser gives none, the menu says so.
// State: the UI's; it does not outlive the page.
import { signal } from "@preact/signals-core";
import { duration, plural } from "../../core/format";
import { label, NEEDS_ANSWER, Phase, phaseOf } from "../../core/phases";
import type { WaitingCondition } from "../../core/protocol";
import { h, setText } from "../../ui/dom";
import type { View } from "../../ui/view-state";

const PROMPT_LETTERS = 200;

type Leave = NotificationPermission | "missing";

/** Frames of other hosts, as VS Code's, have it denied without a question. */
const leave = (): Leave => (typeof Notification === "undefined" ? "missing" : Notification.permission);

const WORDS: Readonly<Record<Leave, string>> = {
  default: "Notify me when it ends or needs an answer",
  granted: "Notify me when it ends or needs an answer",
  denied: "Notifications are blocked here, by the browser or by the frame around this page",
  missing: "This browser has no notifications",
};

/** The wish, for a menu; not there once the run is over. */
export function notifyChoice(view: View): HTMLElement {
  const { store, ui } = view;
  const { is_terminal } = store.traits;
  const input = h("input", { type: "checkbox" });
  const words = h("span");
  const choice = h("label", { class: "fw-choice fw-notify" }, input, words);
  const given = signal(leave());
  input.addEventListener(
    "change",
    () => {
      ui.notify.value = input.checked;
      if (!input.checked || given.peek() !== "default") return;
      Notification.requestPermission().then((answer) => {
        given.value = answer;
        if (answer !== "granted") ui.notify.value = false; // also where the question was only put away
      });
    },
    { signal: view.signal },
  );
  view.effect(() => {
    const refused = given.value === "denied" || given.value === "missing";
    if (refused) ui.notify.value = false;
    input.checked = ui.notify.value;
    input.disabled = refused;
    setText(words, WORDS[given.value]);
    choice.hidden = is_terminal.value;
  });
  // It may be changed in the browser's settings.
  view.everyTick(2_000, () => {
    given.value = leave();
  });
  return choice;
}

/** Keeps the promise. */
export function mountNotify(view: View): void {
  const { ui, store } = view;
  const { is_terminal, waiting } = store.traits;
  const notified = new Set<string>();
  view.effect(() => {
    for (const condition of waiting.value) {
      if (ui.notify.peek() && !notified.has(condition.id)) show(view, asking(view, condition));
      notified.add(condition.id);
    }
  });
  view.effect(() => {
    if (!is_terminal.value || !ui.notify.peek()) return;
    ui.notify.value = false; // one, not ten
    show(view, ending(view));
  });
}

interface News {
  title: string;
  body: string;
  tag: string;
}

function show({ frame }: View, { title, body, tag }: News): void {
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    window.focus();
    frame.scrollIntoView({ block: "nearest" });
    shown.close();
  };
}

/** Notifications of one tag are one. */
function tagOf({ store }: View, ...more: string[]): string {
  const { project, domain, run_name } = store.traits;
  return ["flyte-widgets", project.peek(), domain.peek(), run_name.peek(), ...more].join("/");
}

/** "etl.pipeline needs an answer" and "r4p2bdpt7f · Deploy model v14 to production?". */
function asking(view: View, { id, name, prompt }: WaitingCondition): News {
  const { task_name, run_name } = view.store.traits;
  return {
    title: `${task_name.peek() || run_name.peek()} ${NEEDS_ANSWER}`,
    body: `${run_name.peek()} · ${prompt.slice(0, PROMPT_LETTERS) || name}`,
    tag: tagOf(view, id),
  };
}

/** "etl.pipeline failed" and "r4p2bdpt7f · after 4m 06s · 3 actions failed". */
function ending(view: View): News {
  const { task_name, run_name, phase, counts, started_ms, ended_ms } = view.store.traits;
  const [startMs, endMs] = [started_ms.peek(), ended_ms.peek()];
  const failed = Object.entries(counts.peek()).find(([value]) => phaseOf(value) === Phase.Failed)?.[1] ?? 0;
  return {
    title: `${task_name.peek() || run_name.peek()} ${label(phaseOf(phase.peek())).toLowerCase()}`,
    body: [
      run_name.peek(),
      startMs !== null && endMs !== null && `after ${duration(endMs - startMs)}`,
      failed > 0 && `${plural(failed, "action")} failed`,
    ]
      .filter(Boolean)
      .join(" · "),
    tag: tagOf(view),
  };
}
