// Mouse, pen and touch on the rows and on the overview.
import { CHEVRON_PX, chevronPx } from "../layout";
import type { TimelineModel } from "../model";
import { drawn, type Grip, gripAt } from "../time/overview";
import { pinchWindow, type Scale, type TimeWindow } from "../time/scale";

const CLICK_PX = 5;

export interface PointerTarget {
  model: TimelineModel;
  /** Row under a point of the window; -1: none. */
  indexAt(clientY: number): number;
  /** `plotX`: null over the labels. */
  hover(clientX: number, clientY: number, plotX: number | null): void;
  leave(): void;
  /** `chevron`: the click was on it. `plotX`: below 0 over the labels. */
  click(index: number, chevron: boolean, plotX: number): void;
  moved(): void;
}

/** Where a drag began, and whether it is one yet. */
interface Drag {
  id: number;
  x: number;
  y: number;
  far: boolean;
}

const isFar = (drag: Drag, event: PointerEvent): boolean =>
  drag.far || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > CLICK_PX;

/** The middle of two fingers in the plot, and how far apart they are. */
function betweenOf(fingers: ReadonlyMap<number, PointerEvent>, plot: HTMLElement) {
  const [a, b] = [...fingers.values()] as [PointerEvent, PointerEvent];
  const x = (a.clientX + b.clientX) / 2 - plot.getBoundingClientRect().left;
  return { x, apartPx: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) };
}

export function listenToRows(scroller: HTMLElement, plot: HTMLElement, target: PointerTarget): void {
  const { model } = target;
  let drag: (Drag & { window: TimeWindow; inPlot: boolean }) | null = null;
  const fingers = new Map<number, PointerEvent>();
  let pinch: { scale: Scale; from: ReturnType<typeof betweenOf> } | null = null;
  const plotX = (event: MouseEvent): number => event.clientX - plot.getBoundingClientRect().left;

  const lift = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    drag = pinch = null;
  };
  scroller.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const x = plotX(event);
    // The scroll bar lies right of the plot.
    if (x > model.plotPx) return;
    if (event.pointerType === "touch") fingers.set(event.pointerId, event);
    if (fingers.size === 2) {
      drag = null;
      pinch = { scale: model.scale, from: betweenOf(fingers, plot) };
      for (const id of fingers.keys()) scroller.setPointerCapture(id);
      return;
    }
    const { window } = model;
    drag = { id: event.pointerId, x: event.clientX, y: event.clientY, far: false, window, inPlot: x >= 0 };
  });
  scroller.addEventListener("pointermove", (event) => {
    // Let go outside of the rows, before it was a drag.
    if (drag?.id === event.pointerId && event.buttons === 0) drag = null;
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event);
    if (pinch) {
      model.look(pinchWindow(pinch.scale, pinch.from, betweenOf(fingers, plot), model.full));
      target.moved();
      return;
    }
    if (drag && drag.id === event.pointerId && isFar(drag, event)) {
      if (!drag.far && drag.inPlot) scroller.setPointerCapture(event.pointerId);
      drag.far = true;
      if (drag.inPlot) {
        const byMs = (drag.x - event.clientX) / model.scale.pxPerMs;
        model.look({ fromMs: drag.window.fromMs + byMs, toMs: drag.window.toMs + byMs });
        target.leave();
        target.moved();
        return;
      }
    }
    if (event.pointerType === "touch") return;
    const x = plotX(event);
    target.hover(event.clientX, event.clientY, x >= 0 && x <= model.plotPx ? x : null);
  });
  scroller.addEventListener("pointerup", (event) => {
    const was = drag;
    lift(event);
    if (!was || was.id !== event.pointerId || isFar(was, event)) return;
    const index = target.indexAt(event.clientY);
    const fromPx = chevronPx(model.layout, model.order.level[index] ?? 0);
    const onPlot = plotX(event);
    const x = onPlot + model.layout.labelPx;
    target.click(index, x >= fromPx && x < fromPx + CHEVRON_PX, onPlot);
  });
  scroller.addEventListener("pointercancel", lift);
  scroller.addEventListener("pointerleave", () => target.leave());
  scroller.addEventListener(
    "wheel",
    (event) => {
      const x = plotX(event);
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      if (event.ctrlKey || event.metaKey) {
        const factor = Math.exp(Math.min(50, Math.max(-50, -event.deltaY * unit)) * 0.01);
        model.zoom(factor, model.scale.at(Math.max(0, x)));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const byPx = (event.deltaX || event.deltaY) * unit;
        model.pan(byPx / model.scale.pxPerMs);
      } else return; // the rows, then the notebook scroll
      event.preventDefault();
      event.stopPropagation();
      target.moved();
    },
    { passive: false },
  );
}

export function listenToOverview(canvas: HTMLElement, model: TimelineModel, moved: () => void): void {
  let drag: { x: number; grip: Grip; window: TimeWindow } | null = null;
  const at = (event: PointerEvent): number => event.clientX - canvas.getBoundingClientRect().left;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const x = at(event);
    const scale = model.fullScale;
    let grip = gripAt(x, scale, model.window);
    if (grip === "outside") {
      // Take the box to where the click was, and hold it there.
      const { fromMs, toMs } = model.window;
      const byMs = scale.at(x) - (fromMs + toMs) / 2;
      model.look({ fromMs: fromMs + byMs, toMs: toMs + byMs });
      grip = "box";
      moved();
    }
    drag = { x, grip, window: model.window };
  });
  canvas.addEventListener("pointermove", (event) => {
    const x = at(event);
    if (!drag) {
      const grip = gripAt(x, model.fullScale, model.window);
      canvas.style.cursor = { from: "ew-resize", to: "ew-resize", box: "grab", outside: "pointer" }[grip];
      return;
    }
    model.look(drawn(drag.grip, drag.window, (x - drag.x) / model.fullScale.pxPerMs));
    moved();
  });
  const end = (): void => {
    drag = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
}
