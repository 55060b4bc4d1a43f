// The timeline of all actions: builds its elements, and draws once a frame what has changed. State: the UI's.
import { signal, untracked } from "@preact/signals-core";
import type { Comparison } from "../../core/protocol";
import { h, setAttribute } from "../../ui/dom";
import { mountOnceNeeded } from "../../ui/part";
import type { View } from "../../ui/view-state";
import { Body } from "./body";
import { HistoryRequests } from "./history";
import { Commands, type CommandTarget } from "./input/commands";
import { mountKeySheet } from "./input/key-sheet";
import { listenToOverview, listenToRows } from "./input/pointer";
import { createToolbar } from "./input/toolbar";
import { Tooltip } from "./input/tooltip";
import { layoutOf } from "./layout";
import { lastMs, mountCompareBand, placeComparison } from "./lens/compare";
import { GoneRows } from "./lens/gone";
import { place } from "./lens/path";
import { mountPathBand } from "./lens/path-band";
import { Placed } from "./lens/placed";
import { RangePicker } from "./lens/range";
import { TimelineModel } from "./model";
import { marksCss } from "./paint/marks";
import { paintAxis, paintOverview } from "./paint/paint-head";
import { paintRows } from "./paint/paint-rows";
import { Patterns } from "./paint/patterns";
import { Surface } from "./paint/surface";
import { RefreshSchedule } from "./refresh-schedule";
import { RowPool } from "./rows/rows";
import { tooltipOf } from "./rows/words";
import { lengthMs } from "./time/idle";
import { StripCache } from "./time/strip-cache";
import { ticks } from "./time/ticks";
import css from "./timeline.css";

export const timelineCss = css + marksCss;

/** Durations in the labels keep up even where a pixel is an hour. */
const STALE_MS = 200;

const media = (query: string): boolean => globalThis.matchMedia?.(query).matches ?? false;

export function mountTimeline(view: View, parent: HTMLElement): void {
  new Timeline(view, parent);
}

class Timeline implements CommandTarget {
  readonly model: TimelineModel;
  readonly body: Body;
  readonly #overviewSurface = new Surface("fw-tl-overview");
  readonly #axisSurface = new Surface("fw-tl-axis");
  readonly #rowsSurface = new Surface("fw-tl-plot");
  readonly #pool: RowPool;
  readonly #refreshes: RefreshSchedule;
  readonly #strips: StripCache;
  readonly #toolbar: ReturnType<typeof createToolbar>;
  readonly #tooltip: Tooltip;
  readonly #history: HistoryRequests;
  readonly #commands: Commands;
  #patterns: Patterns;
  #frame = 0;
  /** Counts the frames drawn: an effect draws them, so that a fault in one is caught and told by the view. */
  readonly #frames = signal(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #idleMs = signal(0);
  #headDirty = true;
  #drawnAt = 0;
  #drawnNowMs = 0;
  readonly #range: RangePicker;
  readonly #comparison: ReturnType<typeof mountCompareBand>;
  readonly #gone: GoneRows;
  readonly #placedComparison = new Placed((comparison: Comparison) =>
    placeComparison(comparison, this.model),
  );
  readonly #path: ReturnType<typeof mountPathBand>;
  readonly #placedPath = new Placed(place);
  #pointer: { clientX: number; clientY: number; plotX: number | null } | null = null;

  constructor(
    readonly view: View,
    parent: HTMLElement,
  ) {
    const { store, ui, theme } = view;
    this.model = new TimelineModel(store, ui);
    this.#refreshes = new RefreshSchedule(this.model);
    this.#strips = new StripCache(this.model);
    this.#patterns = new Patterns(theme.palette.peek(), 1);
    this.#tooltip = new Tooltip(view.frame);
    this.#history = new HistoryRequests(store);
    this.#commands = new Commands(this);
    this.#toolbar = createToolbar(view, this.#idleMs, {
      fit: () => {
        this.model.fit();
        this.moved();
      },
      live: () => {
        this.model.setFollowing(!this.model.following);
        this.moved();
      },
    });
    this.body = new Body(this.model, this.#rowsSurface.canvas);
    this.#pool = new RowPool(this.body.labels);
    const head = (left: HTMLElement, surface: Surface) =>
      h("div", { class: "fw-tl-head" }, left, h("div", {}, surface.canvas));
    const { search, tools } = this.#toolbar;
    const heads = [head(search, this.#overviewSurface), head(tools, this.#axisSurface)];
    this.#path = mountPathBand(view, parent);
    this.#comparison = mountCompareBand(view, parent);
    const timeline = h("div", { class: "fw-tl" }, ...heads, this.body.scroller);
    this.#range = new RangePicker(view, this.model, this.#axisSurface.canvas.parentElement!);
    const byTask = h("div", { class: "fw-bt", role: "group", "aria-label": "Time by task", hidden: true });
    this.#gone = new GoneRows(view, this.model, this.#comparison);
    timeline.append(byTask, this.#gone.element, this.body.note);
    parent.append(timeline);
    mountOnceNeeded(
      view,
      () => ui.lens.value === "tasks",
      async () => {
        const { mountByTask } = await import("./lens/by-task");
        return () => mountByTask(view, byTask, this.#range.range);
      },
    );
    mountKeySheet(view, timeline);
    this.#listen();
    this.#watch(timeline);
    view.signal.addEventListener("abort", () => {
      if (this.#frame) cancelAnimationFrame(this.#frame);
      clearTimeout(this.#timer);
      this.#history.stop();
    });
  }

  // When to draw

  #watch(timeline: HTMLElement): void {
    const { store, ui, theme, effect, signal: ending } = this.view;
    effect(() => {
      store.revision.value;
      this.#refreshes.changed();
      this.#schedule();
    });
    effect(() => {
      const [phase, query, hideFinished] = [ui.phaseFilter.value, ui.query.value, ui.hideFinished.value];
      this.model.setFilter({ phase, query, hideFinished });
      this.model.sort = ui.sort.value;
      this.#refreshes.hurry();
      this.#schedule();
    });
    effect(() => {
      void ui.axis.value;
      this.model.setSqueezing(ui.squeezeIdle.value);
      this.#refreshes.hurry();
      this.moved();
    });
    effect(() => {
      const { is_terminal, ended_ms, connection, selected } = store.traits;
      void [is_terminal.value, ended_ms.value, connection.value, selected.value, store.kernelAlive.value];
      this.moved();
    });
    effect(() => {
      void theme.palette.value;
      const numbers = ui.lens.value === "path" || ui.lens.value === "compare";
      this.model.layout = layoutOf(ui.narrow.value, ui.tight.value, media("(pointer: coarse)"), numbers);
      timeline.style.setProperty("--fw-tl-label", `${this.model.layout.labelPx}px`);
      this.moved();
    });
    effect(() => {
      if (this.#frames.value > 0) untracked(() => this.#paint());
    });
    effect(() => {
      void this.#path.value;
      const comparison = this.#comparison.value;
      this.model.reachMs = comparison ? lastMs(comparison) : 0;
      this.moved();
    });
    effect(() => {
      void ui.crosshairMs.value;
      this.#headDirty = true;
      this.#schedule();
    });
    effect(() => {
      const wish = ui.reveal.value;
      if (wish) untracked(() => this.#commands.reveal(wish.id));
    });
    this.view.everyTick(16, () => this.#onTick());
    this.body.watchSize(() => this.draw(), ending);
  }

  #schedule(): void {
    if (!this.view.signal.aborted) this.#frame ||= requestAnimationFrame(() => this.draw());
  }

  /** Draw only where something would move by half a pixel, or a duration may read otherwise. */
  #onTick(): void {
    if (!this.model.tick()) return;
    const movedPx = Math.abs(this.model.clock.nowMs - this.#drawnNowMs) * this.model.scale.pxPerMs;
    if (movedPx < 0.5 && performance.now() - this.#drawnAt < STALE_MS) return;
    this.#headDirty = true;
    this.draw();
  }

  moved(): void {
    this.#headDirty = true;
    this.#schedule();
  }

  reorder(): void {
    this.#refreshes.hurry();
    this.draw();
  }

  /** Bring a row to the middle. */
  centre(key: string): void {
    const { model, body } = this;
    const { rowPx } = model.layout;
    const topPx = Math.max(0, model.indexOfKey(key) * rowPx - (body.heightPx - rowPx) / 2);
    if (media("(prefers-reduced-motion: no-preference)")) body.scrollSmoothly(topPx, key);
    else body.scrollPx = topPx;
  }

  // Drawing

  draw(): void {
    if (this.#frame) cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.view.signal.aborted) this.#frames.value = this.#frames.peek() + 1;
  }

  #paint(): void {
    const { model, body } = this;
    const { theme, store } = this.view;
    model.tick();
    this.#refresh();
    this.#strips.begin();
    if (body.layOut()) this.#headDirty = true;
    const dpr = globalThis.devicePixelRatio || 1;
    const palette = theme.palette.peek();
    if (this.#patterns.palette !== palette || this.#patterns.dpr !== dpr) {
      this.#patterns = new Patterns(palette, dpr);
      this.#headDirty = true;
    }
    const patterns = this.#patterns;
    const { scale } = model;
    const alive = store.kernelAlive.peek();
    const { state } = store.traits.connection.peek();
    const live = alive && (state === "live" || state === "polling");
    const now = model.clock.runOver ? null : live ? "live" : "stale";
    const marks = ticks(scale, model.marks, model.layout.tickPx);
    const cursorX = this.#pointer ? this.#pointer.plotX : this.#crosshairX();
    const hoverIndex = this.#pointer ? body.indexAt(this.#pointer.clientY) : -1;
    const common = { model, patterns, now, cursorX, dimmed: !alive } as const;
    if (this.#headDirty) paintOverview(this.#overviewSurface, { ...common, ticks: marks });
    paintAxis(this.#axisSurface, { ...common, ticks: marks });
    const path = this.#placedPath.of(this.#path.peek(), model.order);
    const rows = {
      scrollPx: body.scrollPx,
      heightPx: body.heightPx,
      selectedRow: store.actions.rowOf.get(store.traits.selected.peek()) ?? -1,
      hoverIndex,
      focusIndex: model.focusIndex,
      shares: path?.shares ?? null,
      compared: this.#placedComparison.of(this.#comparison.peek(), model.order),
    };
    paintRows(this.#rowsSurface, {
      ...common,
      ...rows,
      path,
      strips: this.#strips,
      scale,
      ticksMs: marks.atMs,
    });
    this.#pool.render(model, this.#strips, rows);
    setAttribute(body.scroller, "aria-rowcount", String(model.order.count));
    setAttribute(body.scroller, "aria-activedescendant", this.#pool.idOf(rows.focusIndex));
    this.#range.draw();
    this.#gone.draw();
    this.#toolbar.update(now === "live", model.following);
    this.#showTooltip(hoverIndex);
    this.#history.see(body.visibleActions());
    if (this.#strips.isCounting) this.#schedule();
    this.#headDirty = false;
    this.#drawnAt = performance.now();
    this.#drawnNowMs = model.clock.nowMs;
    this.#commands.revealWished();
  }

  pickWindow(): void {
    this.#range.pickWindow();
  }

  get pathRows(): readonly number[] {
    return [...new Set(this.#path.peek()?.map(({ row }) => row))];
  }

  /** Take in what changed. What the reader looks at stays where it is, whatever came in above it. */
  #refresh(): void {
    const { model, body } = this;
    const pointer = this.#pointer;
    const { rowPx } = model.layout;
    const top = body.scrollPx > 0 ? Math.floor(body.scrollPx / rowPx) : -1;
    const anchor = pointer ? body.indexAt(pointer.clientY) : top;
    const key = model.keyAt(anchor);
    const { reordered, recounted, againMs } = this.#refreshes.run(performance.now());
    if (againMs !== null) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#schedule();
      }, againMs);
    }
    if (reordered || recounted) this.#headDirty = true;
    if (recounted) this.#idleMs.value = lengthMs(model.overview.idle);
    if (!reordered) return;
    this.#strips.refresh();
    const { aim } = body;
    const index = model.indexOfKey(key);
    if (index >= 0 && index !== anchor) body.scrollPx += (index - anchor) * rowPx;
    // A smooth scroll that is under way still arrives, wherever its row is now.
    if (model.indexOfKey(aim) >= 0) this.centre(aim);
  }

  /** Where the time of the log line under the pointer lies; null: there is none, or it is out of sight. */
  #crosshairX(): number | null {
    const atMs = this.view.ui.crosshairMs.peek();
    if (atMs === null) return null;
    const { scale, actions, plotPx } = this.model;
    const x = scale.x(atMs - actions.baseMs);
    return x >= 0 && x <= plotPx ? x : null;
  }

  #showTooltip(index: number): void {
    const { model } = this;
    const pointer = this.#pointer;
    // Narrow labels have no numbers, so there the labels have a tooltip too.
    if (!pointer || index < 0 || (pointer.plotX === null && !model.layout.narrow)) {
      this.#tooltip.hide();
      return;
    }
    // Over a label there is no time: the latest attempt is told.
    const atMs = pointer.plotX === null ? model.clock.nowMs : model.scale.ms(pointer.plotX);
    const text = tooltipOf(model, index, atMs, (bucket) => this.#strips.countsOf(bucket));
    this.#tooltip.show(text, pointer.clientX, pointer.clientY);
  }

  // What the reader does

  #listen(): void {
    const { model, body } = this;
    const commands = this.#commands;
    const { scroller } = body;
    scroller.addEventListener("scroll", () => this.#schedule(), { passive: true });
    listenToRows(scroller, body.plot, {
      model,
      indexAt: (y) => body.indexAt(y),
      hover: (clientX, clientY, plotX) => {
        this.#pointer = { clientX, clientY, plotX };
        this.#schedule();
      },
      leave: () => {
        this.#pointer = null;
        this.#schedule();
      },
      click: (index, chevron, plotX) => {
        commands.click(index, chevron);
        const row = model.order.item[index] ?? -1;
        if (plotX < 0 || row < 0) return;
        const atMs = model.actions.baseMs + model.scale.ms(plotX);
        this.view.ui.moment.value = { id: model.actions.id[row]!, atMs };
      },
      moved: () => this.moved(),
    });
    listenToOverview(this.#overviewSurface.canvas, model, () => this.moved());
    scroller.addEventListener("focus", () => {
      commands.focus();
      this.#schedule();
    });
    scroller.addEventListener("keydown", (event) => {
      if (!commands.onKey(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }
}
