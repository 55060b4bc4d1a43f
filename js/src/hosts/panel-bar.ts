// The top line of a view in a sidebar: what it is, and how to close it. A sidebar's own tab has no button for that.
import { h } from "../ui/dom";
import { icon } from "../ui/icons";
import type { View } from "../ui/view-state";

export function mountPanelBar(view: View, frame: HTMLElement, close: () => void): void {
  const name = "Close this panel; the run goes on";
  const button = h("button", { class: "fw-icon-button", title: name, "aria-label": name }, icon("close"));
  button.addEventListener("click", close, { signal: view.signal });
  frame.prepend(
    h("div", { class: "fw-panel-bar" }, h("span", { class: "fw-panel-title" }, "Flyte run"), button),
  );
}
