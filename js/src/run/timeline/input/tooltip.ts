// The box beside the crosshair. It never takes the pointer, and it stays inside the widget.

import { cssName } from "../../../core/phases";
import { h } from "../../../ui/dom";
import { glyph } from "../../../ui/icons";
import type { TooltipText } from "../rows/words";

const WIDTH_PX = 236;
const AWAY_PX = 12;
const EDGE_PX = 4;

export class Tooltip {
  readonly #element = h("div", { class: "fw-tl-tip", "aria-hidden": "true" });
  #key = "";

  constructor(private readonly frame: HTMLElement) {
    this.#element.hidden = true;
    frame.append(this.#element);
  }

  /** Show at a point in the window's coordinates. */
  show(text: TooltipText, clientX: number, clientY: number): void {
    const { frame } = this;
    const element = this.#element;
    const key = JSON.stringify(text);
    if (key !== this.#key) {
      this.#key = key;
      this.#fill(text);
    }
    element.hidden = false;
    const box = frame.getBoundingClientRect();
    const width = Math.min(WIDTH_PX, box.width - 2 * EDGE_PX);
    element.style.width = `${width}px`;
    const height = element.offsetHeight;
    const [x, y] = [clientX - box.left, clientY - box.top];
    const right = x + AWAY_PX;
    const left = right + width > box.width - EDGE_PX ? x - AWAY_PX - width : right;
    const below = y + AWAY_PX;
    const top = below + height > box.height - EDGE_PX ? y - AWAY_PX - height : below;
    const inside = (at: number, size: number, room: number) =>
      Math.max(EDGE_PX, Math.min(at, room - size - EDGE_PX));
    element.style.transform = `translate(${inside(left, width, box.width)}px, ${inside(top, height, box.height)}px)`;
  }

  hide(): void {
    this.#element.hidden = true;
  }

  #fill({ title, aside, lines, footer }: TooltipText): void {
    const head = h(
      "div",
      { class: "fw-tl-tip-head" },
      h("b", { class: "fw-cut", dir: "auto" }, title),
      h("span", {}, aside),
    );
    const rows = lines.map(({ phase, text, value, strong }) => {
      const mark = glyph(phase, 12);
      mark.style.color = `var(--fw-ink-${cssName(phase)})`;
      const className = strong ? "fw-tl-tip-line fw-tl-strong" : "fw-tl-tip-line";
      return h("div", { class: className }, mark, h("span", {}, text), h("span", {}, value));
    });
    const foot = h("div", { class: "fw-tl-tip-foot" }, ...footer.map((line) => h("div", {}, line)));
    this.#element.replaceChildren(h("div", { class: "fw-tl-tip-body" }, head, ...rows), foot);
  }
}
