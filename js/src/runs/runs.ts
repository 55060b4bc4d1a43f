// The list of runs: a head with filters, a virtual list by days, and a run that opens in place or, where there is room,
// beside it. A part of its own, loaded with the first list. State: Python's rows (`runs`); the browser filters what it
// knows at once, and asks Python for the rest.
import type { AnyModel } from "@anywidget/types";
import { Channel } from "../core/channel";
import { grouped, plural, sentences, wallClock } from "../core/format";
import type { RunListRow, RunsState, RunsTraits } from "../core/protocol";
import type { RequestError } from "../core/requests";
import { shareShortcuts } from "../hosts/shortcuts";
import { Band } from "../ui/band";
import { h, setAttribute, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { createTheme } from "../ui/theme";
import { VirtualList } from "../ui/virtual-list";
import { Head } from "./head";
import { type Filter, isActive, RunsModel } from "./model";
import { Pane } from "./pane";
import { RunRow } from "./row";
import css from "./runs.css";

const NARROW_PX = 560;
const SLIM_PX = 800;
const WIDE_PX = 1200;
const TICK_MS = 1_000;
/** A row on screen for so long has its actions counted. */
const COUNT_AFTER_MS = 1_000;
/** So near the end of what is known, older runs are asked for. */
const NEAR_END = 20;
const ABORT_TIMEOUT_MS = 120_000;

/** Draws into `el`; gives what ends it. */
export function renderRuns(model: AnyModel<RunsTraits>, el: HTMLElement, sheet: string): () => void {
  const view = new RunsView(model, el, sheet + css);
  return () => view.close();
}

class RunsView {
  readonly #ending = new AbortController();
  readonly #host = h("div", { class: "flyte-widgets" });
  readonly #channel: Channel;
  readonly #runs = new RunsModel();
  readonly #head: Head;
  readonly #band: Band;
  readonly #list: VirtualList;
  readonly #pane: Pane;
  readonly #status = h("div", { class: "fw-unseen", role: "status", "aria-live": "polite" });
  readonly #columns = columnHeads();
  readonly #news = h("button", { class: "fw-rl-news", hidden: true });
  readonly #empty = h("div", { class: "fw-rl-empty", hidden: true });
  readonly #skeleton = skeleton();
  readonly #foot = h("div", { class: "fw-rl-foot", hidden: true });
  readonly #main: HTMLElement;
  readonly #frame: HTMLElement;
  readonly #ticked = new Set<string>();
  readonly #counts = new Map<string, Readonly<Record<string, number>>>();
  /** Topics of the runs on screen, and what ends them. */
  readonly #counted = new Map<string, () => void>();
  #countSoon: ReturnType<typeof setTimeout> | undefined;
  /** Names of the runs on screen. */
  #seen = "";
  #current = "";
  #anchor = "";
  #opened = "";
  #hasOlder = true;
  #isReading = false;
  /** The generation that was left by a choice which Python has not answered yet; -1: none. */
  #left = -1;
  #said: { text: string; hint: string } | null = null;
  #isOnScreen = false;
  #skewMs = 0;
  #width = 0;
  #hideLooks: (() => void) | null = null;

  constructor(
    private readonly model: AnyModel<RunsTraits>,
    el: HTMLElement,
    sheet: string,
  ) {
    const { signal } = this.#ending;
    const state = this.#state;
    this.#channel = new Channel(model, {
      seq: () => 0,
      scope: () => `runs/${this.#state.host}/${this.#state.project}/${this.#state.domain}`,
      isOver: () => false,
      take: () => {},
    });
    this.#runs.filter = { phase: state.phase, mine: state.mine, task: state.task, search: state.search };
    this.#head = new Head(
      {
        choose: (filter, since) => this.#choose(filter, since),
        abort: (reason) => void this.#abort(reason),
        untick: () => this.#untick(),
      },
      signal,
    );
    this.#band = new Band({ signal, announce: (text) => setText(this.#status, text) });
    this.#list = new VirtualList({
      source: {
        get count() {
          return runs.items.length;
        },
        keyAt: (index) => runs.items[index]!.key,
        indexOf: (key) => runs.indexOf(String(key)),
      },
      create: () => new RunRow(this.#context),
      rowPx: 28,
      measured: true,
      onRange: (from, to) => this.#onRange(from, to),
      role: "grid",
      name: "Runs",
      signal,
    });
    const runs = this.#runs;
    this.#pane = new Pane(
      model as AnyModel,
      { back: () => this.#open(""), step: (by) => this.#step(by) },
      signal,
    );
    const body = h("div", { class: "fw-rl-body" }, this.#columns, this.#news, this.#list.element);
    this.#main = h(
      "div",
      { class: "fw-rl-main" },
      this.#head.element,
      this.#band.element,
      body,
      this.#empty,
      this.#skeleton,
      this.#foot,
    );
    this.#frame = h(
      "div",
      { class: "fw fw-runs", role: "region", "aria-label": "Flyte runs" },
      this.#status,
      this.#main,
      this.#pane.element,
    );
    el.append(this.#host);
    this.#host.attachShadow({ mode: "open" }).append(h("style", {}, sheet), this.#frame);
    Object.assign(this.#host, { runs: this.#runs, channel: this.#channel }); // for the console, and for tests
    createTheme(this.#host, signal);
    shareShortcuts(this.#host, signal);
    this.#listen();
    this.#watch();
    this.#channel.start();
    this.#take();
  }

  close(): void {
    clearTimeout(this.#countSoon);
    this.#channel.look(this, false, true);
    this.#ending.abort();
    this.#channel.close();
    this.#host.remove();
  }

  get #state(): RunsState {
    return this.model.get("runs")!;
  }

  get #nowMs(): number {
    return this.#isHeard ? Date.now() + this.#skewMs : this.#state.nowMs;
  }

  get #isHeard(): boolean {
    return this.#channel.kernel.state.value === "alive";
  }

  /** Somebody points at the list, has the focus in it, or has ticked something: nothing moves. */
  get #isAttended(): boolean {
    return this.#ticked.size > 0 || this.#list.isAttended;
  }

  readonly #context = {
    item: (index: number) => this.#runs.items[index],
    nowMs: () => this.#nowMs,
    counts: (run: string) => this.#counts.get(run),
    usual: (task: string) => this.#runs.usual(task),
    isTicked: (run: string) => this.#ticked.has(run),
    isCurrent: (index: number) => this.#runs.items[index]?.key === this.#current,
    isOpen: (run: string) => run === this.#opened,
    showsOwners: () => true,
  };

  // --- what comes from Python ---------------------------------------------------------------------------------------

  #listen(): void {
    const { signal } = this.#ending;
    const take = (): void => this.#take();
    this.model.on("change:runs", take);
    signal.addEventListener("abort", () => this.model.off("change:runs", take));
    this.#channel.on("run_rows", ({ rows, generation }) => {
      if (!this.#runs.isCurrent(generation)) return;
      this.#runs.take(rows, generation);
      this.#arrange();
    });
    this.#channel.on("run_counts", ({ run, counts }) => {
      this.#counts.set(run, counts);
      this.#list.refresh();
    });
    const dispose = this.#channel.kernel.state.subscribe(() => this.#draw());
    signal.addEventListener("abort", dispose);
  }

  #take(): void {
    const state = this.#state;
    this.#skewMs = state.nowMs - Date.now();
    const isOther = !this.#runs.isCurrent(state.generation);
    this.#runs.take(state.rows, state.generation);
    if (isOther || this.#runs.known <= state.rows.length) this.#hasOlder = state.hasOlder;
    if (this.#opened !== state.opened && !this.#isOpening) this.#show(state.opened);
    this.#arrange(isOther);
  }

  /** Put the rows in order, and draw. `anew`: it is another list, in which nothing needs to stay. */
  #arrange(anew = false): void {
    this.#runs.arrange(this.#nowMs, !anew && this.#isAttended);
    for (const run of this.#ticked) if (!this.#runs.row(run)) this.#ticked.delete(run);
    this.#draw();
    this.#list.refresh();
    const { length } = this.#runs.items;
    if (this.#hasOlder && length < NEAR_END && this.#state.isRead) void this.#readOlder();
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  #draw(): void {
    const state = this.#state;
    const { filter } = this.#runs;
    let [active, paused] = [0, 0];
    const tasks = new Set<string>();
    let hasOwners = false;
    for (const row of this.#runs.rows) {
      if (isActive(row)) active++;
      if (row.waiting) paused++;
      if (row.task) tasks.add(row.task);
      hasOwners ||= row.owner !== "";
    }
    setAttribute(this.#frame, "data-owners", hasOwners ? "" : null);
    setAttribute(this.#frame, "data-gone", this.#isHeard ? null : "");
    setAttribute(this.#frame, "data-ticking", this.#ticked.size > 0 ? "" : null);
    this.#head.show(state, filter, { active, paused }, this.#isHeard);
    this.#head.offerTasks([...tasks], filter.task);
    const ticked = [...this.#ticked].flatMap((run) => this.#runs.row(run) ?? []);
    const going = ticked.filter(isActive);
    this.#head.showTicked(ticked.length, going.length, going[0]?.run ?? "");
    this.#drawNews();
    this.#drawBand(state);
    this.#drawEmpty(state);
    this.#drawFoot(state);
    const current = this.#list.rowAt(this.#runs.indexOf(this.#current));
    setAttribute(this.#list.element, "aria-activedescendant", current ? current.element.id : null);
  }

  #drawNews(): void {
    const count = this.#runs.waitingNew;
    this.#news.hidden = count === 0;
    if (count > 0) this.#news.replaceChildren(`${plural(count, "new run")} `, icon("chevron-up", 12));
  }

  #drawBand({ connection, notes, isRead }: RunsState): void {
    const { state, message, hint, lastMs } = connection;
    const fault = state !== "live" && state !== "connecting" ? message || "The backend does not answer." : "";
    const said = this.#said;
    const words = fault
      ? sentences(fault, lastMs !== null && isRead ? `Shown as of ${wallClock(lastMs)}.` : hint)
      : said
        ? sentences(said.text, said.hint)
        : notes.join(" ");
    if (!words) {
      this.#band.update(null);
      return;
    }
    const retry = { id: "retry", label: "Retry now", kind: "button" as const, press: () => this.#retry() };
    this.#band.update({
      key: fault ? `fault ${state}` : said ? "said" : "notes",
      name: fault ? "Trouble with the backend" : "Note",
      tone: fault || said ? "warn" : "plain",
      mark: { icon: fault || said ? "warning" : "info" },
      sentence: [words],
      whole: true,
      ...(fault ? { actions: [retry] } : {}),
      ...(!fault && said ? { dismiss: () => this.#say(null) } : {}),
    });
  }

  #drawEmpty(state: RunsState): void {
    const isEmpty = this.#runs.items.length === 0;
    const isFault = !["live", "connecting"].includes(state.connection.state);
    const isReading = !state.isRead || (isEmpty && (this.#isReading || this.#hasOlder));
    this.#skeleton.hidden = !isEmpty || !isReading || isFault;
    this.#empty.hidden = !isEmpty || isReading || isFault;
    this.#columns.hidden = isEmpty;
    this.#list.element.hidden = isEmpty;
    if (this.#empty.hidden) return;
    const { phase, mine, task, search } = this.#runs.filter;
    const asked = [
      search && `“${search}”`,
      task,
      phase.replaceAll("_", " ").replaceAll(",", " or "),
      mine && "mine",
    ];
    const words = asked.filter(Boolean).join(", ");
    const since = state.since ? `${state.since[0]!.toUpperCase()}${state.since.slice(1)}.` : "";
    const key = words + since;
    if (this.#empty.dataset.words === key) return;
    this.#empty.dataset.words = key;
    const clear = h("button", { class: "fw-button" }, "Clear filters");
    clear.addEventListener("click", () => this.#choose({ phase: "", mine: false, task: "", search: "" }));
    const where = `In ${state.project} / ${state.domain} on ${state.host}`;
    this.#empty.replaceChildren(
      ...(words
        ? [h("div", {}, h("strong", {}, `No run matches ${words}`), h("div", {}, since)), clear]
        : [
            h(
              "div",
              {},
              h("strong", {}, state.since ? `No runs ${state.since}` : "No runs yet"),
              h("div", {}, `${where}. Start one: `, h("code", { class: "fw-code" }, "flyte.run(task, n=20)")),
            ),
          ]),
    );
  }

  #drawFoot({ loaded, since, isRead }: RunsState): void {
    const { shown } = this.#runs;
    this.#foot.hidden = shown === 0 || !isRead;
    const { search } = this.#runs.filter;
    if (this.#hasOlder) {
      const where = search ? `Searched in the ${plural(loaded, "run")} read so far. ` : "";
      this.#foot.replaceChildren(...(this.#isReading ? [icon("spinner", 14)] : []), `${where}Older runs`);
    } else {
      this.#foot.replaceChildren(`That was all: ${plural(shown, "run")}${since ? ` ${since}` : ""}`);
    }
  }

  #say(said: { text: string; hint: string } | null): void {
    this.#said = said;
    this.#draw();
  }

  // --- what the reader does -----------------------------------------------------------------------------------------

  #choose(change: Partial<Filter>, since = ""): void {
    const filter = { ...this.#runs.filter, ...change };
    this.#runs.filter = filter;
    this.#left = this.#state.generation;
    this.#ticked.clear();
    this.#arrange(true);
    this.#list.reveal(0);
    this.#ask(this.#channel.request("choose_runs", { ...filter, since }));
  }

  #retry(): void {
    this.#ask(this.#channel.request("retry", {}));
  }

  /** What went wrong with a request is told. */
  #ask(request: Promise<unknown>): void {
    request.catch((error: RequestError) => {
      this.#left = -1;
      if (error.reason !== "cancelled") this.#say({ text: error.message, hint: error.hint });
    });
  }

  async #readOlder(): Promise<void> {
    const isLeft = this.#runs.isCurrent(this.#left);
    if (this.#isReading || isLeft || !this.#hasOlder || !this.#isOnScreen) return;
    this.#isReading = true;
    this.#drawFoot(this.#state);
    try {
      const { payload } = await this.#channel.request("older_runs", { have: this.#haveInOrder() });
      if (!this.#runs.isCurrent(payload.generation)) return;
      this.#hasOlder = payload.hasOlder && payload.rows.length > 0;
      this.#runs.take(payload.rows, payload.generation);
    } catch (error) {
      const { reason, message, hint } = error as RequestError;
      if (reason !== "cancelled") this.#said = { text: message, hint };
      this.#hasOlder = reason === "timeout";
    } finally {
      this.#isReading = false;
      if (!this.#ending.signal.aborted) this.#arrange();
    }
  }

  /** How many of Python's rows are here, from the newest. */
  #haveInOrder(): number {
    return [...this.#runs.rows].filter((row) => this.#runs.takes(row)).length;
  }

  async #abort(reason: string): Promise<void> {
    const runs = [...this.#ticked].filter((run) => {
      const row = this.#runs.row(run);
      return row !== undefined && isActive(row);
    });
    try {
      const request = this.#channel.command(
        "abort_runs",
        runs.join(),
        { runs, reason },
        { timeoutMs: ABORT_TIMEOUT_MS },
      );
      const { payload } = await request;
      const of = (outcome: string) => payload.filter((one) => one.outcome === outcome);
      const [aborted, ended, refused] = [of("aborted"), of("ended"), of("refused")];
      const parts = [
        aborted.length > 0 ? `${plural(aborted.length, "run")} aborted` : "",
        ended.length > 0 ? `${grouped(ended.length)} had ended` : "",
        ...refused.map(({ run, message }) => `${run} was not aborted: ${message}`),
      ].filter(Boolean);
      this.#ticked.clear();
      setText(this.#status, parts.join(", "));
      this.#said = ended.length + refused.length > 0 ? { text: parts.join(", "), hint: "" } : null;
    } catch (error) {
      const { message, hint } = error as RequestError;
      this.#said = { text: message, hint };
    }
    this.#arrange();
  }

  #untick(): void {
    this.#ticked.clear();
    this.#arrange();
    this.#list.element.focus({ preventScroll: true });
  }

  #tick(run: string, extend = false): void {
    const { items } = this.#runs;
    if (extend && this.#anchor) {
      const ends = [this.#runs.indexOf(this.#anchor), this.#runs.indexOf(run)].sort((a, b) => a - b);
      for (const item of items.slice(Math.max(0, ends[0]!), ends[1]! + 1)) {
        if ("row" in item) this.#ticked.add(item.key);
      }
    } else if (!this.#ticked.delete(run)) this.#ticked.add(run);
    this.#anchor = run;
    this.#draw();
    this.#list.refresh();
  }

  // --- a run in place -----------------------------------------------------------------------------------------------

  #isOpening = false;

  #open(run: string): void {
    if (run === this.#opened && run) {
      this.#pane.focus();
      return;
    }
    this.#isOpening = true;
    this.#show(run);
    if (!run) {
      this.#ask(
        this.#channel.request("open_run", { run }).finally(() => {
          this.#isOpening = false;
        }),
      );
      this.#list.element.focus({ preventScroll: true });
      const at = this.#runs.indexOf(this.#current);
      if (at >= 0) this.#list.reveal(at);
    } else this.#pane.focus();
  }

  /** Show the run, or with "" the list alone. */
  #show(run: string): void {
    const place = this.#list.place;
    this.#opened = run;
    if (run) this.#current = run;
    setAttribute(this.#frame, "data-opened", run ? "" : null);
    if (run) void this.#drawRun(run);
    else this.#pane.hide();
    this.#fit();
    this.#list.refresh();
    if (!run && place) this.#list.place = place;
  }

  async #drawRun(run: string): Promise<void> {
    this.#pane.say(`Opening ${run} …`);
    try {
      const { payload } = await this.#channel.request("open_run", { run });
      if (this.#opened === run) await this.#pane.draw(payload);
    } catch (error) {
      if (this.#opened === run)
        this.#pane.say(sentences((error as Error).message, (error as RequestError).hint ?? ""));
    } finally {
      this.#isOpening = false;
    }
  }

  #step(by: number): void {
    const run = this.#neighbour(this.#runs.indexOf(this.#opened), by);
    if (run) this.#open(run);
  }

  /** The run so many rows on; where there is none, the last one on the way. */
  #neighbour(from: number, by: number): string {
    const { items } = this.#runs;
    const step = Math.sign(by);
    let found = "";
    let left = Math.abs(by);
    for (let at = from + step; left > 0 && at >= 0 && at < items.length; at += step) {
      const item = items[at]!;
      if (!("row" in item)) continue;
      found = item.key;
      left--;
    }
    return found;
  }

  // --- pointer, keys, size ------------------------------------------------------------------------------------------

  #watch(): void {
    const { signal } = this.#ending;
    const list = this.#list.element;
    list.addEventListener("click", (event) => this.#onClick(event), { signal });
    list.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    list.addEventListener("pointerleave", () => setTimeout(() => this.#onLeft()), { signal });
    list.addEventListener("focusout", () => setTimeout(() => this.#onLeft()), { signal });
    this.#frame.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || event.target !== this.#head.search || !this.#head.search.value) return;
        this.#head.search.value = "";
        this.#choose({ search: "" });
        event.stopPropagation();
      },
      { signal },
    );
    this.#head.search.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "ArrowDown" && event.key !== "Enter") return;
        event.preventDefault();
        list.focus();
        this.#go(this.#neighbour(-1, 1));
      },
      { signal },
    );
    this.#news.addEventListener(
      "click",
      () => {
        this.#arrange(true);
        this.#list.reveal(0);
      },
      { signal },
    );
    const timer = setInterval(() => {
      if (this.#isOnScreen && this.#isHeard) this.#list.refresh();
    }, TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
    this.#watchSize();
    this.#watchSight();
  }

  #onLeft(): void {
    if (this.#ending.signal.aborted || this.#runs.waitingNew === 0 || this.#isAttended) return;
    this.#arrange();
  }

  #onClick(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>(".fw-rl-row[data-run]");
    const run = row?.dataset.run;
    if (!run) return;
    this.#current = run;
    const isCheck = (event.target as Element).closest(".fw-rl-check") !== null;
    if (isCheck || event.shiftKey) this.#tick(run, event.shiftKey);
    else if (!getSelection()?.toString()) this.#open(run);
  }

  #onKey(event: KeyboardEvent): void {
    const { key, shiftKey } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#runs.indexOf(this.#current);
    const page = Math.max(1, Math.floor(this.#list.element.clientHeight / 28) - 1);
    const last = this.#runs.items.length;
    const moves: Record<string, () => string> = {
      ArrowDown: () => this.#neighbour(at, 1),
      ArrowUp: () => this.#neighbour(at < 0 ? last : at, -1),
      PageDown: () => this.#neighbour(at, page),
      PageUp: () => this.#neighbour(at, -page),
      Home: () => this.#neighbour(-1, 1),
      End: () => this.#neighbour(last, -1),
    };
    if (moves[key]) {
      this.#go(moves[key]());
      if (shiftKey && this.#current) this.#tick(this.#current, true);
    } else if (key === "Enter" && this.#current) this.#open(this.#current);
    else if (key === " " && this.#current) this.#tick(this.#current);
    else if (key === "/") this.#head.search.focus();
    else if (key === "Escape" && this.#ticked.size > 0) this.#untick();
    else if (key === "Backspace" && this.#opened) this.#open("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #go(run: string): void {
    if (!run) return;
    this.#current = run;
    this.#anchor ||= run;
    this.#list.reveal(this.#runs.indexOf(run));
    this.#list.refresh();
    this.#draw();
  }

  #onRange(from: number, to: number): void {
    const runs = this.#runs.items.slice(from, to).flatMap((item) => ("row" in item ? [item.row] : []));
    if (to >= this.#runs.items.length - NEAR_END) void this.#readOlder();
    const seen = runs.map(({ run }) => run).join();
    if (seen === this.#seen) return; // it is drawn every second
    this.#seen = seen;
    clearTimeout(this.#countSoon);
    this.#countSoon = setTimeout(() => this.#count(runs), COUNT_AFTER_MS);
  }

  /** Have the actions of these runs counted, and of no others. */
  #count(rows: readonly RunListRow[]): void {
    const wanted = new Set(rows.map(({ run }) => run));
    for (const [run, end] of this.#counted) {
      if (wanted.has(run)) continue;
      end();
      this.#counted.delete(run);
    }
    for (const run of wanted) {
      if (!this.#counted.has(run)) this.#counted.set(run, this.#channel.show(`counts/${run}`));
    }
  }

  #watchSize(): void {
    const observer = new ResizeObserver(([entry]) => {
      this.#width = entry?.contentRect.width ?? 0;
      this.#fit();
    });
    observer.observe(this.#host);
    this.#ending.signal.addEventListener("abort", () => observer.disconnect());
  }

  /** One line a run or two; a run beside the list, or in its place. */
  #fit(): void {
    if (this.#width === 0) return;
    const isSplit = this.#opened !== "" && this.#width >= WIDE_PX;
    setAttribute(this.#frame, "data-split", isSplit ? "" : null);
    setAttribute(this.#frame, "data-narrow", isSplit || this.#width < NARROW_PX ? "" : null);
    setAttribute(this.#frame, "data-slim", this.#width < SLIM_PX ? "" : null);
    this.#list.refresh();
  }

  #watchSight(): void {
    const { signal } = this.#ending;
    let inWindow = false;
    const tell = (): void => {
      const seen = inWindow && this.#host.isConnected && !document.hidden;
      if (seen && !this.#hideLooks) this.#hideLooks = this.#channel.show("runs/list");
      this.#isOnScreen = seen;
      this.#channel.look(this, seen, document.hidden);
      if (seen) this.#arrange();
    };
    document.addEventListener("visibilitychange", tell, { signal });
    const observer = new IntersectionObserver((entries) => {
      inWindow = entries.at(-1)?.isIntersecting ?? false;
      tell();
    });
    observer.observe(this.#host);
    signal.addEventListener("abort", () => observer.disconnect());
  }
}

function columnHeads(): HTMLElement {
  const heads = ["", "", "Task and run", "Actions", "Started", "Took", "", "By"];
  return h(
    "div",
    { class: "fw-rl-row fw-rl-columns", "aria-hidden": "true" },
    ...heads.map((head, i) => h("span", { class: `fw-rl-column-${i}` }, head)),
  );
}

function skeleton(): HTMLElement {
  const line = (): HTMLElement =>
    h("div", { class: "fw-rl-skeleton-row" }, h("span"), h("span"), h("span"), h("span"));
  return h("div", { class: "fw-rl-skeleton", "aria-hidden": "true" }, line(), line(), line());
}
