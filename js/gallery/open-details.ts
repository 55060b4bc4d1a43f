import type { Stage } from "./states";

/** As by the keyboard: Enter on the selected row. */
export function openDetails(stage: Stage): void {
  const grid = stage.find<HTMLElement>("[role=treegrid]");
  grid.focus();
  grid.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true }));
  grid.blur();
}
