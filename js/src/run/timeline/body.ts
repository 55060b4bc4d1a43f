// The rows' scroll container: a spacer as high as all rows, and in it a sticky view that holds labels and canvas, so
// that the browser scrolls natively and the two cannot tear.

import { grouped } from "../../core/format";
import { h, setText } from "../../ui/dom";
import { DEFAULT_ROWS, NARROW_ROWS } from "./layout";
import type { TimelineModel } from "./model";
import { isFiltering } from "./rows/order";

/** The strip of a larger fold is drawn from what was observed: so many histories would load the backend. */
const MAX_FOLD_HISTORIES = 120;

export class Body {
  /** Height of the rows on screen. */
  heightPx = 0;
  readonly labels = h("div", { class: "fw-tl-labels", role: "presentation" });
  readonly scroller: HTMLElement;
  /** What there is to say of rows that are not here. */
  readonly note = h("div", { class: "fw-tl-note" });
  readonly #sticky: HTMLElement;
  readonly #space: HTMLElement;
  #autoPx = 0;
  /** Rows without a filter. */
  #rows = 0;
  #topPx = 0;
  /** Key of the row that a smooth scroll goes to; "": none is under way. */
  #aim = "";
  #aimPx = 0;
  /** Of the scroller's inside; null: to be measured. */
  #box: { widthPx: number; heightPx: number } | null = null;

  constructor(
    private readonly model: TimelineModel,
    readonly plot: HTMLElement,
  ) {
    this.#sticky = h("div", { class: "fw-tl-view", role: "presentation" }, this.labels, plot);
    this.#space = h("div", { role: "presentation" }, this.#sticky);
    const name = "Actions of the run";
    const grid = { class: "fw-tl-scroll", role: "treegrid", tabindex: 0, "aria-label": name };
    this.scroller = h("div", grid, this.#space);
    this.scroller.addEventListener("scroll", () => this.#readTop(), { passive: true });
    // The end of an earlier scroll is told a frame later, perhaps after a smooth one has begun.
    this.scroller.addEventListener("scrollend", () => {
      if (Math.abs(this.scroller.scrollTop - this.#aimPx) < 2) this.#aim = "";
    });
    const letGo = (): void => {
      this.#aim = "";
    };
    for (const type of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      this.scroller.addEventListener(type, letGo, { passive: true });
    }
  }

  /** As it was scrolled last: to ask the element in each frame would lay out the page once more. */
  get scrollPx(): number {
    const { order, layout } = this.model;
    return Math.max(0, Math.min(this.#topPx, order.count * layout.rowPx - this.heightPx));
  }

  /** Ends a smooth scroll, as the browser does. */
  set scrollPx(topPx: number) {
    this.#aim = "";
    this.#makeRoom();
    this.scroller.scrollTop = topPx;
    this.#readTop();
  }

  /** For rows that have just come: without it the browser would cut how far it is scrolled. */
  #makeRoom(): void {
    this.#space.style.height = `${this.model.order.count * this.model.layout.rowPx}px`;
  }

  #readTop(): void {
    this.#topPx = this.scroller.scrollTop;
  }

  /** Call `changed` when the scroller has another size. */
  watchSize(changed: () => void, until: AbortSignal): void {
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      this.#box = null;
      // Taken out of the page and put back, an element is at its top again, without a word.
      const moved = this.#aim === "" && this.scroller.scrollTop !== this.#topPx;
      if (entry?.contentRect.height && moved) this.scrollPx = this.#topPx;
      changed();
    });
    observer.observe(this.scroller);
    until.addEventListener("abort", () => observer.disconnect());
  }

  get aim(): string {
    return this.#aim;
  }

  scrollSmoothly(topPx: number, key: string): void {
    this.#makeRoom();
    this.#aim = key;
    this.#aimPx = Math.min(topPx, this.scroller.scrollHeight - this.scroller.clientHeight);
    this.scroller.scrollTo({ top: topPx, behavior: "smooth" });
  }

  /** Fit the elements to the rows, and the model to the elements. True where the plot has another width. */
  layOut(): boolean {
    const { model, scroller, note } = this;
    const { rowPx, labelPx } = model.layout;
    const { count } = model.order;
    const text = this.#noteText();
    note.hidden = text === "";
    setText(note, text);
    // A filter or a search changes what is in the rows, not how high they are.
    if (!isFiltering(model.filter)) this.#rows = count;
    const rows = Math.max(count, this.#rows);
    scroller.hidden = rows === 0;
    note.classList.toggle("fw-tl-nothing", count === 0 && rows > 0);
    if (rows === 0) return false;
    const most = model.layout.narrow ? NARROW_ROWS : DEFAULT_ROWS;
    const autoPx = Math.min(rows, most) * rowPx;
    // Set only when it changes: a height that the reader pulled is kept.
    if (autoPx !== this.#autoPx) {
      this.#autoPx = autoPx;
      this.#box = null;
      scroller.style.height = `${autoPx}px`;
    }
    scroller.classList.toggle("fw-tl-many", rows > most);
    this.#makeRoom();
    this.#box ??= { widthPx: scroller.clientWidth, heightPx: scroller.clientHeight };
    this.heightPx = this.#box.heightPx || autoPx;
    this.#sticky.style.height = `${this.heightPx}px`;
    const plotPx = Math.max(0, (this.#box.widthPx || 960) - labelPx);
    if (plotPx === model.plotPx) return false;
    model.plotPx = plotPx;
    return true;
  }

  #noteText(): string {
    const { actions, order, filter } = this.model;
    if (order.count === 0) return isFiltering(filter) ? "No action matches." : "No actions yet.";
    if (actions.known <= actions.count) return "";
    const [kept, known] = [grouped(actions.count), grouped(actions.known)];
    return `${kept} of ${known} actions are saved here: groups, failures and the longest.`;
  }

  /** Row under a point of the window; -1: none. */
  indexAt(clientY: number): number {
    const y = clientY - this.scroller.getBoundingClientRect().top;
    if (y < 0 || y >= this.heightPx) return -1;
    const index = Math.floor((y + this.scrollPx) / this.model.layout.rowPx);
    return index < this.model.order.count ? index : -1;
  }

  /** The actions on screen, as rows of the data; those in a fold as well, whose strip tells of all of them. */
  *visibleActions(): Generator<number> {
    const { order, layout } = this.model;
    const end = Math.min(order.count, Math.ceil((this.scrollPx + this.heightPx) / layout.rowPx));
    for (let i = Math.max(0, Math.floor(this.scrollPx / layout.rowPx)); i < end; i++) {
      const item = order.item[i]!;
      if (item >= 0) yield item;
      else if (order.sizeOf(-1 - item) <= MAX_FOLD_HISTORIES) yield* order.members(-1 - item);
    }
  }
}
