// What is wrong, in a row under the header: the backend, the kernel, the user's own observer, a part of this view.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { ago, sentences, wallClock } from "../../core/format";
import { IN_KERNEL } from "../../core/protocol";
import { Band, type BandContent } from "../../ui/band";
import { copyButton } from "../../ui/copy";
import { h, prose, setText } from "../../ui/dom";
import type { IconName } from "../../ui/icons";
import type { View } from "../../ui/view-state";

type Says = Omit<BandContent, "key" | "name" | "whole" | "sentence" | "mark"> & {
  icon: IconName;
  strong?: string;
  text: string;
};

/** `faults`: what broke in this view, by the part's name. */
export function mountErrorBands(
  view: View,
  parent: HTMLElement,
  faults: ReadonlySignal<ReadonlyMap<string, string>>,
): void {
  const { store } = view;
  const { traits } = store;
  const dismissed = signal<unknown>(null);
  const retrying = signal(false);

  const row = (name: string, read: () => Says | null, more?: HTMLElement): void => {
    const band = new Band(view);
    parent.append(band.element);
    const draw = (): void => {
      const now = read();
      if (!now) {
        band.update(null);
        return;
      }
      const { icon, strong, text, ...rest } = now;
      const sentence = [
        ...(strong ? [h("strong", {}, strong)] : []),
        ...prose(text),
        ...(more ? [more] : []),
      ];
      band.update({
        ...rest,
        urgent: rest.tone === "danger",
        key: name,
        name,
        whole: true,
        mark: { icon },
        sentence,
      });
    };
    view.effect(draw);
    view.everyTick(1_000, draw);
  };

  row("Connection to the backend", () => {
    const retry = (): void => {
      if (retrying.value) return;
      retrying.value = true;
      // A refusal shows in `connection`, as the failed try itself does.
      const done = () => {
        retrying.value = false;
      };
      store.retry().then(done, done);
    };
    return backendError(view, retrying.value, retry);
  });
  row("What is not known", () => limits(view));
  row("Connection to the kernel", () => notLive(view), reattachLine(view));
  row("No history", () => withoutHistory(view));
  row("Error of the widget", () => {
    const error = traits.error.value;
    if (!error || dismissed.value === error) return null;
    const dismiss = (): void => {
      dismissed.value = error;
    };
    return { tone: "danger", icon: "warning", text: sentences(error.message, error.hint), dismiss };
  });
  row("Note", () => {
    const text = store.notice.value;
    const dismiss = (): void => {
      store.notice.value = "";
    };
    return text ? { tone: "plain", icon: "info", text, dismiss } : null;
  });
  row("Fault of this view", () => {
    const broken = [...faults.value].map(([name, message]) => `The ${name} stopped: ${message}`);
    if (store.fault.value) broken.push(store.fault.value);
    return broken.length ? { tone: "danger", icon: "warning", text: broken.join(" ") } : null;
  });
}

function backendError(view: View, retrying: boolean, retry: () => void): Says | null {
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
    text: sentences(what, status && `${status}.`, hint),
    actions: [{ id: "retry", label: "Retry now", kind: "button", disabled: retrying, press: retry }],
  };
}

/** The run is followed, but not all can be known: a call is refused, or the stream loses updates. */
function limits({ store }: View): Says | null {
  const { connection, is_terminal } = store.traits;
  const { state, message, hint } = connection.value;
  const shown = message !== "" && (state === "live" || state === "polling");
  if (!shown || !store.kernelAlive.value || is_terminal.value) return null;
  return { tone: "plain", icon: "info", text: sentences(message, hint) };
}

/** The kernel is gone, or is not heard. */
function notLive(view: View): Says | null {
  const { kernel, traits } = view.store;
  const state = kernel.state.value;
  if (state === "alive" || traits.is_terminal.value) return null; // at the end all is told, nothing is missed
  const seenMs = view.store.nowMs();
  const known = traits.phase.value !== "";
  const what = {
    gone: "The kernel is gone",
    cut: "No connection to the kernel",
    silent: `No word from the kernel since ${wallClock(kernel.answeredMs.value)}`,
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
function withoutHistory({ store }: View): Says | null {
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
  };
}

/** Python that watches the run again, to be copied. */
function reattachLine(view: View): HTMLElement {
  const { reference } = view.store.traits;
  const code = h("code", { class: "fw-code" });
  view.effect(() => setText(code, reference.value));
  const copy = copyButton(view, "Copy this line", () => reference.value);
  const line = h("span", { class: "fw-reference" }, code, copy);
  view.effect(() => {
    line.hidden = tookBackend(view);
  });
  return line;
}
