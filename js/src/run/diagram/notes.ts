// The two notes of the model, behind the titles of its groups: by mouse, touch and keyboard.
import { h, prose } from "../../ui/dom";
import { icon } from "../../ui/icons";
import { popup } from "../../ui/popup";
import type { View } from "../../ui/view-state";

export interface GroupTitle {
  name: string;
  /** What a screen reader is told of the group. */
  note: string;
  button: HTMLButtonElement;
}

const NOTES = [
  [
    "Active execution",
    "Driven by the backend’s scheduler: an action moves on, or back, as resources and retries allow.",
  ],
  ["Terminal states", "Final: nothing more is expected of an action here. Flyte’s `is_terminal` is true."],
] as const;

/** Made once a view, for the drawing changes with the width. */
export function groupTitles(view: View): readonly GroupTitle[] {
  return NOTES.map(([name, note]) => {
    const button = h(
      "button",
      { class: "fw-states-title", "aria-label": `About ${name}` },
      name,
      icon("info", 12),
    );
    popup(view, button, `About ${name}`, h("p", { class: "fw-popup-note" }, ...prose(note)));
    return { name, note: note.replaceAll("`", ""), button };
  });
}
