// The state of one timeline, without the DOM: rows in order, folds, the window of time, focus. State: the UI's.
import { ROOT } from "../../core/protocol";
import type { Store } from "../../core/store";
import type { Sort, Ui } from "../../ui/view-state";
import { type Layout, layoutOf, PLOT_PAD_PX } from "./layout";
import { FanOut, type Place } from "./rows/fan-out";
import {
  bucketKey,
  type Filter,
  Fold,
  isFiltering,
  matching,
  NO_FILTER,
  Order,
  openTo,
  order,
  TextSearch,
  type Toggles,
} from "./rows/order";
import { withNewRows } from "./rows/order-grow";
import { flatOrder, Sorter } from "./rows/sort";
import { Tree } from "./rows/tree";
import { breakMsFor, NO_SQUEEZE, Squeeze } from "./time/idle";
import { type Overview, OverviewCount } from "./time/overview";
import {
  clampWindow,
  fitWindow,
  followWindow,
  isWhole,
  panWindow,
  Scale,
  type TimeWindow,
  zoomWindow,
} from "./time/scale";
import { clockMarks, elapsedMarks, type NextMark } from "./time/ticks";
import type { Clock } from "./time/times";

/** All of the run; or its last `spanMs`, going with now; or a fixed piece. The first two follow. */
type WindowMode = { kind: "fit" } | { kind: "last"; spanMs: number } | { kind: "fixed"; window: TimeWindow };

const EMPTY: Overview = {
  bins: {
    fromMs: 0,
    stepMs: 1,
    steps: 0,
    counts: new Float64Array(0),
    startMs: Number.NaN,
    endMs: Number.NaN,
    open: false,
  },
  most: 0,
  failuresMs: [],
  asksMs: [],
  idle: [],
};

export class TimelineModel {
  tree: Tree;
  order: Order;
  layout: Layout = layoutOf(false, false, false);
  plotPx = 600;
  filter: Filter = NO_FILTER;
  sort: Sort = "tree";
  /** Key of the row that the keys act on; "" before the first. Keys outlive every new order. */
  focusKey = "";
  clock: Clock = { nowMs: 0, runOver: false };
  overview: Overview;
  /** So much time, from the run's start on, is to be seen in any case: another run took so long. */
  reachMs = 0;
  #counting: OverviewCount | null = null;
  #mode: WindowMode = { kind: "fit" };
  #squeezing = false;
  #squeeze = NO_SQUEEZE;
  #squeezeKey = "[[],0]";
  readonly #toggles: Toggles = new Map();
  readonly #filterToggles: Toggles = new Map();
  readonly #sorter = new Sorter();
  readonly #search = new TextSearch();
  readonly #fanOut = new FanOut();
  /** Counts up with all that the reader does to the order. */
  #wishes = 0;
  /** What the rows of the tree were ordered by. */
  #ordered: { tree: Tree; count: number; wishes: number } | null = null;
  /** Where the fold with the focus is, which is looked for once in an order. */
  #foldAt = { order: null as Order | null, key: "", index: -1 };

  constructor(
    readonly store: Store,
    readonly ui: Ui,
  ) {
    this.tree = new Tree(store.actions);
    this.order = new Order(this.tree, null, null, 0);
    this.overview = EMPTY;
  }

  get actions() {
    return this.store.actions;
  }

  /** Read the clock. False where nothing has moved since. */
  tick(): boolean {
    const { is_terminal, ended_ms } = this.store.traits;
    const over = is_terminal.peek();
    const ended = ended_ms.peek();
    const epochMs = over && ended !== null ? ended : this.store.nowMs();
    const nowMs = epochMs - this.actions.baseMs;
    if (nowMs === this.clock.nowMs && over === this.clock.runOver) return false;
    this.clock = { nowMs, runOver: over };
    return true;
  }

  /** Order the rows by what has come. */
  reorder(): void {
    const { actions, filter, clock, sort } = this;
    if (!this.tree.grow()) this.tree = new Tree(actions);
    const { tree } = this;
    if (sort !== "tree") {
      this.order = flatOrder(actions, tree, filter, clock, sort, this.#sorter, this.#search);
      this.#ordered = null;
      return;
    }
    const before = this.#ordered;
    this.#ordered = { tree, count: tree.count, wishes: this.#wishes };
    // Without a filter the order is a matter of who is under whom, not of phases.
    if (before?.tree === tree && before.wishes === this.#wishes && !isFiltering(filter)) {
      if (before.count === tree.count) return;
      const grown = withNewRows(this.order, before.count);
      if (grown) {
        this.order = grown;
        return;
      }
    }
    this.order = order(actions, tree, filter, this.#activeToggles, this.#search);
  }

  /** Count the run anew for the overview, for at most `budgetMs` now; false where it is to be called again. */
  recount(budgetMs: number): boolean {
    this.#counting ??= new OverviewCount(this.actions, this.clock, this.full, this.#squeeze);
    const done = this.#counting.run(budgetMs);
    if (!done) return false;
    this.overview = done;
    this.#counting = null;
    this.#resqueeze();
    return true;
  }

  setFilter(filter: Filter): void {
    this.#wishes++;
    this.filter = filter;
    this.#filterToggles.clear();
  }

  // Rows

  keyAt(index: number): string {
    if (index < 0 || index >= this.order.count) return "";
    const item = this.order.item[index]!;
    return item >= 0 ? this.actions.id[item]! : bucketKey(this.actions, this.tree, -1 - item);
  }

  /** Which of its like an action is; null: nobody knows, or it has none. */
  placeOf(row: number): Place | null {
    return this.#fanOut.placeOf(this.actions, this.tree, row);
  }

  /** "square[12]". */
  labelOf(row: number): string {
    const { name, id } = this.actions;
    const place = this.placeOf(row);
    return `${name[row] || id[row]!}${place ? `[${place.index}]` : ""}`;
  }

  indexOfKey(key: string): number {
    if (!key) return -1;
    const row = this.actions.rowOf.get(key);
    if (row !== undefined) return this.order.indexOf(row);
    const at = this.#foldAt;
    if (at.order !== this.order || at.key !== key)
      this.#foldAt = { order: this.order, key, index: this.#indexOfFold(key) };
    return this.#foldAt.index;
  }

  #indexOfFold(key: string): number {
    for (let i = 0; i < this.order.count; i++) {
      if (this.order.item[i]! < 0 && this.keyAt(i) === key) return i;
    }
    return -1;
  }

  get focusIndex(): number {
    return this.indexOfKey(this.focusKey);
  }

  /** Open or close the row at `index`; false where there is nothing to open. */
  toggle(index: number, open?: boolean): boolean {
    const fold = this.order.fold[index];
    if (!fold || (open !== undefined && open === (fold === Fold.Open))) return false;
    this.#wishes++;
    this.#activeToggles.set(this.keyAt(index), fold !== Fold.Open);
    return true;
  }

  /** Make sure that an action is among the rows; the filter goes where it hides it. Its index, or -1. */
  show(id: string): number {
    const row = this.actions.rowOf.get(id);
    if (row === undefined) return -1;
    const marks = matching(this.actions, this.tree, this.filter, this.#search);
    if (marks && !marks[row]) {
      this.ui.query.value = "";
      this.ui.phaseFilter.value = 0;
      this.ui.hideFinished.value = false;
      this.setFilter(NO_FILTER);
    }
    this.#wishes++;
    openTo(this.actions, this.tree, row, this.#activeToggles);
    this.reorder();
    return this.order.indexOf(row);
  }

  get #activeToggles(): Toggles {
    return isFiltering(this.filter) ? this.#filterToggles : this.#toggles;
  }

  // Time

  /** Draw idle stretches short, or as long as they are. */
  setSqueezing(on: boolean): void {
    this.#squeezing = on;
    this.#counting = null;
    this.#resqueeze();
  }

  #resqueeze(): void {
    const before = this.#squeeze;
    const stretches = this.#squeezing ? this.overview.idle : [];
    const breakMs = breakMsFor(stretches, this.#edgeMs - this.originMs);
    const key = JSON.stringify([stretches, stretches.length && breakMs]);
    if (key === this.#squeezeKey) return;
    this.#squeezeKey = key;
    this.#squeeze = stretches.length ? new Squeeze(stretches, breakMs) : NO_SQUEEZE;
    if (this.#mode.kind !== "fixed") return;
    // The reader goes on looking at the same piece of time.
    const [fromMs, toMs] = [this.#mode.window.fromMs, this.#mode.window.toMs].map((ms) =>
      this.#squeeze.squeezed(before.real(ms)),
    ) as [number, number];
    this.#mode = { kind: "fixed", window: { fromMs, toMs } };
  }

  /** Where ticks may stand: at round times since the run's start, or of the day. */
  get marks(): NextMark {
    const byClock = this.ui.axis.peek() === "clock";
    return byClock ? clockMarks(this.actions.baseMs) : elapsedMarks(this.originMs);
  }

  /** When the run was created; else the first that is known. */
  get originMs(): number {
    const root = this.actions.rowOf.get(ROOT);
    const created = root === undefined ? Number.NaN : this.actions.createdMs[root]!;
    // One that is yet to come cannot be true.
    if (created <= this.clock.nowMs) return created;
    const { startMs } = this.overview.bins;
    return Number.isFinite(startMs) ? startMs : Math.min(0, this.clock.nowMs);
  }

  /** All that there is to see. */
  get full(): TimeWindow {
    const { originMs } = this;
    const lastMs = Math.max(this.#edgeMs, originMs + this.reachMs);
    const [fromMs, edgeMs] = [this.#squeeze.squeezed(originMs), this.#squeeze.squeezed(lastMs)];
    return fitWindow(fromMs, edgeMs, this.#insidePx, this.#marginPx, this.clock.runOver);
  }

  get window(): TimeWindow {
    const { full } = this;
    const mode = this.#mode;
    if (mode.kind === "fit") return full;
    return mode.kind === "last" ? this.#last(mode.spanMs) : clampWindow(mode.window, full);
  }

  get scale(): Scale {
    return new Scale(this.window, PLOT_PAD_PX, PLOT_PAD_PX + this.#insidePx, this.#squeeze);
  }

  /** The overview's scale: all of the run, on the same pixels as the plot. */
  get fullScale(): Scale {
    return new Scale(this.full, PLOT_PAD_PX, PLOT_PAD_PX + this.#insidePx, this.#squeeze);
  }

  get following(): boolean {
    return this.#mode.kind !== "fixed";
  }

  fit(): void {
    this.#mode = { kind: "fit" };
  }

  setFollowing(on: boolean): void {
    if (on === this.following) return;
    const { window } = this;
    if (!on) this.#mode = { kind: "fixed", window };
    else this.#mode = { kind: "last", spanMs: window.toMs - window.fromMs };
    this.#settle();
  }

  /** Closer by `factor` with `anchorMs`, squeezed, held still; without one the end is held while following, else the middle. */
  zoom(factor: number, anchorMs?: number): void {
    const { window, full } = this;
    const end = this.following && !this.clock.runOver;
    const anchor = anchorMs ?? (end ? window.toMs : (window.fromMs + window.toMs) / 2);
    this.look(zoomWindow(window, factor, anchor, full));
  }

  pan(byMs: number): void {
    this.look(panWindow(this.window, byMs, this.full));
  }

  /** Show a piece of time. One that reaches to the end goes on following. */
  look(window: TimeWindow): void {
    const next = clampWindow(window, this.full);
    const span = next.toMs - next.fromMs;
    const atEnd = this.#last(span).toMs - next.toMs <= span * 0.002;
    this.#mode =
      this.following && atEnd && !this.clock.runOver
        ? { kind: "last", spanMs: span }
        : { kind: "fixed", window: next };
    this.#settle();
  }

  /** A window over everything is "fit", which grows with the run. */
  #settle(): void {
    if (isWhole(this.window, this.full)) this.#mode = { kind: "fit" };
  }

  /** Now; once the run is over, the latest end. */
  get #edgeMs(): number {
    const latest = this.overview.bins.endMs;
    return Number.isFinite(latest) ? Math.max(this.clock.nowMs, latest) : this.clock.nowMs;
  }

  get #marginPx(): number {
    return this.clock.runOver ? this.layout.overMarginPx : this.layout.liveMarginPx;
  }

  #last(spanMs: number): TimeWindow {
    return followWindow(
      spanMs,
      this.#squeeze.squeezed(this.#edgeMs),
      this.#marginPx / this.#insidePx,
      this.full,
    );
  }

  get #insidePx(): number {
    return Math.max(40, this.plotPx - 2 * PLOT_PAD_PX);
  }
}
