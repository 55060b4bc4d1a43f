// The states of the widget on a page, without a kernel: index.html?state=running&theme=dark&width=960, or a list of
// all without `state`. Tests and pictures switch states in place, by `gallery.show`.

import { Store } from "../src/core/store";
import { runCss } from "../src/run/run";
import { h } from "../src/ui/dom";
import { Frame } from "../src/ui/frame";
import { uiCss } from "../src/ui/styles";
import { scenario } from "../test/scenario";
import { GalleryModel } from "./model";
import { define, nesting } from "./nesting";
import { PARTS, type Part } from "./parts";
import { STATES, type Stage } from "./states";

interface Setting {
  theme?: string;
  width?: number;
  /** Interface and code font, comma-separated; "" = the browser's. */
  fonts?: string;
}

declare global {
  interface Window {
    gallery: {
      /** Names of all states. */
      states: string[];
      /** Resolves once the state is drawn, and what was clicked has taken effect. */
      show(name: string, setting?: Setting): Promise<void>;
    };
  }
}

const NAMES = [...Object.keys(STATES), ...Object.keys(PARTS)];
const main = document.querySelector("main")!;
let close = (): void => {};

// Time stands still at the recording, so that two pictures of a state are alike.
let nowMs = 0;
Date.now = () => nowMs;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Have all that moves with time drawn at once: a view catches up when it comes into sight. */
async function redraw(): Promise<void> {
  main.style.transform = "translateX(-200vw)";
  for (let i = 0; i < 3; i++) await frame();
  main.style.transform = "";
  for (let i = 0; i < 3; i++) await frame();
}

async function show(name: string, { theme = "light", width = 960, fonts = "" }: Setting = {}): Promise<void> {
  close();
  main.replaceChildren();
  // What one state chose for the page is not the next one's.
  Reflect.deleteProperty(globalThis, Symbol.for("flyte-widgets.diagram-folded"));
  const [make, part] = [STATES[name], PARTS[name]];
  if (!make && !part) throw new Error(`The gallery has no state "${name}", but: ${NAMES.join(", ")}`);
  document.documentElement.dataset.theme = theme === "dark" ? "dark" : "light";
  const [ui, code] = fonts.split(",");
  main.style.cssText = `width: ${width}px`;
  if (ui) main.style.setProperty("--jp-ui-font-family", ui);
  if (code) main.style.setProperty("--jp-code-font-family", code);
  if (part) {
    close = showPart(part);
    await document.fonts.ready;
    for (let i = 0; i < 3; i++) await frame();
    return;
  }
  const state = make!();
  const { snapshot, connection } = state.traits;
  nowMs = snapshot.byteLength > 0 ? clockOf(snapshot) : (connection.lastMs ?? 0);

  const model = new GalleryModel(state.traits, state.manner, state.selecting);
  if (state.other) Object.assign(model, { widget_manager: nesting(state.other()) });
  const widget = define();
  const end = widget.initialize({ model: model as never });
  const leave = widget.render({ model: model as never, el: main });
  close = () => {
    leave();
    end();
  };
  const root = main.firstElementChild!.shadowRoot!;
  const stage: Stage = {
    find: <T extends Element>(selector: string) => {
      const found = root.querySelector<T>(selector);
      if (!found) throw new Error(`no ${selector} in the widget`);
      return found;
    },
    later: (ms) => {
      nowMs += ms;
    },
    play: (traits) => model.play(traits),
    pause,
    until: async (selector) => {
      while (!root.querySelector(selector)) await frame();
    },
    push: (content, buffer) => model.message({ kind: "push", parts: [{ content, buffers: 1 }] }, buffer),
  };
  await document.fonts.ready;
  for (let i = 0; i < 3; i++) await frame();
  // What is selected already has its details open; the states begin without.
  stage.find<HTMLElement>("[aria-label='Close the details']").click();
  await state.act?.(stage);
  stage.later(state.laterMs ?? 0);
  await redraw();
  state.point?.(stage);
  await frame();
}

/** A part of ui/ in a frame of its own. */
function showPart(part: Part): () => void {
  const store = new Store(new GalleryModel(scenario.noActions()) as never);
  const host = h("div", { class: "flyte-widgets" });
  main.append(host);
  const view = new Frame(store, host, uiCss + runCss);
  view.mount("part", part, view.element);
  return () => {
    view.close();
    store.close();
  };
}

/** The backend's clock when a block of columns was packed, epoch ms. */
function clockOf(block: DataView): number {
  const bytes = new Uint8Array(block.buffer, block.byteOffset + 8, block.getUint32(4, true));
  return (JSON.parse(new TextDecoder().decode(bytes)) as { nowMs: number }).nowMs;
}

function list(): void {
  const links = NAMES.map((name) => {
    const link = document.createElement("a");
    link.href = `?state=${name}`;
    link.textContent = name;
    const line = document.createElement("li");
    line.append(link);
    return line;
  });
  const all = document.createElement("ul");
  all.append(...links);
  main.replaceChildren(all);
}

const params = new URLSearchParams(location.search);
const name = params.get("state");
if (name) {
  await show(name, {
    theme: params.get("theme") ?? "light",
    width: Number(params.get("width") ?? 960),
    fonts: params.get("fonts") ?? "",
  });
} else list();
window.gallery = { states: NAMES, show };
