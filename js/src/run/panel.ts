// A run in a panel beside the notebook: its bar, which leads to the list of runs, and the words and icon of its tab.
import { NEEDS_ANSWER } from "../core/phases";
import type { Store } from "../core/store";
import type { PanelView, Subject } from "../hosts/sidebar";
import { badgeOf } from "../ui/badge";
import { backButton, iconButton } from "../ui/buttons";
import { h } from "../ui/dom";
import type { Frame } from "../ui/frame";
import { glyph } from "../ui/icons";
import type { Palette } from "../ui/theme";
import type { View } from "../ui/view-state";

export class RunPanel implements Subject {
  readonly request;

  /** `drawFrame` draws a view; `countViews` counts those that are drawn anywhere. */
  constructor(
    private readonly store: Store,
    private readonly drawFrame: (into: HTMLElement) => Frame,
    private readonly countViews: () => number,
  ) {
    this.request = store.channel.request.bind(store.channel);
  }

  get key(): string {
    const { host, project, domain, run_name } = this.store.traits;
    return [host, project, domain, run_name].map((name) => name.peek()).join("/");
  }

  get id(): string {
    return this.store.traits.static_view_id.peek();
  }

  get views(): number {
    return this.countViews();
  }

  draw(into: HTMLElement, close: () => void): PanelView {
    const frame = this.drawFrame(into);
    frame.mount("panel bar", (view, parent) => mountPanelBar(view, parent, close), frame.element);
    return { host: frame.host, palette: frame.theme.palette, close: () => frame.close() };
  }

  title(): { label: string; caption: string } {
    const { task_name, run_name, waiting } = this.store.traits;
    const run = [task_name.value, run_name.value].filter(Boolean).join(" ");
    const name = task_name.value || run_name.value;
    // In a tab that is cut, what is needed comes first.
    const needs = waiting.value.length > 0 ? [NEEDS_ANSWER] : [];
    return {
      label: needs.length > 0 ? `● ${NEEDS_ANSWER}: ${name}` : name,
      caption: [`Flyte run ${run}: ${this.#badge.text}`, ...needs].join(", "),
    };
  }

  icon(palette: Palette): Element {
    const { phase, tone } = this.#badge;
    const mark = glyph(phase, 14);
    mark.style.color = (tone === "phase" && palette.phase(phase).ink) || "";
    return mark;
  }

  refuse(words: string): void {
    this.store.notice.value = words;
  }

  get #badge() {
    const { traits, kernelAlive } = this.store;
    const { phase, connection, is_terminal } = traits;
    return badgeOf(phase.value, connection.value.state, is_terminal.value, kernelAlive.value);
  }
}

/** The top line of a view in a panel: the way to all runs, and how to close it. A sidebar's tab has no button for that. */
function mountPanelBar({ store, signal }: View, frame: HTMLElement, close: () => void): void {
  const runs = backButton("Runs");
  const button = iconButton("Close this panel; the run goes on", "close");
  const say = (error: Error) => {
    store.notice.value = error.message;
  };
  const press = () => store.request("show_runs", {}).then(close, say);
  runs.addEventListener("click", press, { signal });
  button.addEventListener("click", close, { signal });
  frame.prepend(h("div", { class: "fw-bar fw-panel-bar" }, runs, button));
}
