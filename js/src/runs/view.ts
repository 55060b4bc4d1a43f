// One view of a list of runs: a head with filters, a virtual list by days, and a run that opens in place of it or, where
// there is room, beside it. It puts its parts together; what each does is theirs.
import type { AnyModel } from "@anywidget/types";
import type { ReadonlySignal } from "@preact/signals-core";
import type { Channel } from "../core/channel";
import type { RunsState, RunsTraits } from "../core/protocol";
import type { RequestError } from "../core/requests";
import { shareShortcuts } from "../hosts/shortcuts";
import { h } from "../ui/dom";
import { createTheme, type Palette } from "../ui/theme";
import { Counting } from "./counting";
import { RunsGrid } from "./grid";
import { Head } from "./head";
import { type Filter, RunsModel } from "./model";
import type { Report } from "./notes";
import { OlderRuns } from "./older";
import { OpenedRun } from "./opened";
import { Pane } from "./pane";
import { watchSight, watchWidth } from "./sight";
import { Surface } from "./surface";
import { Ticked } from "./ticked";

const TICK_MS = 1_000;

export class RunsView {
  readonly host = h("div", { class: "flyte-widgets" });
  readonly palette: ReadonlySignal<Palette>;
  readonly #ending = new AbortController();
  readonly #runs = new RunsModel();
  readonly #ticked: Ticked;
  readonly #head: Head;
  readonly #grid: RunsGrid;
  readonly #counting: Counting;
  readonly #older: OlderRuns;
  readonly #pane: Pane;
  readonly #opened: OpenedRun;
  readonly #surface: Surface;
  /** The generation that was left by a choice which Python has not answered yet; -1: none. */
  #left = -1;
  #report: Report | null = null;
  #isOnScreen = false;
  #skewMs = 0;
  #widthPx = 0;
  #hideLooks: (() => void) | null = null;

  constructor(
    private readonly model: AnyModel<RunsTraits>,
    private readonly channel: Channel,
    el: HTMLElement,
    sheet: string,
  ) {
    const { signal } = this;
    const runs = this.#runs;
    const { phase, mine, task, search } = this.#state;
    runs.filter = { phase, mine, task, search };
    this.#counting = new Counting(channel, () => this.#grid.list.refresh(), signal);
    this.#older = this.#newOlder();
    this.#ticked = this.#newTicked();
    this.#grid = this.#newGrid();
    this.#head = this.#newHead();
    this.#pane = new Pane(
      model as AnyModel,
      { back: () => this.#opened.open(""), step: (by) => this.#step(by) },
      signal,
    );
    this.#opened = new OpenedRun(channel, this.#pane, this.#grid.list, {
      changed: (run) => {
        if (run) this.#grid.current = run;
        this.#fit();
      },
      returned: () => this.#grid.reveal(),
      failed: (error) => this.#fail(error),
    });
    const parts = { head: this.#head.element, list: this.#grid.list.element, pane: this.#pane.element };
    this.#surface = new Surface(parts, this.#surfaceActions, signal);
    el.append(this.host);
    this.host.attachShadow({ mode: "open" }).append(h("style", {}, sheet), this.frame);
    Object.assign(this.host, { runs, channel }); // for the console, and for tests
    this.palette = createTheme(this.host, signal).palette;
    shareShortcuts(this.host, signal);
    this.#listen();
    this.#take();
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get frame(): HTMLElement {
    return this.#surface.frame;
  }

  /** Say something in the band; "": nothing more. */
  report(text: string, hint = ""): void {
    this.#report = text ? { text, hint } : null;
    this.#draw();
  }

  focus(): void {
    if (this.#opened.run) this.#pane.focus();
    else this.#head.search.focus();
  }

  close(): void {
    if (this.signal.aborted) return;
    this.#hideLooks?.();
    this.channel.look(this, false, true);
    this.#ending.abort();
    this.host.remove();
  }

  get #state(): RunsState {
    return this.model.get("runs")!;
  }

  get #isAlive(): boolean {
    return this.channel.kernel.state.value === "alive";
  }

  get #nowMs(): number {
    return this.#isAlive ? Date.now() + this.#skewMs : this.#state.nowMs;
  }

  // --- parts --------------------------------------------------------------------------------------------------------

  readonly #surfaceActions = {
    retry: () => this.#ask(this.channel.request("retry", {})),
    dismiss: () => this.report(""),
    clearFilters: () => this.#choose({ phase: "", mine: false, task: "", search: "" }),
    showNews: () => {
      this.#arrange(true);
      this.#grid.list.reveal(0);
    },
  };

  #newTicked(): Ticked {
    return new Ticked(this.channel, this.#runs, {
      state: () => this.#state,
      open: (run, compare) => this.#opened.open(run, compare),
      report: (report) => {
        this.#report = report;
      },
      failed: (error) => this.#fail(error),
      announce: (text) => this.#surface.announce(text),
      changed: () => this.#arrange(),
    });
  }

  #newOlder(): OlderRuns {
    const on = {
      canRead: () => this.#isOnScreen && !this.#runs.isCurrent(this.#left),
      began: () => this.#surface.drawEnds(this.#state, this.#runs, this.#older),
      ended: () => this.#arrange(),
      failed: (error: RequestError) => this.#fail(error),
    };
    return new OlderRuns(this.channel, this.#runs, on, this.signal);
  }

  #newHead(): Head {
    return new Head(this.#ticked, {
      choose: (filter, since) => this.#choose(filter, since),
      untick: () => this.#untick(),
      toList: () => this.#grid.goToFirst(),
      announce: (text) => this.#surface.announce(text),
      signal: this.signal,
    });
  }

  #newGrid(): RunsGrid {
    const parts = { runs: this.#runs, counting: this.#counting, older: this.#older, ticked: this.#ticked };
    const on = {
      nowMs: () => this.#nowMs,
      rowPx: () => this.#surface.rowPx,
      opened: () => this.#opened?.run ?? "",
      open: (run: string) => this.#opened.open(run),
      search: () => this.#head.search.focus(),
      moved: () => this.#draw(),
      left: () => this.#onLeft(),
    };
    return new RunsGrid(parts, on, this.signal);
  }

  // --- what comes from Python, and from the page --------------------------------------------------------------------

  #listen(): void {
    const { signal, channel } = this;
    const take = (): void => this.#take();
    this.model.on("change:runs", take);
    const stops = [
      () => this.model.off("change:runs", take),
      channel.on("run_rows", ({ rows, generation }) => {
        if (!this.#runs.isCurrent(generation)) return;
        this.#runs.take(rows, generation);
        this.#arrange();
      }),
      channel.kernel.state.subscribe(() => this.#draw()),
    ];
    const timer = setInterval(() => {
      if (this.#isOnScreen && this.#isAlive) this.#grid.list.refresh();
    }, TICK_MS);
    stops.push(() => clearInterval(timer));
    for (const stop of stops) signal.addEventListener("abort", stop);
    watchWidth(this.host, signal, (widthPx) => {
      this.#widthPx = widthPx;
      this.#fit();
    });
    watchSight(this.host, signal, (isSeen) => this.#onSight(isSeen));
  }

  #take(): void {
    const state = this.#state;
    this.#skewMs = state.nowMs - Date.now();
    const isOther = !this.#runs.isCurrent(state.generation);
    this.#runs.takeNewest(state.rows, state.generation);
    if (isOther || this.#runs.known <= state.rows.length) this.#older.hasMore = state.hasOlder;
    this.#opened.follow(state.opened);
    this.#arrange(isOther);
  }

  #onLeft(): void {
    if (this.#runs.waitingNew > 0 && !this.#grid.isAttended) this.#arrange();
  }

  #onSight(isSeen: boolean): void {
    if (isSeen) this.#hideLooks ??= this.channel.show("runs/list");
    this.#isOnScreen = isSeen;
    this.channel.look(this, isSeen, document.hidden);
    if (isSeen) this.#arrange();
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  /** Put the rows in order, and draw. `anew`: it is another list, in which nothing needs to stay. */
  #arrange(anew = false): void {
    const { selection } = this.#ticked;
    this.#runs.arrange(this.#nowMs, !anew && this.#grid.isAttended);
    selection.keep((run) => this.#runs.row(run) !== undefined);
    this.#draw();
    this.#grid.list.refresh();
    if (this.#state.isRead && this.#runs.items.length === 0) this.#older.seen(0);
  }

  #draw(): void {
    const [state, runs, surface] = [this.#state, this.#runs, this.#surface];
    const { census } = runs;
    surface.mark("data-owners", census.hasOwners);
    surface.mark("data-gone", !this.#isAlive);
    surface.mark("data-ticking", this.#ticked.selection.size > 0);
    this.#head.show(state, runs.filter, census, this.#isAlive);
    surface.draw(state, runs, this.#report);
    surface.drawEnds(state, runs, this.#older);
    this.#grid.mark();
  }

  #fit(): void {
    if (this.#widthPx === 0) return;
    this.#surface.fit(this.#widthPx, this.#opened.run !== "");
    this.#grid.list.refresh();
  }

  // --- what the reader does -----------------------------------------------------------------------------------------

  #choose(change: Partial<Filter>, since = ""): void {
    const filter = { ...this.#runs.filter, ...change };
    this.#runs.filter = filter;
    this.#left = this.#state.generation;
    this.#ticked.selection.clear();
    this.#arrange(true);
    this.#grid.list.reveal(0);
    this.#ask(this.channel.request("choose_runs", { ...filter, since }));
  }

  /** What goes wrong with a request is reported. */
  #ask(request: Promise<unknown>): void {
    request.catch((error: RequestError) => {
      this.#left = -1;
      this.#fail(error);
    });
  }

  #fail({ reason, message, hint }: RequestError): void {
    if (reason !== "cancelled") this.report(message, hint);
  }

  #untick(): void {
    this.#ticked.clear();
    this.#grid.focus();
  }

  #step(by: number): void {
    const run = this.#grid.next(this.#opened.run, by);
    if (run) this.#opened.show(run);
  }
}
