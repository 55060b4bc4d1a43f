// The state diagram's band: the switch between its readings, the drawing for the width, and the same facts as a table.
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { label, Phase } from "../../core/phases";
import { h, setAttribute } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { EdgeDrawing } from "./draw-edges";
import { NodeDrawing } from "./draw-nodes";
import { mountFold } from "./fold";
import { FoldedRow } from "./folded";
import { layoutFor } from "./layout";
import { captionOf, type DiagramModel } from "./model";
import { groupTitles } from "./notes";
import { mountReading, readingsOf } from "./reading";
import { FactsTable } from "./table";
import type { Layout } from "./types";

export { default as diagramCss } from "./diagram.css";

const TICK_MS = 250;

interface Drawing {
  layout: Layout;
  edges: EdgeDrawing;
  nodes: NodeDrawing;
}

export function mountDiagram(view: View, parent: HTMLElement): void {
  const { store, ui } = view;
  const table = new FactsTable();
  const area = h("div", { class: "fw-drawing-area", role: "graphics-document document" });
  const reading = h("div", { class: "fw-reading" });
  const whole = h("div", { id: "fw-diagram-whole" }, reading, area, table.element);
  const fold = mountFold(view, whole.id);
  const band = h("div", { class: "fw-diagram" }, fold.button, whole);
  FactsTable.describes(area);
  parent.append(band);

  const { all, chosen: model } = readingsOf(view);
  const caption = computed(() => captionOf(model.value));
  mountReading(view, reading, caption);

  const drawing = signal<Drawing | null>(null);
  const titles = groupTitles(view);
  const choose = (phase: number): void => {
    ui.hideFinished.value = false; // one filter at a time, as in the timeline's menu
    ui.phaseFilter.value = ui.phaseFilter.peek() === phase ? 0 : phase;
  };
  const folded = new FoldedRow(view, choose);
  band.append(folded.element);
  onResize(view, folded.element, () => folded.fit());
  view.effect(() => {
    const isFolded = fold.isFolded.value;
    whole.hidden = isFolded;
    folded.element.hidden = !isFolded;
    setAttribute(band, "data-folded", isFolded ? "" : null);
    if (isFolded) folded.update(all.value, store.nowMs(), ui.narrow.value);
    else drawing.peek()?.nodes.fit(); // it was measured while it had no size
  });
  const widthPx = watchWidth(view, band);
  const layout = computed(() => layoutFor(widthPx.value, ui.narrow.value));
  view.effect(() => {
    const now = layout.value;
    const before = drawing.peek();
    if (before?.layout.kind === now.kind && before.layout.width === now.width) return;
    const focused = before?.nodes.focused ?? 0;
    const [edges, nodes] = [new EdgeDrawing(now), new NodeDrawing(now, titles, choose)];
    area.replaceChildren(edges.element, ...nodes.elements);
    setAttribute(band, "data-layout", now.kind);
    setAttribute(band, "data-tight", now.compact ? "" : null);
    area.style.width = `${now.width}px`;
    reading.style.setProperty("--drawing-width", `${now.width}px`);
    const { x, y } = now.nodes.get(Phase.Queued)!;
    reading.style.setProperty("--x", `${x}px`);
    reading.style.setProperty("--y", `${y + 60}px`);
    drawing.value = { layout: now, edges, nodes };
    if (focused) {
      nodes.update(model.peek(), store.nowMs());
      nodes.focus(focused);
    }
  });
  const probe = h(
    "span",
    { class: "fw-font-probe", "aria-hidden": "true" },
    label(Phase.WaitingForResources),
  );
  band.append(probe);
  onResize(view, probe, () => drawing.peek()?.nodes.fit());
  view.effect(() => {
    const now = drawing.value;
    if (!now) return;
    const nowMs = store.nowMs();
    now.edges.update(model.value);
    now.nodes.update(model.value, nowMs);
    table.update(model.value, nowMs);
    const used = model.value.unknown.length > 0;
    const end = used ? now.layout.unknown : now.layout.nodes.get(Phase.Paused)!;
    reading.style.setProperty("--room", `${end.x - now.layout.nodes.get(Phase.Queued)!.x - 12}px`);
    area.style.height = `${used ? now.layout.heightWithUnknown : now.layout.height}px`;
    setAttribute(area, "aria-label", nameOf(model.value));
  });
  view.everyTick(TICK_MS, () => {
    const nowMs = store.nowMs();
    drawing.peek()?.nodes.tick(nowMs);
    table.tick(nowMs);
  });

  area.addEventListener(
    "keydown",
    (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const moved = drawing.peek()?.nodes.move(event.target, event.key) ?? false;
      const cleared = event.key === "Escape" && ui.phaseFilter.peek() !== 0;
      if (cleared) ui.phaseFilter.value = 0;
      if (moved || cleared) event.preventDefault();
      // The notebook has its own ideas of Enter, Space and the arrows.
      if (moved || cleared || event.key === "Enter" || event.key === " ") event.stopPropagation();
    },
    { signal: view.signal },
  );
}

function nameOf(model: DiagramModel): string {
  const what = model.reading === "all" ? "States of all actions" : "States of the selected action";
  return model.path.phase === 0 ? what : `${what}. Now: ${label(model.path.phase)}`;
}

/** The band's width in whole pixels; 0 until it is laid out. */
function watchWidth(view: View, band: HTMLElement): ReadonlySignal<number> {
  const widthPx = signal(0);
  onResize(view, band, (px) => {
    if (px >= 1) widthPx.value = Math.floor(px);
  });
  return widthPx;
}

function onResize(view: View, element: Element, run: (widthPx: number) => void): void {
  if (typeof ResizeObserver === "undefined") return;
  const observer = new ResizeObserver(([entry]) => run(entry?.contentRect.width ?? 0));
  observer.observe(element);
  view.signal.addEventListener("abort", () => observer.disconnect());
}
