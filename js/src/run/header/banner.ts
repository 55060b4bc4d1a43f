// What is wrong, in a row under the header: the backend, the kernel, the user's own observer, a part of this view.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { ago, sentences, wallClock } from "../../core/format";
import { IN_KERNEL } from "../../core/protocol";
import { copyButton } from "../../ui/copy";
import { h, prose, setAttribute, setText } from "../../ui/dom";
import { type IconName, icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";

interface Notice {
  tone: "warn" | "plain" | "danger";
  icon: IconName;
  strong: string;
  text: string;
  button: "Retry now" | "Dismiss" | "";
}

/** `faults`: what broke in this view, by the part's name. */
export function mountBanner(
  view: View,
  parent: HTMLElement,
  faults: ReadonlySignal<ReadonlyMap<string, string>>,
): void {
  const { store } = view;
  const { traits } = store;
  const dismissed = signal<unknown>(null);
  const retrying = signal(false);

  const row = (read: () => Notice | null, press?: () => void, line?: HTMLElement): void => {
    const mark = h("span", { class: "fw-banner-mark" });
    const strong = h("strong");
    const text = h("span", { class: "fw-banner-text" });
    const button = h("button", { class: "fw-button" });
    const banner = h(
      "div",
      { class: "fw-banner" },
      mark,
      h("div", { class: "fw-banner-words" }, strong, text, ...(line ? [line] : [])),
      button,
    );
    parent.append(banner);
    let drawn: string | undefined;
    const draw = (): void => {
      const now = read();
      setAttribute(banner, "hidden", now ? null : "");
      if (!now) return;
      banner.dataset.tone = now.tone;
      setAttribute(banner, "role", now.tone === "danger" ? "alert" : "status");
      if (mark.dataset.icon !== now.icon) mark.replaceChildren(icon(now.icon));
      mark.dataset.icon = now.icon;
      setText(strong, now.strong);
      if (drawn !== now.text) text.replaceChildren(...prose(now.text));
      drawn = now.text;
      setText(button, now.button);
      setAttribute(button, "hidden", now.button ? null : "");
    };
    if (press) button.addEventListener("click", press, { signal: view.signal });
    view.effect(draw);
    view.everyTick(1_000, draw);
  };

  row(
    () => backendTrouble(view, retrying.value),
    () => {
      if (retrying.value) return;
      retrying.value = true;
      // A refusal shows in `connection`, as the failed try itself does.
      const done = () => {
        retrying.value = false;
      };
      store.retry().then(done, done);
    },
  );
  row(() => notLive(view), undefined, reattachLine(view));
  row(() => withoutHistory(view));
  row(
    () => {
      const error = traits.error.value;
      if (!error || dismissed.value === error) return null;
      return {
        tone: "danger",
        icon: "warning",
        strong: "",
        text: sentences(error.message, error.hint),
        button: "Dismiss",
      };
    },
    () => {
      dismissed.value = traits.error.value;
    },
  );
  row(
    () => {
      const text = store.notice.value;
      return text ? { tone: "plain", icon: "info", strong: "", text, button: "Dismiss" } : null;
    },
    () => {
      store.notice.value = "";
    },
  );
  row(() => {
    const broken = [...faults.value].map(([name, message]) => `The ${name} stopped: ${message}`);
    if (store.fault.value) broken.push(store.fault.value);
    if (broken.length === 0) return null;
    return { tone: "danger", icon: "warning", strong: "", text: broken.join(" "), button: "" };
  });
}

function backendTrouble(view: View, retrying: boolean): Notice | null {
  const { store } = view;
  const { connection, host, phase, is_terminal } = store.traits;
  const { state, lastMs, nextTryMs, message, hint } = connection.value;
  const refused =
    state === "forbidden" || state === "login_needed" || state === "failed" || state === "not_found";
  // With nothing read yet, a refusal has the whole view for itself.
  const shown = state === "reconnecting" || (refused && phase.value !== "");
  if (!shown || !store.kernelAlive.value || is_terminal.value) return null;
  const what = message || `${host.value || "The backend"} does not answer.`;
  const asOf = lastMs === null ? "" : `Shown as of ${wallClock(lastMs)}`;
  const waitMs = nextTryMs === null ? null : nextTryMs - store.clockMs();
  const next =
    retrying || (waitMs !== null && waitMs <= 0)
      ? "trying now"
      : waitMs === null
        ? ""
        : `next try in ${ago(waitMs + 999)}`;
  const status = [asOf, asOf ? next : next.charAt(0).toUpperCase() + next.slice(1)]
    .filter(Boolean)
    .join(", ");
  return {
    tone: "warn",
    icon: "warning",
    strong: "",
    text: sentences(what, status && `${status}.`, hint),
    button: "Retry now",
  };
}

/** The kernel is gone, or is not heard. */
function notLive(view: View): Notice | null {
  const { kernel, traits } = view.store;
  const state = kernel.state.value;
  if (state === "alive" || traits.is_terminal.value) return null; // at the end all is told, nothing is missed
  const seenMs = view.store.nowMs();
  const known = traits.phase.value !== "";
  const what = {
    gone: "The kernel is gone",
    cut: "No connection to the kernel",
    silent: `No word from the kernel since ${wallClock(kernel.heardMs.value)}`,
  }[state];
  const then = {
    gone: "To watch it again, run the cell once more, or",
    cut: "This view goes on once the page is connected again; after a restart, run the cell once more, or",
    silent: "This view goes on once it answers; after a restart, run the cell once more, or",
  }[state];
  const ended = tookBackend(view);
  return {
    tone: "plain",
    icon: "unlink",
    strong: ended
      ? `${what}, and the backend that was in it.`
      : `${what}${known ? "; the run goes on." : "."}`,
    text: `${seenMs ? `As of ${wallClock(seenMs)}. ` : ""}${ended ? BEGIN_AGAIN : then}`,
    button: "",
  };
}

const BEGIN_AGAIN = "To begin again, run the notebook's cells from the start.";

/** Whether the backend was in the kernel, and ended with it: nothing finds the run any more. */
function tookBackend({ store }: View): boolean {
  return store.kernel.state.value === "gone" && store.traits.source.value === IN_KERNEL;
}

/** Phases in which a task has been tried, unless its result came from elsewhere. */
const TRIED: readonly string[] = ["succeeded", "failed", "timed_out"];

/** The run has ended, was read, and nothing is told of any attempt: the rest of the view has only its status. */
function withoutHistory({ store }: View): Notice | null {
  const { root, host, connection } = store.traits;
  const { kind, phase, cache, attempts } = root.value ?? { attempts: [] };
  const gone = attempts.length === 0 && kind === "task" && cache !== "hit" && TRIED.includes(phase ?? "");
  if (!gone || connection.value.state !== "ended") return null;
  return {
    tone: "plain",
    icon: "info",
    strong: "No history.",
    text:
      `${host.value || "The backend"} tells when this run began and how it ended. Its phases, errors and events are ` +
      "older than what is kept there, or were never recorded. A notebook that was saved in time still shows them.",
    button: "",
  };
}

/** Python that watches the run again, to be copied. */
function reattachLine(view: View): HTMLElement {
  const { reference } = view.store.traits;
  const code = h("code", { class: "fw-code" });
  view.effect(() => setText(code, reference.value));
  const copy = copyButton(view, "Copy this line", () => reference.value);
  const line = h("span", { class: "fw-banner-line" }, code, copy);
  view.effect(() => {
    line.hidden = tookBackend(view);
  });
  return line;
}
