// Rows as elements: a pool of as many as fit the view, filled anew on each scroll. A bar is an element per segment.
import { COLOURS, LABEL_PX, ROW_PX, Variant, VIEW_PX } from "./rows";

const POOL = Math.ceil(VIEW_PX / ROW_PX) + 1;

export class Pooled extends Variant {
  readonly #rows: { element: HTMLElement; label: HTMLElement; plot: HTMLElement }[] = [];

  protected override prepare(): void {
    for (let i = 0; i < POOL; i++) {
      const element = document.createElement("div");
      const label = document.createElement("div");
      const plot = document.createElement("div");
      element.style.cssText = `position: absolute; left: 0; right: 0; height: ${ROW_PX}px`;
      label.style.cssText = `position: absolute; width: ${LABEL_PX}px; overflow: hidden; white-space: nowrap`;
      plot.style.cssText = `position: absolute; left: ${LABEL_PX}px; right: 0`;
      element.append(label, plot);
      this.view.append(element);
      this.#rows.push({ element, label, plot });
    }
  }

  protected override draw(): void {
    const first = Math.floor(this.scrolled.scrollTop / ROW_PX);
    for (const [i, { element, label, plot }] of this.#rows.entries()) {
      const action = this.actions[first + i];
      element.hidden = !action;
      if (!action) continue;
      element.style.transform = `translateY(${(first + i) * ROW_PX - this.scrolled.scrollTop}px)`;
      label.textContent = action.name;
      const { segments } = action;
      while (plot.children.length < segments.length) {
        const bar = document.createElement("div");
        bar.style.cssText = "position: absolute; top: 5px; height: 12px; border-radius: 2px";
        plot.append(bar);
      }
      for (const [k, bar] of [...plot.children].entries()) {
        const segment = segments[k];
        (bar as HTMLElement).hidden = !segment;
        if (!segment) continue;
        const endMs = Number.isNaN(segment.endMs) ? this.nowMs : segment.endMs;
        const { style } = bar as HTMLElement;
        style.left = `${this.x(segment.startMs)}px`;
        style.width = `${Math.max(1, this.x(endMs) - this.x(segment.startMs))}px`;
        style.background = COLOURS[segment.phase] ?? COLOURS[0]!;
      }
    }
  }
}
