// One view of a list of runs: a head with filters, a virtual list by days, and a run that opens in place of it or, where
// there is room, beside it. It puts its parts together; what each does is theirs.
import type { AnyModel } from "@anywidget/types";
import type { ReadonlySignal } from "@preact/signals-core";
import type { Channel } from "../core/channel";
import type { RunListRow, RunsState, RunsTraits } from "../core/protocol";
import type { RequestError } from "../core/requests";
import { shareShortcuts } from "../hosts/shortcuts";
import { h } from "../ui/dom";
import { createTheme, type Palette } from "../ui/theme";
import { Counting } from "./counting";
import { Filtering } from "./filtering";
import { RunsGrid } from "./grid";
import { Head } from "./head";
import { type Filter, RunsModel } from "./model";
import type { Report } from "./notes";
import { OlderRuns } from "./older";
import { OpenedRun } from "./opened";
import { reportSight, watchWidth } from "./sight";
import { RunsSource } from "./source";
import { Surface } from "./surface";
import { Ticked } from "./ticked";

const TICK_MS = 1_000;

export class RunsView {
  readonly host = h("div", { class: "flyte-widgets" });
  readonly palette: ReadonlySignal<Palette>;
  readonly #ending = new AbortController();
  readonly #runs = new RunsModel();
  readonly #source: RunsSource;
  readonly #filtering: Filtering;
  readonly #ticked: Ticked;
  readonly #head: Head;
  readonly #grid: RunsGrid;
  readonly #counting: Counting;
  readonly #older: OlderRuns;
  readonly #opened: OpenedRun;
  readonly #surface: Surface;
  #report: Report | null = null;
  #isOnScreen = false;

  constructor(
    model: AnyModel<RunsTraits>,
    private readonly channel: Channel,
    el: HTMLElement,
    sheet: string,
  ) {
    const { signal } = this;
    const runs = this.#runs;
    this.#source = new RunsSource(model, channel);
    const { phase, mine, task, search } = this.#state;
    runs.filter = { phase, mine, task, search };
    this.#filtering = new Filtering(channel, runs, (error) => this.#fail(error));
    this.#counting = new Counting(channel, () => this.#grid.list.refresh(), signal);
    this.#older = this.#newOlder();
    this.#ticked = this.#newTicked();
    this.#grid = this.#newGrid();
    this.#head = this.#newHead();
    const opened = { changed: () => this.#fit(), failed: (error: RequestError) => this.#fail(error) };
    this.#opened = new OpenedRun(model as AnyModel, channel, this.#grid, opened, signal);
    const parts = {
      head: this.#head.element,
      list: this.#grid.list.element,
      pane: this.#opened.pane.element,
    };
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
    if (this.#opened.run) this.#opened.pane.focus();
    else this.#head.search.focus();
  }

  close(): void {
    if (this.signal.aborted) return;
    this.#ending.abort();
    this.host.remove();
  }

  get #state(): RunsState {
    return this.#source.state;
  }

  readonly #surfaceActions = {
    retry: () => void this.channel.request("retry", {}).catch((error) => this.#fail(error)),
    dismiss: () => this.report(""),
    clearFilters: () => {
      this.#choose({ phase: "", mine: false, task: "", search: "" });
      this.#head.search.focus(); // the button is gone
    },
    showNews: () => this.#showFirst(),
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
      canRead: () => this.#isOnScreen && this.#filtering.isAnswered,
      began: () => this.#surface.drawEnds(this.#state, this.#runs, this.#older),
      ended: () => this.#arrange(),
      failed: (error: RequestError) => this.#fail(error),
    };
    return new OlderRuns(this.channel, this.#runs, on, this.signal);
  }

  #newHead(): Head {
    return new Head(this.#ticked, {
      choose: (filter, since) => this.#choose(filter, since),
      focusList: () => this.#grid.focus(),
      toList: () => this.#grid.goToFirst(),
      announce: (text) => this.#surface.announce(text),
      signal: this.signal,
    });
  }

  #newGrid(): RunsGrid {
    const parts = { runs: this.#runs, counting: this.#counting, older: this.#older, ticked: this.#ticked };
    const on = {
      nowMs: () => this.#source.nowMs,
      rowPx: () => this.#surface.rowPx,
      opened: () => this.#opened?.run ?? "",
      open: (run: string) => this.#opened.open(run),
      search: () => this.#head.search.focus(),
      moved: () => this.#draw(),
      left: () => {
        if (this.#runs.waitingNew > 0 && !this.#grid.isAttended) this.#arrange();
      },
    };
    return new RunsGrid(parts, on, this.signal);
  }

  // --- what comes from Python, and from the page --------------------------------------------------------------------

  #listen(): void {
    const { signal } = this;
    const on = {
      state: () => this.#take(),
      rows: (rows: readonly RunListRow[], generation: number) => {
        if (!this.#runs.isCurrent(generation)) return;
        this.#runs.take(rows, generation);
        this.#arrange();
      },
      alive: () => {
        this.#older.hasFailed = false;
        this.#draw();
      },
    };
    this.#source.listen(on, signal);
    const timer = setInterval(() => {
      if (this.#isOnScreen && this.#source.isAlive) this.#grid.list.refresh();
    }, TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
    watchWidth(this.host, signal, (widthPx) => this.#fit(widthPx));
    reportSight(this.host, this.channel, signal, (isSeen) => {
      this.#isOnScreen = isSeen;
      if (isSeen) this.#arrange();
    });
  }

  #take(): void {
    const state = this.#state;
    const isOther = !this.#runs.isCurrent(state.generation);
    this.#runs.takeNewest(state.rows, state.generation);
    if (isOther || this.#runs.known <= state.rows.length) this.#older.hasMore = state.hasOlder;
    this.#older.hasFailed = false;
    this.#opened.follow(state.opened);
    this.#arrange(isOther);
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  /** Put the rows in order, and draw. `anew`: it is another list, in which nothing needs to stay. */
  #arrange(anew = false): void {
    const { selection } = this.#ticked;
    this.#runs.arrange(this.#source.nowMs, !anew && this.#grid.isAttended);
    selection.keep((run) => this.#runs.row(run) !== undefined);
    this.#draw();
    this.#grid.list.refresh();
    if (this.#state.isRead && this.#runs.items.length === 0) this.#older.seen(0);
  }

  #draw(): void {
    const [state, runs, surface] = [this.#state, this.#runs, this.#surface];
    const { census } = runs;
    surface.mark("data-owners", census.hasOwners);
    surface.mark("data-gone", !this.#source.isAlive);
    surface.mark("data-ticking", this.#ticked.selection.size > 0);
    this.#head.show(state, runs.filter, census, this.#source.isAlive);
    surface.draw(state, runs, this.#report);
    surface.drawEnds(state, runs, this.#older);
    this.#grid.mark();
  }

  #fit(widthPx?: number): void {
    if (this.#surface.fit(this.#opened.run !== "", widthPx)) this.#grid.list.refresh();
  }

  // --- what the reader does -----------------------------------------------------------------------------------------

  #choose(change: Partial<Filter>, since = ""): void {
    this.#filtering.choose(change, since, this.#state.generation);
    this.#ticked.selection.clear();
    this.#showFirst();
  }

  #showFirst(): void {
    this.#arrange(true);
    this.#grid.list.reveal(0);
  }

  #fail({ reason, message, hint }: RequestError): void {
    if (reason !== "cancelled") this.report(message, hint);
  }
}
