// The elements around the list, and what they show: band, news, what stands in place of rows, the layout by width.
import { plural } from "../core/format";
import type { RunsState } from "../core/protocol";
import { Band } from "../ui/band";
import { h, setAttribute, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { columnHeads, Empty, Foot, skeleton } from "./ends";
import type { RunsModel } from "./model";
import { bandContent, isFaulty, type Report } from "./notes";

const NARROW_PX = 560;
const SLIM_PX = 800;
const WIDE_PX = 1200;
const ROW_PX = 28;
const NARROW_ROW_PX = 46;

export interface SurfaceParts {
  head: HTMLElement;
  list: HTMLElement;
  pane: HTMLElement;
}

export interface SurfaceActions {
  retry(): void;
  dismiss(): void;
  clearFilters(): void;
  showNews(): void;
}

/** What is read, and going on. */
export interface Reading {
  hasMore: boolean;
  isReading: boolean;
  hasFailed: boolean;
}

export class Surface {
  readonly frame: HTMLElement;
  readonly #status = h("div", { class: "fw-unseen", role: "status", "aria-live": "polite" });
  readonly #columns = columnHeads();
  readonly #news = h("button", { class: "fw-rl-news", hidden: true });
  readonly #skeleton = skeleton();
  readonly #foot = new Foot();
  readonly #empty: Empty;
  readonly #band: Band;
  #widthPx = 0;

  constructor(
    private readonly parts: SurfaceParts,
    private readonly on: SurfaceActions,
    signal: AbortSignal,
  ) {
    this.#band = new Band({ signal, announce: (text) => this.announce(text) });
    this.#empty = new Empty(() => on.clearFilters());
    this.#news.addEventListener("click", () => on.showNews(), { signal });
    const body = h("div", { class: "fw-rl-body" }, this.#columns, this.#news, parts.list);
    const ends = [this.#empty.element, this.#skeleton, this.#foot.element];
    const main = h("div", { class: "fw-rl-main" }, parts.head, this.#band.element, body, ...ends);
    const named = { role: "region", "aria-label": "Flyte runs", dir: "ltr" };
    this.frame = h("div", { class: "fw fw-runs", ...named }, this.#status, main, parts.pane);
  }

  /** Height of a row as it is laid out now. */
  get rowPx(): number {
    return this.frame.hasAttribute("data-narrow") ? NARROW_ROW_PX : ROW_PX;
  }

  announce(text: string): void {
    setText(this.#status, text);
  }

  draw(state: RunsState, runs: RunsModel, report: Report | null): void {
    this.#band.update(bandContent(state, report, this.on));
    this.#news.hidden = runs.waitingNew === 0;
    if (runs.waitingNew > 0) {
      this.#news.replaceChildren(`${plural(runs.waitingNew, "new run")} `, icon("chevron-up", 12));
    }
  }

  drawEnds(state: RunsState, runs: RunsModel, older: Reading): void {
    const isEmpty = runs.items.length === 0;
    const isPending = !state.isRead || (isEmpty && (older.isReading || (older.hasMore && !older.hasFailed)));
    const { element } = this.#empty;
    this.#skeleton.hidden = !isEmpty || !isPending || isFaulty(state);
    element.hidden = !isEmpty || isPending || isFaulty(state);
    this.#columns.hidden = isEmpty;
    this.parts.list.hidden = isEmpty;
    if (!element.hidden) this.#empty.show(state, runs.filter);
    this.#foot.show(state, runs.shown, runs.filter.search, older);
  }

  /** One line a run or two; a run beside the list, or in its place. False: it is not laid out, and stays as it was. */
  fit(hasOpened: boolean, widthPx = this.#widthPx): boolean {
    this.#widthPx = widthPx;
    if (widthPx === 0) return false;
    const set = (name: string, on: boolean): void => setAttribute(this.frame, name, on ? "" : null);
    const isSplit = hasOpened && widthPx >= WIDE_PX;
    set("data-opened", hasOpened);
    set("data-split", isSplit);
    set("data-narrow", isSplit || widthPx < NARROW_PX);
    set("data-slim", widthPx < SLIM_PX);
    return true;
  }

  mark(name: "data-owners" | "data-gone" | "data-ticking", on: boolean): void {
    setAttribute(this.frame, name, on ? "" : null);
  }
}
