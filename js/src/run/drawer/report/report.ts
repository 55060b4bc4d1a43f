// The Report tab: what the task has drawn, as it is now, in a sandbox. Read while it is looked at; kept nowhere.
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { wallClock } from "../../../core/format";
import type { ReportVersion } from "../../../core/protocol";
import type { RequestError } from "../../../core/requests";
import { iconButton, textButton } from "../../../ui/buttons";
import { h, prose, setAttribute, setText } from "../../../ui/dom";
import type { View } from "../../../ui/view-state";
import type { Subject } from "../subject";
import css from "./report.css";
import { READY, sandboxed, webHosts } from "./sandbox";

/** While the task runs, each flush rewrites the report. */
const POLL_MS = 2_000;
/** A page whose policy stops scripts says nothing for so long. */
const READY_MS = 4_000;

interface Shown {
  html: string;
  version: string;
  atMs: number;
}

export function mountReport(
  view: View,
  panel: HTMLElement,
  subject: Subject,
  shown: ReadonlySignal<boolean>,
): void {
  view.style(css);
  const { store } = view;
  panel.classList.add("fw-report");
  const now = signal<Shown | null>(null);
  const newer = signal<Shown | null>(null);
  /** What the shown one would load from the web, and may not. */
  const wanted = signal<readonly string[]>([]);
  const words = signal<{ title: string; text: string; again?: string } | null>(null);
  /** Reports that may load from the web: for as long as this view is there. */
  const allowed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ready: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;

  const dot = h("span", { class: "fw-report-dot" });
  const state = h("span", { class: "fw-report-state" });
  const show = textButton("Show the newer one");
  const refresh = iconButton("Read it again", "retry");
  const open = iconButton("Open in a new tab, in the same sandbox", "open");
  const bar = h("div", { class: "fw-report-bar" }, dot, state, show, refresh, open);
  const web = h("div", { class: "fw-report-web" });
  const load = textButton("Load it");
  const webWords = h("span");
  web.append(webWords, load);
  const box = h("div", { class: "fw-report-box" });
  const title = h("strong");
  const text = h("p");
  const again = h("button", { class: "fw-button" });
  const empty = h("div", { class: "fw-report-empty" }, title, text, again);
  panel.append(bar, web, box, empty);

  const idOf = (): string => `${subject.id.peek()}\n${subject.attempt.peek()?.attempt ?? 0}`;
  /** Changes where another version may be there: of another action, or the last one. */
  const newest = (): string => `${idOf()}\n${subject.attempt.peek()?.endMs ?? ""}`;
  const key = computed(() =>
    shown.value ? `${subject.id.value}\n${subject.attempt.value?.attempt ?? 0}` : "",
  );
  const isLive = (): boolean => {
    const attempt = subject.attempt.peek();
    return attempt !== undefined && attempt.endMs === null && store.moving;
  };

  function read(howeverLarge = false): void {
    const detail = subject.detail.peek();
    const attempt = subject.attempt.peek();
    if (!detail || !attempt || isReading || !store.kernelAlive.peek()) return;
    const [about, before] = [idOf(), newest()];
    isReading = true;
    store
      .request(
        "read_task_report",
        {
          action: detail.id,
          attempt: attempt.attempt,
          version: (newer.peek() ?? now.peek())?.version ?? "",
          howeverLarge,
        },
        { timeoutMs: 120_000 },
      )
      .then(({ payload, buffers: [html] }) => {
        if (about === idOf()) take(payload, html, howeverLarge);
      })
      .catch((error: RequestError) => {
        if (about !== idOf() || now.peek()) return;
        const why = [error.message, error.hint].filter(Boolean).join(" ");
        words.value = { title: "The report was not read", text: why, again: "Try again" };
      })
      .finally(() => {
        isReading = false;
        clearTimeout(timer);
        if (view.signal.aborted || !key.peek()) return;
        if (before !== newest()) read();
        else if (isLive()) timer = setTimeout(read, POLL_MS);
      });
  }

  function take(payload: ReportVersion, html: DataView | undefined, howeverLarge: boolean): void {
    if (payload.state === "none") {
      if (now.peek()) return;
      const when = isLive()
        ? "It appears when the task first calls `flyte.report.flush()`, or when it ends."
        : "The task has written none.";
      words.value = { title: isLive() ? "No report yet" : "No report", text: when };
    } else if (payload.state === "too_large") {
      const title = (payload.message ?? "").replace(/\.$/, "");
      words.value = howeverLarge
        ? { title, text: "That is more than a page takes." }
        : { title, text: "", again: "Show it" };
    } else if (payload.state === "read" && html) {
      const bytes = new Uint8Array(html.buffer, html.byteOffset, html.byteLength);
      const read = {
        html: new TextDecoder().decode(bytes),
        version: payload.version ?? "",
        atMs: payload.atMs ?? 0,
      };
      // What the reader is at is not taken from under the pointer.
      const isAttended = box.matches(":hover, :focus-within");
      if (now.peek() && isAttended) newer.value = read;
      else {
        newer.value = null;
        now.value = read;
      }
      words.value = null;
    }
  }

  function draw({ html }: Shown): void {
    const name = `Report of ${subject.detail.peek()?.name ?? "the task"}`;
    const hosts = webHosts(html);
    const isAllowed = allowed.has(idOf());
    wanted.value = isAllowed ? [] : hosts;
    const frame = h("iframe", { class: "fw-report-frame", sandbox: "allow-scripts", title: name });
    frame.srcdoc = sandboxed(html, name, isAllowed);
    clearTimeout(ready);
    ready = setTimeout(() => {
      words.value = {
        title: "This page stops the report's scripts",
        text: "It can be read outside: open it in a new tab.",
      };
    }, READY_MS);
    box.replaceChildren(frame);
  }

  function onMessage(event: MessageEvent): void {
    const frame = box.querySelector("iframe");
    if (event.data === READY && frame && event.source === frame.contentWindow) clearTimeout(ready);
  }
  window.addEventListener("message", onMessage, { signal: view.signal });

  view.effect(() => {
    const about = key.value;
    clearTimeout(timer);
    clearTimeout(ready);
    box.replaceChildren();
    now.value = newer.value = null;
    words.value = about ? { title: "Reading…", text: "" } : null;
    if (about) read();
  });
  view.effect(() => {
    void subject.attempt.value?.endMs; // the last version comes with the end
    if (key.value) read();
  });
  view.effect(() => {
    if (now.value) draw(now.value);
  });
  view.effect(() => {
    const [is, next, said] = [now.value, newer.value, words.value];
    box.hidden = said !== null;
    empty.hidden = said === null;
    if (said) {
      setText(title, said.title);
      text.hidden = !said.text;
      text.replaceChildren(...prose(said.text));
      again.hidden = !said.again;
      setText(again, said.again ?? "");
    }
    web.hidden = said !== null || wanted.value.length === 0;
    setText(webWords, `It wants ${wanted.value.slice(0, 3).join(", ")} from the web.`);
    const live = subject.attempt.value?.endMs === null;
    dot.hidden = !live;
    const facts = [live && "live", is && `version of ${wallClock(is.atMs)}`];
    setText(state, facts.filter(Boolean).join(" · "));
    show.hidden = next === null;
    setAttribute(open, "aria-disabled", is ? null : "true");
  });

  const on = (button: HTMLElement, act: () => void): void =>
    button.addEventListener("click", act, { signal: view.signal });
  on(refresh, () => read());
  on(again, () => read(words.peek()?.again === "Show it"));
  on(show, () => {
    now.value = newer.peek();
    newer.value = null;
  });
  on(load, () => {
    allowed.add(idOf());
    if (now.peek()) draw(now.peek()!);
  });
  on(open, () => {
    const is = now.peek();
    if (!is) return;
    const page = sandboxed(is.html, `Report of ${subject.detail.peek()?.name ?? ""}`, allowed.has(idOf()));
    const url = URL.createObjectURL(new Blob([page], { type: "text/html" }));
    window.open(url, "_blank", "noopener");
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  });
  view.signal.addEventListener("abort", () => {
    clearTimeout(timer);
    clearTimeout(ready);
  });
}
