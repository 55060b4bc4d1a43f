// The Logs tab: the log of the chosen attempt, live, for as long as somebody looks at it.
import { computed, effect, type ReadonlySignal, untracked } from "@preact/signals-core";
import { plural, wallClock } from "../../../core/format";
import type { RequestError } from "../../../core/requests";
import { copyText } from "../../../ui/copy";
import { isTyping } from "../../../ui/dom";
import type { View } from "../../../ui/view-state";
import type { Subject } from "../subject";
import { plainText } from "./ansi";
import { type Facts, LogPane } from "./log-pane";
import type { Line } from "./log-window";
import css from "./logs.css";
import { runningSince } from "./tab";
import { createSettings, LogToolbar } from "./toolbar";

const FIND_AFTER_MS = 150;
const FIND_AGAIN_MS = 1_000;
const TICK_MS = 1_000;
/** A long log takes its time. */
const SAVE_MS = 600_000;

export function mountLogs(
  view: View,
  panel: HTMLElement,
  subject: Subject,
  shown: ReadonlySignal<boolean>,
): void {
  view.style(css);
  const { store, ui } = view;
  panel.classList.add("fw-log");
  const settings = createSettings(ui.narrow.peek());
  let pane: LogPane | null = null;

  /** Changes only where another log is meant. */
  const key = computed(() =>
    shown.value ? `${subject.id.value}\n${subject.attempt.value?.attempt ?? 0}` : "",
  );
  const facts = (): Facts | null => {
    const [detail, attempt] = [subject.detail.peek(), subject.attempt.peek()];
    if (!detail || !attempt) return null;
    return {
      action: detail.id,
      attempt: attempt.attempt,
      runningMs: runningSince(attempt.transitions),
      endedMs: attempt.endMs,
      consoleUrl: detail.consoleUrl,
      name: detail.name,
    };
  };

  const tell = (words: string): void => view.announce(words, true);
  const failed = (error: RequestError): void => {
    store.notice.value = [error.message, error.hint].filter(Boolean).join(" ");
  };
  const save = (): void => {
    if (!pane) return;
    const { action, attempt } = pane.log;
    store
      .request("save_log", { action, attempt }, { timeoutMs: SAVE_MS })
      .then(({ payload }) => {
        const { path, lines } = payload;
        store.notice.value = `The log is in the file ${path}, beside the notebook: ${plural(lines, "line")}.`;
      })
      .catch(failed);
  };
  const copy = (): void => {
    if (!pane) return;
    const chosen = selectionIn(panel);
    const done = (text: string): Promise<void> =>
      copyText(text, toolbar.element).then((copied) =>
        tell(copied ? "Copied" : "The browser did not let it be copied"),
      );
    if (chosen) void done(chosen);
    else pane.log.all().then((lines) => done(asText(lines, settings.times.peek())), failed);
  };
  const step = (by: 1 | -1): void => {
    const found = settings.found.peek();
    if (!found || found.lines.length === 0) return;
    const at = (found.at + by + found.lines.length) % found.lines.length;
    settings.found.value = { ...found, at };
    pane?.reveal(found.lines[at]!);
  };
  const toolbar = new LogToolbar(view, settings, { step, copy, save, follow: () => pane?.follow() });
  panel.append(toolbar.element);

  view.effect(() => {
    const isWanted = key.value !== "";
    pane?.close();
    pane = null;
    const about = isWanted ? facts() : null;
    if (!about) return;
    settings.following.value = true;
    settings.found.value = null;
    pane = new LogPane(view, about, settings, save);
    panel.append(pane.element);
    toolbar.canFollow = true;
    watchEnd(pane);
  });
  view.signal.addEventListener("abort", () => pane?.close());
  view.everyTick(TICK_MS, () => pane?.tick());

  function watchEnd(now: LogPane): void {
    const stop = effect(() => {
      const state = now.log.news.value?.state;
      toolbar.canFollow = state !== "ended" && state !== "gone" && state !== "no_logs";
      if (now !== pane) queueMicrotask(() => stop());
    });
  }

  // From the log to the timeline, and back.
  panel.addEventListener(
    "pointermove",
    ({ clientY, pointerType }) => {
      ui.crosshairMs.value = pointerType === "touch" ? null : (pane?.timeAt(clientY) ?? null);
    },
    { passive: true, signal: view.signal },
  );
  const leave = (): void => {
    ui.crosshairMs.value = null;
  };
  panel.addEventListener("pointerleave", leave, { signal: view.signal });
  view.effect(() => {
    if (!shown.value) leave();
  });
  view.effect(() => {
    const moment = ui.moment.value;
    if (!moment) return;
    ui.moment.value = null;
    // A click that chose another action shows that log as ever: followed, or its end.
    const isShown = untracked(() => key.value !== "" && moment.id === subject.id.value);
    if (!isShown || !pane?.log.news.peek()) return;
    const { log } = pane;
    store
      .request("line_at_time", { action: log.action, attempt: log.attempt, atMs: moment.atMs })
      .then(({ payload }) => {
        if (pane?.log === log) pane.reveal(payload);
      })
      .catch(() => undefined); // an action without a log
  });

  // A search is the kernel's: it has all lines. It is asked again while lines come.
  let timer: ReturnType<typeof setTimeout> | undefined;
  let searched = { query: "", total: -1, key: "" };
  const search = (): void => {
    const text = settings.query.peek();
    if (!text || !pane) return;
    const { log } = pane;
    searched = { query: text, total: log.total, key: log.key };
    store
      .request("find_in_log", { action: log.action, attempt: log.attempt, text })
      .then(({ payload: { lines, isCut } }) => {
        if (settings.query.peek() !== text || pane?.log !== log) return;
        const before = settings.found.peek();
        const line = before?.lines[before.at];
        const at = line === undefined ? -1 : lines.indexOf(line);
        settings.found.value = { lines, at, isCut };
      })
      .catch(failed);
  };
  view.effect(() => {
    const query = settings.query.value;
    void key.value;
    const total = pane?.log.news.value?.total ?? 0;
    clearTimeout(timer);
    if (!query) {
      settings.found.value = null;
      searched = { query: "", total: -1, key: "" };
      return;
    }
    const isSame = searched.query === query && searched.key === pane?.log.key;
    if (isSame && searched.total === total) return;
    timer = setTimeout(search, isSame ? FIND_AGAIN_MS : FIND_AFTER_MS);
  });
  view.signal.addEventListener("abort", () => clearTimeout(timer));

  panel.addEventListener(
    "keydown",
    (event) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = {
        "/": () => toolbar.find(),
        w: () => {
          settings.wrap.value = !settings.wrap.peek();
        },
        t: () => {
          settings.times.value = !settings.times.peek();
        },
        End: () => pane?.follow(),
      }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      act();
      event.preventDefault();
      event.stopPropagation();
    },
    { signal: view.signal },
  );
}

/** The lines as they are seen. */
function asText(lines: readonly Line[], withTimes: boolean): string {
  return lines
    .map(({ atMs, text }) => (withTimes && atMs !== null ? `${wallClock(atMs)}  ` : "") + plainText(text))
    .join("\n");
}

function selectionIn(panel: HTMLElement): string {
  const root = panel.getRootNode() as ShadowRoot & { getSelection?: () => Selection | null };
  const selection = root.getSelection?.() ?? document.getSelection();
  if (!selection || selection.isCollapsed || !panel.contains(selection.anchorNode)) return "";
  return selection.toString();
}
