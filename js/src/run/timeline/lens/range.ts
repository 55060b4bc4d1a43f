// A stretch of time that is picked on the axis: what is added up by task is then only that.
import { type Signal, signal } from "@preact/signals-core";
import { axisTime, duration } from "../../../core/format";
import { h } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";
import type { TimelineModel } from "../model";
import type { TimeRange } from "./by-task";

/** A press that moves less is a click, and picks nothing. */
const DRAG_PX = 4;

export class RangePicker {
  readonly range: Signal<TimeRange | null> = signal(null);
  readonly #words = h("span");
  readonly #clear = h(
    "button",
    { class: "fw-range-clear", "aria-label": "Show the whole run" },
    icon("close", 10),
  );
  readonly element = h(
    "div",
    { class: "fw-range", hidden: true },
    h("div", { class: "fw-range-pill" }, this.#words, this.#clear),
  );

  /** `axis` is what is dragged on; the range is drawn over it. */
  constructor(
    private readonly view: View,
    private readonly model: TimelineModel,
    axis: HTMLElement,
  ) {
    const { ui, signal: until } = view;
    axis.classList.add("fw-range-axis");
    axis.append(this.element);
    this.#clear.addEventListener("click", () => this.pick(null), { signal: until });
    view.effect(() => {
      // It belongs to the table: with another view of the timeline it goes.
      if (ui.lens.value !== "tasks") this.pick(null);
    });
    axis.addEventListener("pointerdown", (event) => this.#drag(axis, event), { signal: until });
  }

  pick(range: TimeRange | null): void {
    this.range.value = range;
    this.draw();
  }

  /** What is seen of the run now. */
  pickWindow(): void {
    const { model } = this;
    const { scale } = model;
    this.view.ui.lens.value = "tasks";
    this.#pickPx(scale.x0, scale.x1);
  }

  draw(): void {
    const range = this.range.peek();
    this.element.hidden = range === null;
    if (!range) return;
    const { scale, actions, originMs } = this.model;
    const [fromMs, toMs] = [range.fromMs - actions.baseMs, range.toMs - actions.baseMs];
    const x = scale.x(fromMs);
    this.element.style.left = `${x}px`;
    this.element.style.width = `${Math.max(1, scale.x(toMs) - x)}px`;
    const at = (ms: number): string => axisTime(ms - originMs, 1000);
    const ends = this.view.ui.narrow.peek() ? "" : `${at(fromMs)} – ${at(toMs)}, `;
    this.#words.textContent = `${ends}${duration(toMs - fromMs)}`;
  }

  #drag(axis: HTMLElement, down: PointerEvent): void {
    if (down.button !== 0 || this.element.contains(down.target as Node)) return;
    const { left } = axis.getBoundingClientRect();
    const fromX = down.clientX - left;
    const ending = new AbortController();
    const options = { signal: ending.signal };
    axis.setPointerCapture?.(down.pointerId);
    axis.addEventListener(
      "pointermove",
      ({ clientX, buttons }) => {
        const x = clientX - left;
        if (buttons === 0) ending.abort();
        else if (Math.abs(x - fromX) >= DRAG_PX) {
          this.view.ui.lens.value = "tasks";
          this.#pickPx(Math.min(x, fromX), Math.max(x, fromX));
        }
      },
      options,
    );
    for (const kind of ["pointerup", "pointercancel"])
      axis.addEventListener(kind, () => ending.abort(), options);
    this.view.signal.addEventListener("abort", () => ending.abort(), options);
  }

  #pickPx(fromX: number, toX: number): void {
    const { scale, actions } = this.model;
    const ms = (x: number): number => actions.baseMs + scale.ms(Math.min(scale.x1, Math.max(scale.x0, x)));
    this.pick({ fromMs: ms(fromX), toMs: ms(toX) });
  }
}
