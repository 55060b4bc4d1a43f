// Keys that work wherever the focus is in the view, but for where text is typed.
import { isTyping } from "../ui/dom";
import type { View } from "../ui/view-state";

export function mountFrameKeys(view: View, frame: HTMLElement): void {
  const { ui } = view;
  const run: Record<string, () => boolean> = {
    "?": () => {
      ui.keysOpen.value = !ui.keysOpen.peek();
      return true;
    },
    d: () => {
      ui.diagramFolded.value = !(ui.diagramFolded.peek() ?? ui.narrow.peek());
      return true;
    },
    m: () => {
      if (!ui.detailsOpen.peek()) return false;
      ui.detailsMaximised.value = !ui.detailsMaximised.peek();
      return true;
    },
    "/": () => {
      const search = frame.querySelector<HTMLInputElement>("[type=search]");
      search?.focus();
      return search !== null;
    },
  };
  frame.addEventListener(
    "keydown",
    (event) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if (event.defaultPrevented || ctrlKey || metaKey || altKey || isTyping(event)) return;
      if (!run[key.toLowerCase()]?.()) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal: view.signal },
  );
}
