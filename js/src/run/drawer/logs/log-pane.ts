// The lines of one log: a virtual list over a window of them, the empty states, the footer. State: the UI's (scroll).
import { effect } from "@preact/signals-core";
import { pointLink, textButton } from "../../../ui/buttons";
import { dotted, h, setAttribute, setText } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";
import { VirtualList } from "../../../ui/virtual-list";
import { LineRow } from "./line-row";
import { LogRows } from "./log-rows";
import { LogWindow } from "./log-window";
import type { LogSettings } from "./toolbar";
import { emptyWords, footerWords, newLines } from "./words";

export interface Facts {
  action: string;
  attempt: number;
  /** When the attempt began to run, epoch ms; null where that is not known. */
  runningMs: number | null;
  /** When it ended; null while it goes on. */
  endedMs: number | null;
  consoleUrl: string;
  name: string;
}

const LINE_PX = 18;

export class LogPane {
  readonly element: HTMLElement;
  readonly log: LogWindow;
  readonly #rows = new LogRows();
  readonly #list: VirtualList;
  readonly #empty = h("div", { class: "fw-log-empty" });
  readonly #emptyTitle = h("strong");
  readonly #emptyText = h("p");
  readonly #console = h(
    "a",
    { class: "fw-button fw-log-console", target: "_blank", rel: "noopener noreferrer" },
    icon("open", 13),
    "Open in the console",
  );
  readonly #pill = h("button", { class: "fw-log-pill" });
  readonly #footer = h("div", { class: "fw-log-foot" });
  readonly #dot = h("span", { class: "fw-log-dot" });
  readonly #words = h("span", { class: "fw-log-words" });
  readonly #retry = textButton("Retry now");
  readonly #stderr = h("span", { class: "fw-log-stderr" }, "stderr");
  readonly #ended = new AbortController();
  /** How many lines there were when the reader stopped to follow. */
  #seen = 0;

  constructor(
    private readonly view: View,
    private readonly facts: Facts,
    private readonly settings: LogSettings,
    save: () => void,
  ) {
    const { store } = view;
    const { signal } = this.#ended;
    this.log = new LogWindow(store, facts.action, facts.attempt);
    this.#list = new VirtualList({
      source: this.#rows,
      create: () =>
        new LineRow((index) => this.#factsOf(index), {
          open: (fold) => {
            this.#rows.open(fold);
            this.#list.refresh();
          },
          save,
        }),
      rowPx: LINE_PX,
      measured: true,
      follow: true,
      onFollow: (following) => this.#onFollow(following),
      onRange: (from, to) => this.#need(from, to),
      role: "log",
      name: `Logs of ${facts.name}, attempt ${facts.attempt}`,
      overscan: 12,
      signal,
    });
    setAttribute(this.#list.element, "aria-live", "off");
    this.#list.element.classList.add("fw-log-lines");
    this.#empty.append(this.#emptyTitle, this.#emptyText, this.#console);
    this.#footer.append(this.#dot, this.#words, this.#retry, this.#stderr);
    this.element = h(
      "div",
      { class: "fw-log-pane" },
      this.#list.element,
      this.#empty,
      this.#pill,
      this.#footer,
    );
    this.#pill.addEventListener("click", () => this.follow(), { signal });
    this.#retry.addEventListener("click", () => void store.retry().catch(() => undefined), { signal });
    signal.addEventListener(
      "abort",
      effect(() => this.#update()),
    );
    signal.addEventListener(
      "abort",
      effect(() => this.#redraw()),
    );
    this.log.open(true);
  }

  close(): void {
    this.#ended.abort();
    this.log.close();
    this.element.remove();
  }

  /** Keep to the newest line. */
  follow(): void {
    this.#list.follow(true);
  }

  focus(): void {
    this.#list.element.focus({ preventScroll: true });
  }

  /** Bring a line on screen, unfolding what hides it. */
  reveal(line: number): void {
    const fold = this.#rows.foldOf(line);
    if (fold) this.#rows.open(fold);
    this.log.need(line - 50, line + 50);
    this.#list.refresh();
    this.#list.reveal(this.#rows.indexOfLine(line), "center");
  }

  /** Time of the line under a point of the window, epoch ms; null: none, or none is known. */
  timeAt(clientY: number): number | null {
    const index = this.#list.indexAt(clientY);
    if (index < 0) return null;
    const row = this.#rows.rowAt(index);
    return "line" in row ? (this.log.lineAt(row.line)?.atMs ?? null) : null;
  }

  /** What moves with the clock: "14 s". */
  tick(): void {
    this.#sayFooter();
    this.#sayEmpty();
  }

  #factsOf(index: number) {
    const row = this.#rows.rowAt(index);
    const line = "line" in row ? this.log.lineAt(row.line) : undefined;
    const { query, found } = this.settings;
    const at = found.value?.lines[found.value.at];
    return { row, line, query: query.value, isFound: "line" in row && row.line === at };
  }

  #need(from: number, to: number): void {
    const { following } = this.#list;
    if (following) this.log.fill(to - from);
    for (const index of [from, Math.max(from, to - 1)]) {
      const row = this.#rows.count > 0 ? this.#rows.rowAt(Math.min(index, this.#rows.count - 1)) : null;
      if (!row || !("line" in row)) continue;
      // Who follows the end sees what is pushed. Who reads will scroll.
      if (following) this.log.need(row.line, row.line + 1);
      else this.log.need(row.line - 20, row.line + 80);
    }
  }

  #onFollow(following: boolean): void {
    this.settings.following.value = following;
    this.#seen = this.log.total;
    this.log.follow(following);
    this.#sayNew();
  }

  #update(): void {
    const news = this.log.news.value;
    void this.log.revision.value;
    if (news) this.#rows.update(news);
    this.#list.refresh();
    this.#stderr.hidden = !this.log.hasStderr.value;
    this.#sayNew();
    this.#sayFooter();
    this.#sayEmpty();
  }

  /** The same lines look otherwise: with their times, wrapped, with marks. */
  #redraw(): void {
    const { times, wrap, query, found } = this.settings;
    setAttribute(this.element, "data-times", times.value ? "" : null);
    setAttribute(this.element, "data-wrap", wrap.value ? "" : null);
    void query.value;
    void found.value;
    this.#list.refresh();
  }

  #sayNew(): void {
    const count = this.log.total - this.#seen;
    this.#pill.hidden = this.#list.following || count <= 0 || this.#isEnded;
    if (!this.#pill.hidden) setText(this.#pill, newLines(count));
  }

  get #isEnded(): boolean {
    return this.log.news.peek()?.state === "ended" && this.#list.following;
  }

  #sayFooter(): void {
    const words = footerWords(this.log.news.peek(), this.view.store.clockMs(), this.facts.endedMs);
    this.#footer.hidden = words === null;
    if (!words) return;
    setAttribute(this.#footer, "data-tone", words.tone);
    this.#dot.hidden = words.tone === "ended";
    const text = words.parts.join("\n");
    if (this.#words.dataset.text !== text) {
      this.#words.dataset.text = text;
      setAttribute(this.#words, "title", words.parts.join(" · "));
      this.#words.replaceChildren(...dotted(words.parts.map((part) => h("span", {}, part))));
    }
    this.#retry.hidden = !words.canRetry;
  }

  #sayEmpty(): void {
    const words = emptyWords(this.log.news.peek(), this.view.store.clockMs(), this.facts.runningMs);
    this.#empty.hidden = words === null;
    this.#list.element.hidden = words !== null;
    if (!words) return;
    setText(this.#emptyTitle, words.title);
    setText(this.#emptyText, words.text);
    pointLink(this.#console, words.console ? this.facts.consoleUrl : "");
  }
}
