// The list of runs in a panel beside the notebook: one panel for all lists. Its icon has a dot while a run needs an answer.
import type { AnyModel } from "@anywidget/types";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Channel } from "../core/channel";
import { plural } from "../core/format";
import type { RunsTraits } from "../core/protocol";
import type { PanelView, Subject } from "../hosts/sidebar";
import { iconButton } from "../ui/buttons";
import { h, setAttribute, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import type { Palette } from "../ui/theme";
import type { RunsView } from "./view";

export class RunsPanel implements Subject {
  readonly key = "runs";
  readonly id: string;
  readonly request: Channel["request"];
  readonly #views = new Set<RunsView>();
  /** How many of the newest runs need an answer. */
  readonly #waiting: ReadonlySignal<number>;
  readonly #place: ReadonlySignal<string>;
  readonly #stop: () => void;

  constructor(
    model: AnyModel<RunsTraits>,
    channel: Channel,
    private readonly newView: (into: HTMLElement) => RunsView,
  ) {
    this.id = model.get("runs")!.id;
    this.request = channel.request.bind(channel);
    const state: Signal<RunsTraits["runs"]> = signal(model.get("runs")!);
    const take = (): void => {
      state.value = model.get("runs")!;
    };
    model.on("change:runs", take);
    this.#stop = () => model.off("change:runs", take);
    this.#waiting = computed(() => state.value!.rows.filter((row) => row.waiting).length);
    this.#place = computed(() => `${state.value!.project} / ${state.value!.domain}`);
  }

  get views(): number {
    return this.#views.size;
  }

  /** Draw a view, in a cell or in the panel. */
  drawView(into: HTMLElement): RunsView {
    const view = this.newView(into);
    this.#views.add(view);
    view.signal.addEventListener("abort", () => this.#views.delete(view));
    return view;
  }

  draw(into: HTMLElement, close: () => void): PanelView {
    const view = this.drawView(into);
    const button = iconButton("Close this panel", "close");
    button.addEventListener("click", close, { signal: view.signal });
    const place = h("span", { class: "fw-panel-place fw-cut" });
    view.signal.addEventListener(
      "abort",
      this.#place.subscribe((words) => {
        setText(place, words);
        setAttribute(place, "title", words);
      }),
    );
    view.frame.prepend(h("div", { class: "fw-bar fw-panel-bar" }, h("strong", {}, "Flyte"), place, button));
    return { host: view.host, palette: view.palette, focus: () => view.focus(), close: () => view.close() };
  }

  title(): { label: string; caption: string } {
    const waiting = this.#waiting.value;
    const news =
      waiting > 0 ? `: ${plural(waiting, "run")} ${waiting === 1 ? "needs" : "need"} an answer` : "";
    return { label: "Flyte runs", caption: `Flyte runs of ${this.#place.value}${news}` };
  }

  icon(palette: Palette): Element {
    const mark = h("span", {}, icon("panel"));
    mark.style.position = "relative";
    if (this.#waiting.peek() > 0) {
      const dot = h("span", { class: "fw-panel-dot" });
      const place = { position: "absolute", top: "-3px", right: "-5px", width: "8px", height: "8px" };
      Object.assign(dot.style, { ...place, borderRadius: "4px", background: palette.phase(9).fill });
      mark.append(dot);
    }
    return mark;
  }

  refuse(words: string): void {
    for (const view of this.#views) view.report(words);
  }

  close(): void {
    this.#stop();
    for (const view of [...this.#views]) view.close();
  }
}
