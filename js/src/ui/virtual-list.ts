// A list that draws only the rows on screen: log lines, runs, rows of a table. The browser scrolls natively; a pool of
// elements follows. What the reader looks at stays where it is, whatever comes, goes or grows above it.
// State: the UI's (scroll position, follow mode, measured heights).
import { h, setAttribute } from "./dom";
import { FixedHeights, type Heights, MeasuredHeights } from "./row-heights";

/** An element of the pool. */
export interface ListRow {
  readonly element: HTMLElement;
  /** Show the row at `index`. Called for every row on screen at each `refresh`. */
  show(index: number): void;
}

export interface ListSource {
  readonly count: number;
  /** A name that stays the row's own while rows come and go above it. */
  keyAt(index: number): string | number;
  /** Where the row with this key is now; -1: it is gone. */
  indexOf(key: string | number): number;
}

export interface ListOptions {
  source: ListSource;
  create(): ListRow;
  /** Height of each row. With `measured`: a first guess, until a row was on screen. */
  rowPx: number;
  /** Rows differ in height, and change it with the width. */
  measured?: boolean;
  /** Begin at the last row, and keep to it while rows come. */
  follow?: boolean;
  /** Called when following begins or ends. */
  onFollow?(following: boolean): void;
  /** Called after each drawing with the rows on screen: `from` up to, but not with, `to`. */
  onRange?(from: number, to: number): void;
  /** "grid", "log", "list" …; null where the caller's own element has the role. */
  role: string | null;
  /** What a screen reader calls the list. */
  name: string;
  /** Rows above and below those on screen. */
  overscan?: number;
  signal: AbortSignal;
}

/** Scrolled up by so much, the reader wants to stay there. */
const LEAVE_END_PX = 10;
/** A view that has no height yet draws as many rows as fit here. */
const UNKNOWN_HEIGHT_PX = 400;
/** More is never on screen; a guard against a container that grows with its rows. */
const MAX_ROWS = 400;

export class VirtualList {
  readonly #space = h("div", { class: "fw-list-space", role: "presentation" });
  readonly element: HTMLElement;
  readonly #heights: Heights;
  /** Rows in the page by index; what is left of the pool. */
  #shown = new Map<number, ListRow>();
  readonly #spare: ListRow[] = [];
  #keys = new Map<number, string | number>();
  #frame = 0;
  #topPx = 0;
  #heightPx = 0;
  #widthPx = 0;
  #following: boolean;
  #pointerY: number | null = null;
  /** The contents of the rows on screen are old. */
  #stale = true;

  constructor(private readonly options: ListOptions) {
    const { role, name, signal, rowPx } = options;
    this.element = h("div", { class: "fw-list", role, "aria-label": name, tabindex: 0 }, this.#space);
    this.#heights = options.measured ? new MeasuredHeights(rowPx) : new FixedHeights(rowPx);
    this.#following = options.follow ?? false;
    this.element.addEventListener("scroll", () => this.#onScroll(), { passive: true, signal });
    const point = ({ clientY, pointerType }: PointerEvent): void => {
      this.#pointerY = pointerType === "touch" ? null : clientY;
    };
    this.element.addEventListener("pointermove", point, { passive: true, signal });
    this.element.addEventListener(
      "pointerleave",
      () => {
        this.#pointerY = null;
      },
      { signal },
    );
    this.#watchSize();
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame));
  }

  get following(): boolean {
    return this.#following;
  }

  /** Whether the pointer is over the list or the focus inside it: rows that come must not push others away. */
  get isAttended(): boolean {
    return this.#pointerY !== null || this.element.matches(":focus-within");
  }

  /** Keep to the last row from now on, or stay here. */
  follow(on: boolean): void {
    if (on !== this.#following) {
      this.#following = on;
      this.options.onFollow?.(on);
    }
    if (on) this.refresh();
  }

  /** Rows have come, gone or changed. Draws at once: call it once for a batch. */
  refresh(): void {
    if (this.options.signal.aborted) return;
    const anchor = this.#anchor();
    const { source } = this.options;
    this.#heights.reset(source);
    this.#stale = true;
    this.#makeRoom();
    if (this.#following) this.#setTop(this.#endPx);
    else if (anchor) {
      const index = source.indexOf(anchor.key);
      if (index >= 0) this.#setTop(this.#heights.topOf(index) - anchor.abovePx);
    }
    this.#draw();
  }

  /** Bring a row on screen: not at all where it is there, else to the nearest edge, or to the middle. */
  reveal(index: number, align: "nearest" | "center" = "nearest"): void {
    const { count } = this.options.source;
    if (count === 0) return;
    const at = Math.max(0, Math.min(count - 1, index));
    this.follow(false);
    // Measured rows on the way may be higher than they were guessed.
    for (let pass = 0; pass < 3; pass++) {
      const [topPx, rowPx] = [this.#heights.topOf(at), this.#heights.heightOf(at)];
      const bottomPx = topPx + rowPx - this.#viewPx;
      const seen = topPx >= this.#topPx && bottomPx <= this.#topPx;
      if (seen) break;
      const middlePx = topPx - (this.#viewPx - rowPx) / 2;
      this.#setTop(align === "center" ? middlePx : topPx < this.#topPx ? topPx : bottomPx);
      this.#draw();
    }
  }

  /** The element that shows a row now; null while it is not in the page. */
  rowAt(index: number): ListRow | null {
    return this.#shown.get(index) ?? null;
  }

  /** Row under a point of the window; -1: none. */
  indexAt(clientY: number): number {
    const y = clientY - this.element.getBoundingClientRect().top + this.#topPx;
    return y < 0 || y >= this.#heights.totalPx ? -1 : this.#heights.indexAt(y);
  }

  get scrollPx(): number {
    return this.#topPx;
  }

  /** Where the list is scrolled to, as a row and how far it is above the edge: fit to come back to. */
  get place(): { key: string | number; abovePx: number } | null {
    return this.#anchorAt(this.#topPx);
  }

  set place(place: { key: string | number; abovePx: number } | null) {
    const index = place ? this.options.source.indexOf(place.key) : -1;
    if (!place || index < 0) return;
    this.follow(false);
    this.#makeRoom();
    this.#setTop(this.#heights.topOf(index) - place.abovePx);
    this.#draw();
  }

  get #viewPx(): number {
    return this.#heightPx || UNKNOWN_HEIGHT_PX;
  }

  get #endPx(): number {
    return Math.max(0, this.#heights.totalPx - this.#viewPx);
  }

  /** The row that must not move: the one under the pointer, else the first on screen. At the top new rows slide in. */
  #anchor(): { key: string | number; abovePx: number } | null {
    if (this.#following) return null;
    if (this.#pointerY !== null) {
      const y = this.#pointerY - this.element.getBoundingClientRect().top;
      return this.#anchorAt(this.#topPx + y);
    }
    return this.#topPx <= 0 && !this.isAttended ? null : this.#anchorAt(this.#topPx);
  }

  #anchorAt(yPx: number): { key: string | number; abovePx: number } | null {
    const index = this.#heights.indexAt(Math.max(0, yPx));
    const key = this.#keys.get(index); // as it was drawn: the source may have changed since
    return key === undefined ? null : { key, abovePx: this.#heights.topOf(index) - this.#topPx };
  }

  #makeRoom(): void {
    this.#space.style.height = `${this.#heights.totalPx}px`;
    setAttribute(
      this.element,
      "aria-rowcount",
      this.options.role === "grid" ? String(this.options.source.count) : null,
    );
  }

  #setTop(topPx: number): void {
    const to = Math.max(0, Math.min(topPx, this.#endPx));
    if (Math.abs(to - this.#topPx) < 0.5) return;
    this.#topPx = to;
    this.element.scrollTop = to;
  }

  #onScroll(): void {
    const before = this.#topPx;
    this.#topPx = this.element.scrollTop;
    const leftPx = this.#endPx - this.#topPx;
    if (this.#following && this.#topPx < before && leftPx >= LEAVE_END_PX) this.follow(false);
    else if (!this.#following && this.options.follow !== undefined && this.#topPx > before && leftPx < 1) {
      this.follow(true);
    }
    // Within the frame in which the browser shows the new position.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    if (this.options.signal.aborted) return;
    // A row that turns out higher than it was guessed may push others off the screen, or pull some on it.
    for (let pass = 0; pass < 4; pass++) {
      this.#place();
      if (!this.#measure()) break;
    }
    this.#stale = false;
    const { from, to } = this.#range(0);
    this.options.onRange?.(from, to);
  }

  #range(overscan: number): { from: number; to: number } {
    const { count } = this.options.source;
    if (count === 0) return { from: 0, to: 0 };
    const first = this.#heights.indexAt(this.#topPx);
    const last = this.#heights.indexAt(Math.max(0, this.#topPx + this.#viewPx - 1));
    const from = Math.max(0, first - overscan);
    return { from, to: Math.min(count, last + 1 + overscan, from + MAX_ROWS) };
  }

  /** Put an element at each row on screen. One that shows the row already is left there, for a selection in it. */
  #place(): void {
    const { source, overscan = 4 } = this.options;
    const { from, to } = this.#range(overscan);
    const before = this.#shown;
    const byKey = new Map([...before].map(([index, row]) => [this.#keys.get(index)!, row]));
    const now = new Map<number, ListRow>();
    const keys = new Map<number, string | number>();
    const free: ListRow[] = [];
    for (let index = from; index < to; index++) {
      const key = source.keyAt(index);
      const row = byKey.get(key);
      keys.set(index, key);
      if (!row) continue;
      now.set(index, row);
      byKey.delete(key);
    }
    for (const [key, row] of byKey) {
      const index = source.indexOf(key);
      // The one with the focus stays in the page, off screen: else the keys would go to nobody.
      if (index >= 0 && row.element.matches(":focus-within")) {
        now.set(index, row);
        keys.set(index, key);
      } else free.push(row);
    }
    for (let index = from; index < to; index++) {
      let row = now.get(index);
      const isNew = !row;
      row ??= free.pop() ?? this.#spare.pop() ?? this.options.create();
      now.set(index, row);
      if (isNew || this.#stale || before.get(index) !== row) {
        row.show(index);
        if (this.options.role === "grid") setAttribute(row.element, "aria-rowindex", String(index + 1));
      }
    }
    for (const row of free) {
      row.element.remove();
      this.#spare.push(row);
    }
    this.#shown = now;
    this.#keys = keys;
    this.#stale = false;
    this.#arrange();
  }

  /** In the page's order the rows are as they are seen: readers walk it. */
  #arrange(): void {
    let next: ChildNode | null = this.#space.firstChild;
    for (const [index, { element }] of [...this.#shown].sort(([a], [b]) => a - b)) {
      if (next === element) next = element.nextSibling;
      else this.#space.insertBefore(element, next);
      element.style.transform = `translateY(${this.#heights.topOf(index)}px)`;
      if (!this.options.measured) element.style.height = `${this.options.rowPx}px`;
    }
  }

  /** True where a row has another height than was known. What is on screen keeps its place. */
  #measure(): boolean {
    if (!this.options.measured) return false;
    const anchor = this.#following ? null : this.#anchorAt(this.#topPx);
    let changed = false;
    for (const [index, { element }] of this.#shown) {
      const px = element.offsetHeight;
      if (px > 0 && this.#heights.learn(index, px)) changed = true;
    }
    if (!changed) return false;
    this.#makeRoom();
    if (this.#following) this.#setTop(this.#endPx);
    else if (anchor) {
      this.#setTop(this.#heights.topOf(this.options.source.indexOf(anchor.key)) - anchor.abovePx);
    }
    return true;
  }

  #watchSize(): void {
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      if (height === 0) return; // hidden: nothing to learn
      const anchor = this.#following ? null : this.#anchorAt(this.#topPx);
      if (width !== this.#widthPx) this.#heights.forget();
      [this.#widthPx, this.#heightPx] = [width, height];
      // Taken out of the page and put back, an element is at its top again, without a word.
      if (this.element.scrollTop !== this.#topPx) this.element.scrollTop = this.#topPx;
      this.#makeRoom();
      if (this.#following) this.#setTop(this.#endPx);
      else if (anchor) {
        const index = this.options.source.indexOf(anchor.key);
        if (index >= 0) this.#setTop(this.#heights.topOf(index) - anchor.abovePx);
      }
      this.#draw();
    });
    observer.observe(this.element);
    this.options.signal.addEventListener("abort", () => observer.disconnect());
  }
}
