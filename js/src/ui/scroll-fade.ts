// A fade at the end of a row that scrolls sideways without a bar, where there is more of it.
import { setAttribute } from "./dom";

/** Keep the fades of `row` true: now, as it scrolls, and as it is resized. Gives a function for when its contents change. */
export function watchScrollFade(row: HTMLElement, until: AbortSignal): () => void {
  const fade = (): void => {
    const { scrollLeft, clientWidth, scrollWidth } = row;
    setAttribute(row, "data-more-before", scrollLeft > 1 ? "" : null);
    setAttribute(row, "data-more-after", scrollLeft + clientWidth < scrollWidth - 1 ? "" : null);
  };
  row.classList.add("fw-scroll-fade");
  row.addEventListener("scroll", fade, { passive: true, signal: until });
  if (typeof ResizeObserver !== "undefined") {
    const observer = new ResizeObserver(fade);
    observer.observe(row);
    until.addEventListener("abort", () => observer.disconnect());
  }
  return fade;
}
