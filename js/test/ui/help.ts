// A view for the parts of ui/ alone: no store, no frame. Effects run at once, ticks by hand.
import { effect } from "@preact/signals-core";
import type { View } from "../../src/ui/view-state";

export interface PartView {
  view: View;
  /** What was said to a screen reader. */
  spoken: string[];
  /** In the page. */
  root: HTMLElement;
  close(): void;
}

export function partView(): PartView {
  const ending = new AbortController();
  const spoken: string[] = [];
  const root = document.createElement("div");
  document.body.append(root);
  const view = {
    frame: root,
    signal: ending.signal,
    effect: (run: () => void) => void effect(run),
    everyTick: () => {},
    announce: (text: string) => spoken.push(text),
  } as unknown as View;
  return {
    view,
    spoken,
    root,
    close() {
      ending.abort();
      root.remove();
    },
  };
}
