// The timeline of all actions: builds its elements, and draws once a frame what has changed. State: the UI's.
import { h, setAttribute } from "../dom";
import type { View } from "../ui";
import { Brush } from "./brush";
import { nextFailure } from "./failures";
import { HistoryRequests } from "./history";
import { type Act, actOf } from "./keys";
import { DEFAULT_ROWS, layoutOf } from "./layout";
import { TimelineModel } from "./model";
import { Fold, isFiltering } from "./order";
import { paintAxis, paintOverview } from "./paint-head";
import { paintRows } from "./paint-rows";
import { listenToOverview, listenToRows } from "./pointer";
import { RowPool } from "./rows";
import { ticks } from "./scale";
import { StripCache } from "./strip-cache";
import { Surface } from "./surface";
import { createToolbar } from "./toolbar";
import { Tooltip } from "./tooltip";
import { tooltipOf } from "./words";

export { default as timelineCss } from "./timeline.css";

/** Rows are ordered, and the overview counted, at most this often. */
const REORDER_MS = 100;
const RECOUNT_MS = 250;
const RECOUNT_MANY_MS = 1_000;
const MANY = 5_000;
/** Durations in the labels are to keep up even where a pixel is an hour. */
const STALE_MS = 200;
const COARSE = "(pointer: coarse)";

const media = (query: string): boolean => globalThis.matchMedia?.(query).matches ?? false;

export function mountTimeline(view: View, parent: HTMLElement): void {
  new Timeline(view, parent);
}

class Timeline {
  private readonly model: TimelineModel;
  private readonly strips: StripCache;
  private readonly overviewSurface = new Surface("fw-tl-overview");
  private readonly axisSurface = new Surface("fw-tl-axis");
  private readonly rowsSurface = new Surface("fw-tl-plot");
  private readonly labels = h("div", { class: "fw-tl-labels", role: "presentation" });
  private readonly sticky = h("div", { class: "fw-tl-view", role: "presentation" });
  private readonly space = h("div", { role: "presentation" }, this.sticky);
  private readonly scroller = h(
    "div",
    { class: "fw-tl-scroll", role: "treegrid", tabindex: 0, "aria-label": "Actions of the run" },
    this.space,
  );
  private readonly none = h("div", { class: "fw-tl-none" });
  private readonly pool = new RowPool(this.labels);
  private readonly toolbar: ReturnType<typeof createToolbar>;
  private readonly tooltip: Tooltip;
  private readonly history: HistoryRequests;
  private brush: Brush;

  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private orderDirty = true;
  private headDirty = true;
  private orderedAt = Number.NEGATIVE_INFINITY;
  private countedAt = Number.NEGATIVE_INFINITY;
  private countedNowMs = 0;
  private drawnAt = 0;
  private drawnNowMs = 0;
  private bodyPx = 0;
  private autoBodyPx = 0;
  private pointer: { clientX: number; clientY: number; plotX: number | null } | null = null;

  constructor(
    private readonly view: View,
    parent: HTMLElement,
  ) {
    const { store, ui, theme, signal } = view;
    this.model = new TimelineModel(store, ui);
    this.strips = new StripCache(this.model);
    this.brush = new Brush(theme.palette.peek(), 1);
    this.tooltip = new Tooltip(view.frame);
    this.history = new HistoryRequests(store);
    this.toolbar = createToolbar(view, this.model, {
      fit: () => this.changeWindow(() => this.model.fit()),
      live: () => this.changeWindow(() => this.model.setFollowing(!this.model.following)),
    });
    this.sticky.append(this.labels, this.rowsSurface.canvas);
    const head = (left: HTMLElement, surface: Surface) =>
      h("div", { class: "fw-tl-head" }, left, h("div", {}, surface.canvas));
    parent.append(
      h(
        "div",
        { class: "fw-tl" },
        head(this.toolbar.search, this.overviewSurface),
        head(this.toolbar.tools, this.axisSurface),
        this.scroller,
        this.none,
      ),
    );
    this.listen();
    this.watch();
    signal.addEventListener("abort", () => {
      if (this.frame) cancelAnimationFrame(this.frame);
      clearTimeout(this.timer);
      this.history.stop();
    });
  }

  // When to draw

  private watch(): void {
    const { store, ui, theme, signal } = this.view;
    this.view.effect(() => {
      store.revision.value;
      this.orderDirty = true;
      this.schedule();
    });
    this.view.effect(() => {
      this.model.setFilter({
        phase: ui.phaseFilter.value,
        query: ui.query.value,
        hideFinished: ui.hideFinished.value,
      });
      this.orderNow();
    });
    this.view.effect(() => {
      store.traits.is_terminal.value;
      store.traits.ended_ms.value;
      store.traits.connection.value;
      store.traits.selected.value;
      store.kernelAlive.value;
      this.headDirty = true;
      this.schedule();
    });
    this.view.effect(() => {
      theme.palette.value;
      this.model.layout = layoutOf(ui.narrow.value, media(COARSE));
      this.headDirty = true;
      this.schedule();
    });
    this.view.effect(() => {
      const wish = ui.reveal.value;
      if (wish) this.reveal(wish.id);
    });
    this.view.everyTick(16, () => this.onTick());
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => {
      // Before the first layout, and while hidden, there is nothing to measure.
      if (this.scroller.clientWidth > 0 || this.model.order.count === 0) this.draw();
    });
    observer.observe(this.scroller);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  private schedule(): void {
    if (this.view.signal.aborted) return;
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  /** Draw only where something would move by half a pixel, or a duration may read otherwise. */
  private onTick(): void {
    if (!this.model.tick()) return;
    const movedPx = Math.abs(this.model.clock.nowMs - this.drawnNowMs) * this.model.scale.pxPerMs;
    if (movedPx < 0.5 && performance.now() - this.drawnAt < STALE_MS) return;
    this.headDirty = true;
    this.draw();
  }

  private orderNow(): void {
    this.orderDirty = true;
    this.orderedAt = Number.NEGATIVE_INFINITY;
    this.schedule();
  }

  private changeWindow(change: () => void): void {
    change();
    this.headDirty = true;
    this.schedule();
  }

  // Drawing

  private draw(): void {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { model } = this;
    model.tick();
    this.refreshData();
    this.layOut();
    const { theme, store } = this.view;
    const dpr = globalThis.devicePixelRatio || 1;
    const palette = theme.palette.peek();
    if (this.brush.palette !== palette || this.brush.dpr !== dpr) {
      this.brush = new Brush(palette, dpr);
      this.headDirty = true;
    }
    const { brush } = this;
    const { scale } = model;
    const alive = store.kernelAlive.peek();
    const { state } = store.traits.connection.peek();
    const live = alive && (state === "live" || state === "polling");
    const now = model.clock.runOver ? null : live ? "live" : "stale";
    const marks = ticks(scale, model.originMs, model.layout.tickPx);
    const cursorX = this.pointer?.plotX ?? null;
    const hoverIndex = this.pointer ? this.indexAt(this.pointer.clientY) : -1;
    const common = { model, brush, now, cursorX, dimmed: !alive } as const;
    if (this.headDirty) paintOverview(this.overviewSurface, { ...common, ticks: marks });
    paintAxis(this.axisSurface, { ...common, ticks: marks });
    const rows = {
      scrollPx: this.scroller.scrollTop,
      heightPx: this.bodyPx,
      selectedRow: store.actions.rowOf.get(store.traits.selected.peek()) ?? -1,
      hoverIndex,
      focusIndex: model.focusIndex,
    };
    paintRows(this.rowsSurface, { ...common, ...rows, strips: this.strips, scale, ticksMs: marks.atMs });
    this.pool.render(model, this.strips, rows);
    setAttribute(this.scroller, "aria-rowcount", String(model.order.count));
    setAttribute(this.scroller, "aria-activedescendant", this.pool.idOf(rows.focusIndex));
    this.toolbar.update();
    this.showTooltip(hoverIndex);
    this.history.see(this.visibleRows());
    this.headDirty = false;
    this.drawnAt = performance.now();
    this.drawnNowMs = model.clock.nowMs;
  }

  /** Order and count anew what has changed, but not more often than one can look. */
  private refreshData(): void {
    const { model } = this;
    const t = performance.now();
    const recountMs = model.actions.count > MANY ? RECOUNT_MANY_MS : RECOUNT_MS;
    const { stepMs } = model.overview.bins;
    const moved = Math.abs(model.clock.nowMs - this.countedNowMs) > stepMs;
    if ((this.orderDirty || moved) && t - this.countedAt >= recountMs) {
      model.recount();
      // The first count tells the origin and the end, and with them the range to count in.
      if (this.countedAt === Number.NEGATIVE_INFINITY) model.recount();
      this.countedAt = t;
      this.countedNowMs = model.clock.nowMs;
      this.headDirty = true;
    } else if (this.orderDirty) this.wakeIn(recountMs);
    if (!this.orderDirty) return;
    if (t - this.orderedAt < REORDER_MS) {
      this.wakeIn(REORDER_MS - (t - this.orderedAt));
      return;
    }
    this.orderDirty = false;
    this.orderedAt = t;
    const { rowPx } = model.layout;
    const anchor = this.pointer
      ? this.indexAt(this.pointer.clientY)
      : Math.floor(this.scroller.scrollTop / rowPx);
    const key = this.pointer || this.scroller.scrollTop > 0 ? model.keyAt(anchor) : "";
    model.reorder();
    this.strips.clear();
    this.headDirty = true;
    const index = model.indexOfKey(key);
    if (index < 0 || index === anchor) return;
    // What the reader looks at stays where it is, whatever came in above it.
    this.space.style.height = `${model.order.count * rowPx}px`;
    this.scroller.scrollTop += (index - anchor) * rowPx;
  }

  private wakeIn(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.schedule();
    }, ms);
  }

  private layOut(): void {
    const { model, scroller, space, sticky, none } = this;
    const { rowPx, labelPx } = model.layout;
    const { count } = model.order;
    const empty = count === 0;
    scroller.hidden = empty;
    none.hidden = !empty;
    if (empty) {
      none.textContent = isFiltering(model.filter) ? "No action matches." : "No actions yet.";
      return;
    }
    const many = count > DEFAULT_ROWS;
    const autoPx = Math.min(count, DEFAULT_ROWS) * rowPx;
    if (autoPx !== this.autoBodyPx) {
      this.autoBodyPx = autoPx;
      scroller.style.height = `${autoPx}px`;
    }
    scroller.classList.toggle("fw-tl-many", many);
    space.style.height = `${count * rowPx}px`;
    // Pulled larger than there are rows, the plot still fills it.
    this.bodyPx = scroller.clientHeight || autoPx;
    sticky.style.height = `${this.bodyPx}px`;
    const plotPx = Math.max(0, (scroller.clientWidth || 960) - labelPx);
    if (plotPx !== model.plotPx) {
      model.plotPx = plotPx;
      this.headDirty = true;
    }
  }

  private *visibleRows(): Generator<number> {
    const { order, layout } = this.model;
    const first = Math.floor(this.scroller.scrollTop / layout.rowPx);
    const end = Math.min(order.count, Math.ceil((this.scroller.scrollTop + this.bodyPx) / layout.rowPx));
    for (let i = Math.max(0, first); i < end; i++) if (order.item[i]! >= 0) yield order.item[i]!;
  }

  private showTooltip(index: number): void {
    const { pointer, model } = this;
    if (!pointer || index < 0 || (pointer.plotX === null && !model.layout.narrow)) {
      this.tooltip.hide();
      return;
    }
    const atMs = model.scale.ms(pointer.plotX ?? 0);
    const text = tooltipOf(model, index, atMs, (bucket) => this.strips.countsOf(bucket));
    this.tooltip.show(text, pointer.clientX, pointer.clientY);
  }

  // What the reader does

  private indexAt(clientY: number): number {
    const y = clientY - this.scroller.getBoundingClientRect().top;
    if (y < 0 || y >= this.bodyPx) return -1;
    const index = Math.floor((y + this.scroller.scrollTop) / this.model.layout.rowPx);
    return index < this.model.order.count ? index : -1;
  }

  private listen(): void {
    const { scroller, model } = this;
    const options = { signal: this.view.signal };
    scroller.addEventListener("scroll", () => this.schedule(), { ...options, passive: true });
    listenToRows(scroller, this.rowsSurface.canvas, {
      model,
      indexAt: (y) => this.indexAt(y),
      hover: (_, plotX, { clientX, clientY }) => {
        this.pointer = { clientX, clientY, plotX };
        this.schedule();
      },
      leave: () => {
        this.pointer = null;
        this.schedule();
      },
      click: (index, chevron) => this.click(index, chevron),
      moved: () => this.changeWindow(() => undefined),
    });
    listenToOverview(this.overviewSurface.canvas, model, () => this.changeWindow(() => undefined));
    scroller.addEventListener("focus", () => {
      if (model.focusIndex < 0) {
        const { selected } = this.view.store.traits;
        const top = Math.ceil(scroller.scrollTop / model.layout.rowPx);
        model.focusKey = model.indexOfKey(selected.peek()) >= 0 ? selected.peek() : model.keyAt(top);
      }
      this.schedule();
    });
    scroller.addEventListener("keydown", (event) => {
      const act = actOf(event);
      if (!act || !this.act(act)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  private click(index: number, chevron: boolean): void {
    if (index < 0) return;
    this.model.focusKey = this.model.keyAt(index);
    if (chevron || this.model.order.item[index]! < 0) this.toggle(index);
    else this.openDetails(index);
    this.schedule();
  }

  private openDetails(index: number): void {
    const item = this.model.order.item[index]!;
    this.view.store.select(this.model.actions.id[item]!);
    this.view.ui.detailsOpen.value = true;
  }

  private toggle(index: number, open?: boolean): boolean {
    if (!this.model.toggle(index, open)) return false;
    this.orderNow();
    return true;
  }

  /** True where the key was ours. */
  private act(act: Act): boolean {
    const { model } = this;
    const at = model.focusIndex;
    const last = model.order.count - 1;
    const page = Math.max(1, Math.floor(this.bodyPx / model.layout.rowPx) - 1);
    switch (act.kind) {
      case "step":
        return this.focusRow(at + act.by);
      case "page":
        return this.focusRow(Math.min(last, Math.max(0, at + act.by * page)));
      case "edge":
        return this.focusRow(act.to === "first" ? 0 : last);
      case "expand":
        if (model.order.fold[at] === Fold.Open) return this.focusRow(at + 1);
        return this.toggle(at, true) || true;
      case "collapse":
        if (this.toggle(at, false)) return true;
        return this.focusRow(model.order.parentIndex(Math.max(0, at))) || true;
      case "details":
        if (at < 0) return false;
        if (model.order.item[at]! < 0) return this.toggle(at);
        this.openDetails(at);
        return true;
      case "zoom":
        this.changeWindow(() => model.zoom(act.factor));
        return true;
      case "pan":
        this.changeWindow(() => model.pan((model.window.toMs - model.window.fromMs) * act.share));
        return true;
      case "fit":
        this.changeWindow(() => model.fit());
        return true;
      case "live":
        if (model.clock.runOver) return false;
        this.changeWindow(() => model.setFollowing(!model.following));
        return true;
      case "failure":
        return this.toFailure(act.by);
      case "escape":
        return this.escape();
    }
  }

  private focusRow(index: number): boolean {
    const { model, scroller } = this;
    if (model.order.count === 0) return false;
    // At the ends the key is still ours: it must not move the notebook's cells.
    const to = Math.min(model.order.count - 1, Math.max(0, index));
    model.focusKey = model.keyAt(to);
    const { rowPx } = model.layout;
    if (to * rowPx < scroller.scrollTop) scroller.scrollTop = to * rowPx;
    else if ((to + 1) * rowPx > scroller.scrollTop + this.bodyPx)
      scroller.scrollTop = (to + 1) * rowPx - this.bodyPx;
    // At once, so that the reader's active row is in the page before the key's work is done.
    this.draw();
    return true;
  }

  private toFailure(by: 1 | -1): boolean {
    const { model } = this;
    const item = model.order.item[model.focusIndex] ?? -1;
    const row = nextFailure(model.actions, model.tree, item, by);
    if (row < 0) {
      this.view.announce("No action failed.");
      return true;
    }
    this.reveal(model.actions.id[row]!);
    return true;
  }

  /** First the selection goes, then the filter; after that the key is the page's. */
  private escape(): boolean {
    const { store, ui } = this.view;
    if (store.traits.selected.peek() || ui.detailsOpen.peek()) {
      store.select("");
      ui.detailsOpen.value = false;
      return true;
    }
    if (!isFiltering(this.model.filter)) return false;
    ui.query.value = "";
    ui.phaseFilter.value = 0;
    ui.hideFinished.value = false;
    return true;
  }

  private reveal(id: string): void {
    const { model, scroller } = this;
    const index = model.show(id);
    if (index < 0) return;
    model.focusKey = id;
    this.strips.clear();
    this.layOut();
    const { rowPx } = model.layout;
    const top = index * rowPx;
    if (top < scroller.scrollTop || top + rowPx > scroller.scrollTop + this.bodyPx) {
      const to = Math.max(0, top - (this.bodyPx - rowPx) / 2);
      if (media("(prefers-reduced-motion: no-preference)"))
        scroller.scrollTo({ top: to, behavior: "smooth" });
      else scroller.scrollTop = to;
    }
    this.headDirty = true;
    this.schedule();
  }
}
