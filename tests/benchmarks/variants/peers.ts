// The page of front_end.py with two more ways to draw the rows: what people reach for when a notebook is to show bars
// over time. Each as its own examples have it, with the rows in a view of the same size.
import * as Plot from "@observablehq/plot";
import { DataSet, Timeline } from "vis-timeline/standalone/esm/vis-timeline-graph2d.mjs";
import visCss from "vis-timeline/styles/vis-timeline-graph2d.min.css";
import type { ActionSpec } from "../../../js/test/pack";
import { WAYS } from "./page";
import { COLOURS, LABEL_PX, NOW_MS, painted, ROW_PX, VIEW_PX, type Way } from "./rows";

/** Where the variants' own epoch is; vis-timeline knows dates only. */
const EPOCH_MS = 1_795_000_000_000;
const PLOT_WIDTH_PX = 960;

const endOf = (endMs: number, nowMs: number): number => (Number.isNaN(endMs) ? nowMs : endMs);

function scrolled(): HTMLElement {
  const element = document.createElement("div");
  element.style.cssText = `height: ${VIEW_PX}px; overflow-y: auto; position: relative; font: 12px sans-serif`;
  return element;
}

/** A group for each action, an item for each of its segments. Of a block only what is in it is changed. */
class VisTimeline implements Way {
  readonly #groups = new DataSet<{ id: number; content: string }>();
  readonly #items = new DataSet<{ id: string; group: number; content: string; start: number; end: number; style: string }>();
  #root!: HTMLElement;

  async mount(parent: HTMLElement, actions: readonly ActionSpec[]): Promise<void> {
    const style = document.createElement("style");
    style.textContent = `${visCss} .vis-labelset .vis-label .vis-inner { padding: 0; height: ${ROW_PX}px }`;
    this.#root = document.createElement("div");
    parent.append(style, this.#root);
    this.#put(new Map(actions.entries()), NOW_MS);
    const options = {
      height: VIEW_PX,
      verticalScroll: true,
      zoomKey: "ctrlKey" as const,
      stack: false,
      margin: { axis: 0, item: 0 },
      start: EPOCH_MS,
      end: EPOCH_MS + NOW_MS,
    };
    new Timeline(this.#root, this.#items, this.#groups, options);
    while (!this.#root.querySelector(".vis-item")) await painted();
    await painted();
  }

  take(changed: ReadonlyMap<number, ActionSpec>, nowMs: number): void {
    this.#put(changed, nowMs);
  }

  scroller(): HTMLElement {
    return this.#root.querySelector<HTMLElement>(".vis-panel.vis-left")!;
  }

  #put(actions: ReadonlyMap<number, ActionSpec>, nowMs: number): void {
    this.#groups.update([...actions].map(([id, { name }]) => ({ id, content: name })));
    this.#items.update(
      [...actions].flatMap(([group, { segments }]) =>
        segments.map(({ phase, startMs, endMs }, i) => ({
          id: `${group} ${i}`,
          group,
          content: "",
          start: EPOCH_MS + startMs,
          end: EPOCH_MS + endOf(endMs, nowMs),
          style: `background: ${COLOURS[phase] ?? COLOURS[0]!}`,
        })),
      ),
    );
  }
}

/** A rectangle for each segment, on an axis that has each action; drawn anew with each block, as a plot is. */
class ObservablePlot implements Way {
  readonly #scrolled = scrolled();
  #actions: ActionSpec[] = [];
  #nowMs = NOW_MS;
  #isDirty = false;

  async mount(parent: HTMLElement, actions: readonly ActionSpec[]): Promise<void> {
    this.#actions = [...actions];
    parent.append(this.#scrolled);
    this.#draw();
    await painted();
  }

  take(changed: ReadonlyMap<number, ActionSpec>, nowMs: number): void {
    for (const [row, action] of changed) this.#actions[row] = action;
    this.#nowMs = nowMs;
    if (this.#isDirty) return;
    this.#isDirty = true;
    requestAnimationFrame(() => {
      this.#isDirty = false;
      this.#draw();
    });
  }

  scroller(): HTMLElement {
    return this.#scrolled;
  }

  #draw(): void {
    const bars = this.#actions.flatMap(({ name, segments }) =>
      segments.map(({ phase, startMs, endMs }) => ({
        name,
        startMs,
        endMs: endOf(endMs, this.#nowMs),
        colour: COLOURS[phase] ?? COLOURS[0]!,
      })),
    );
    const plot = Plot.plot({
      width: PLOT_WIDTH_PX,
      height: this.#actions.length * ROW_PX,
      marginTop: 0,
      marginBottom: 0,
      marginLeft: LABEL_PX,
      x: { axis: null },
      y: { label: null, domain: this.#actions.map(({ name }) => name) },
      marks: [Plot.barX(bars, { x1: "startMs", x2: "endMs", y: "name", fill: "colour" })],
    });
    this.#scrolled.replaceChildren(plot);
  }
}

WAYS["vis-timeline"] = () => new VisTimeline();
WAYS["Observable Plot"] = () => new ObservablePlot();
