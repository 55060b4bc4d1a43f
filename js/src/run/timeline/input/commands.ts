// What the reader does with rows: keys, clicks, wishes of other parts to see an action.
import { isLaidOut } from "../../../ui/dom";
import type { View } from "../../../ui/view-state";
import type { Body } from "../body";
import type { TimelineModel } from "../model";
import { nextFailure } from "../rows/failures";
import { Fold, isFiltering } from "../rows/order";
import { type KeyAction, keyActionOf } from "./keys";

/** What the commands need of the timeline. */
export interface CommandTarget {
  readonly view: View;
  readonly model: TimelineModel;
  readonly body: Body;
  /** Draw at once. */
  draw(): void;
  /** Order the rows anew, then draw. */
  reorder(): void;
  /** The window of time has changed. */
  moved(): void;
  centre(key: string): void;
  /** Actions on the critical path in the order of time, while it is shown. */
  readonly pathRows: readonly number[];
  /** Add up by task what is seen of the run. */
  pickWindow(): void;
}

export class Commands {
  /** The action to bring on screen; "": none. */
  #wish = "";

  constructor(private readonly target: CommandTarget) {}

  /** True where the key was ours. */
  onKey(event: KeyboardEvent): boolean {
    const action = keyActionOf(event);
    if (action === null) return false;
    this.#wish = "";
    return this.#run(action);
  }

  /** The focus came to the rows: begin at what is selected, else at the top of what is seen. */
  focus(): void {
    const { model, body, view } = this.target;
    if (model.focusIndex >= 0) return;
    const selected = view.store.traits.selected.peek();
    const top = Math.ceil(body.scrollPx / model.layout.rowPx);
    model.focusKey = model.indexOfKey(selected) >= 0 ? selected : model.keyAt(top);
  }

  click(index: number, onChevron: boolean): void {
    const { model } = this.target;
    this.#wish = "";
    if (index < 0) return;
    model.focusKey = model.keyAt(index);
    if (onChevron || model.order.item[index]! < 0) this.#toggle(index);
    else this.#openDetails(index);
    this.target.draw();
  }

  /** Bring an action on screen, whatever hides it: now, or as soon as it can be. */
  reveal(id: string): void {
    this.#wish = id;
    this.revealWished();
  }

  /** Call when rows have come and were laid out. A hidden tab has no rows, and cannot be scrolled. */
  revealWished(): void {
    const id = this.#wish;
    const { model, body, view } = this.target;
    if (!model.actions.rowOf.has(id) || !isLaidOut(view.frame)) return;
    this.#wish = "";
    const index = model.show(id);
    if (index < 0) return;
    model.focusKey = id;
    this.target.reorder();
    body.layOut();
    const { rowPx } = model.layout;
    const topPx = index * rowPx;
    const seen = topPx >= body.scrollPx && topPx + rowPx <= body.scrollPx + body.heightPx;
    if (seen) return;
    this.target.centre(id);
    this.target.draw();
  }

  #run(action: KeyAction): boolean {
    const { model, body } = this.target;
    const at = model.focusIndex;
    const last = model.order.count - 1;
    const page = Math.max(1, Math.floor(body.heightPx / model.layout.rowPx) - 1);
    switch (action.kind) {
      case "step":
        return this.#focusRow(at + action.by);
      case "page":
        return this.#focusRow(at + action.by * page);
      case "edge":
        return this.#focusRow(action.to === "first" ? 0 : last);
      case "expand":
        if (model.order.fold[at] === Fold.Open) return this.#focusRow(at + 1);
        return this.#toggle(at, true) || last >= 0;
      case "collapse": {
        if (this.#toggle(at, false)) return true;
        const parent = at < 0 ? -1 : model.order.parentIndex(at);
        return parent < 0 ? last >= 0 : this.#focusRow(parent);
      }
      case "details":
        if (at < 0) return false;
        if (model.order.item[at]! < 0) return this.#toggle(at);
        this.#openDetails(at);
        return this.#focusRow(at);
      case "zoom":
        return this.#look(() => model.zoom(action.factor));
      case "pan":
        return this.#look(() => model.pan((model.window.toMs - model.window.fromMs) * action.share));
      case "fit":
        return this.#look(() => model.fit());
      case "live":
        return !model.clock.runOver && this.#look(() => model.setFollowing(!model.following));
      case "failure":
        return this.#alongPath(action.by) || this.#toFailure(action.by);
      case "range":
        this.target.pickWindow();
        return true;
      case "lens": {
        const { lens } = this.target.view.ui;
        lens.value = lens.peek() === action.lens ? "" : action.lens;
        return true;
      }
      case "escape":
        return this.#escape();
    }
  }

  #look(change: () => void): boolean {
    change();
    this.target.moved();
    return true;
  }

  /** At the ends the key is still ours: it must not move the notebook's cells. */
  #focusRow(index: number): boolean {
    const { model, body } = this.target;
    if (model.order.count === 0) return false;
    const to = Math.min(model.order.count - 1, Math.max(0, index));
    model.focusKey = model.keyAt(to);
    const { rowPx } = model.layout;
    const bottomPx = (to + 1) * rowPx - body.heightPx;
    if (to * rowPx < body.scrollPx) body.scrollPx = to * rowPx;
    else if (bottomPx > body.scrollPx) body.scrollPx = bottomPx;
    // The row must be in the page before the key's work is done, or a screen reader has nothing to read.
    this.target.draw();
    return true;
  }

  #toggle(index: number, open?: boolean): boolean {
    if (!this.target.model.toggle(index, open)) return false;
    this.target.reorder();
    return true;
  }

  #openDetails(index: number): void {
    const { model, view } = this.target;
    view.store.select(model.actions.id[model.order.item[index]!]!);
    view.ui.detailsOpen.value = true;
  }

  /** While the critical path is shown, its next action. */
  #alongPath(by: 1 | -1): boolean {
    const { model, pathRows } = this.target;
    if (pathRows.length === 0) return false;
    const at = pathRows.indexOf(model.order.item[model.focusIndex] ?? -1);
    const to = at < 0 ? (by > 0 ? 0 : pathRows.length - 1) : at + by;
    const row = pathRows[to];
    if (row !== undefined) this.reveal(model.actions.id[row]!);
    return true;
  }

  #toFailure(by: 1 | -1): boolean {
    const { model, view } = this.target;
    const item = model.order.item[model.focusIndex] ?? -1;
    const row = nextFailure(model.actions, model.tree, item, by);
    if (row < 0) view.announce("No action failed.");
    else {
      const id = model.actions.id[row]!;
      // The details that are open go along.
      if (view.ui.detailsOpen.peek()) view.store.select(id);
      this.reveal(id);
    }
    return true;
  }

  /** First the selection goes, then what the timeline is looked at for, then the filter; after that the key is the page's. */
  #escape(): boolean {
    const { model, view } = this.target;
    const { store, ui } = view;
    if (store.traits.selected.peek() || ui.detailsOpen.peek()) {
      store.select("");
      ui.detailsOpen.value = false;
      return true;
    }
    if (ui.lens.peek()) {
      ui.lens.value = "";
      return true;
    }
    if (!isFiltering(model.filter)) return false;
    ui.query.value = "";
    ui.phaseFilter.value = 0;
    ui.hideFinished.value = false;
    return true;
  }
}
