// Mounts the real widget on a page, as a host would, and finds things in it as a user does.
import { afterEach, vi } from "vitest";
import type { RunTraits } from "../src/core/protocol";
import runWidget from "../src/widget";
import { RecordedModel } from "./scenario";

export interface Mounted {
  model: RecordedModel;
  widget: ReturnType<typeof runWidget>;
  /** The shadow root's frame. */
  frame: HTMLElement;
  close(): void;
}

/** jsdom draws nothing: it has no canvas, and would complain of that. */
export function withoutCanvas(): void {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
}

export function render(widget: ReturnType<typeof runWidget>, model: RecordedModel, signal?: AbortSignal) {
  const el = document.createElement("div");
  document.body.append(el);
  const cleanup = widget.render({ model: model as never, el, ...(signal && { signal }) });
  const frame = el.firstElementChild?.shadowRoot?.querySelector<HTMLElement>(".fw");
  if (!frame) throw new Error("nothing was rendered");
  return { el, frame, cleanup };
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of [...open]) close(); // each takes itself out
});

/** The widget with one view. It is closed after the test at the latest. */
export function mount(traits: RunTraits, model = new RecordedModel(traits)): Mounted {
  const widget = runWidget();
  const end = widget.initialize({ model: model as never });
  const { el, frame, cleanup } = render(widget, model);
  const close = (): void => {
    if (!open.includes(close)) return;
    open.splice(open.indexOf(close), 1);
    cleanup();
    end();
    el.remove();
  };
  open.push(close);
  return { model, widget, frame, close };
}

const hidden = (node: Element): boolean => node.closest("[hidden]") !== null;

/** Text that can be seen, by a selector; "" where it is hidden. */
export function seen(frame: HTMLElement, selector: string): string {
  const node = frame.querySelector(selector);
  if (!node || hidden(node)) return "";
  return (node.textContent ?? "").trim();
}

/** The visible button with this name. */
export function button(frame: HTMLElement, name: string): HTMLButtonElement | null {
  const all = [...frame.querySelectorAll("button")].filter((node) => !hidden(node));
  return all.find((node) => (node.getAttribute("aria-label") ?? node.textContent) === name) ?? null;
}

export function press(target: EventTarget, key: string): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
}
