// One desktop notification when the run ends, well or not, where it is wished for. Nobody is asked for leave before they
// wish for it, and where the browser gives none this is said. State: the UI's; it does not outlive the page.
import { signal } from "@preact/signals-core";
import { duration, plural } from "../../core/format";
import { label, Phase, phaseOf } from "../../core/phases";
import { h, setText } from "../../ui/dom";
import type { View } from "../../ui/view-state";

type Leave = NotificationPermission | "missing";

/** Frames of other hosts, as VS Code's, have it denied without a question. */
const leave = (): Leave => (typeof Notification === "undefined" ? "missing" : Notification.permission);

const WORDS: Readonly<Record<Leave, string>> = {
  default: "Notify me when it ends",
  granted: "Notify me when it ends",
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
  const { store, ui } = view;
  view.effect(() => {
    if (!store.traits.is_terminal.value || !ui.notify.peek()) return;
    ui.notify.value = false; // one, not ten
    const { title, body, tag } = ending(view);
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      window.focus();
      view.frame.scrollIntoView({ block: "nearest" });
      shown.close();
    };
  });
}

/** "etl.pipeline failed" and "r4p2bdpt7f · after 4m 06s · 3 actions failed". Notifications of one tag are one. */
function ending({ store }: View): { title: string; body: string; tag: string } {
  const { task_name, run_name, project, domain, phase, counts, started_ms, ended_ms } = store.traits;
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
    tag: ["flyte-widgets", project.peek(), domain.peek(), run_name.peek()].join("/"),
  };
}
