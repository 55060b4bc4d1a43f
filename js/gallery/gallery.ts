// One state of the widget on an empty page, without a kernel: ?state=running&theme=dark&width=960
import type runWidget from "../src/widget";
import { GalleryModel } from "./model";
import { STATES, type Stage } from "./states";

declare global {
  interface Window {
    /** Names of all states. */
    galleryStates: string[];
    galleryReady: boolean;
  }
}

const params = new URLSearchParams(location.search);
const state = STATES[params.get("state") ?? "running"]!();
const main = document.querySelector("main")!;

document.documentElement.dataset.theme = params.get("theme") === "dark" ? "dark" : "light";
main.style.width = `${params.get("width") ?? 960}px`;
const fonts = params.get("fonts");
if (fonts) {
  const [ui, code] = fonts.split(",");
  main.style.setProperty("--jp-ui-font-family", ui!);
  main.style.setProperty("--jp-code-font-family", code ?? "monospace");
}

// Time stands still at the recording, so that two pictures of a state are alike.
let nowMs = state.traits.connection.lastMs ?? 0;
if (state.traits.snapshot.byteLength > 0) nowMs = headerOf(state.traits.snapshot).nowMs;
Date.now = () => nowMs;

function headerOf(block: DataView): { nowMs: number } {
  const bytes = new Uint8Array(block.buffer, block.byteOffset + 8, block.getUint32(4, true));
  return JSON.parse(new TextDecoder().decode(bytes));
}

const model = new GalleryModel(state.traits, state.manner, state.selecting);
const address = "./widget.js";
const { default: define } = (await import(address)) as { default: typeof runWidget };
const widget = define();
widget.initialize({ model: model as never });
widget.render({ model: model as never, el: main });

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
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
await document.fonts.ready;
await pause(100);
await state.act?.(stage);
stage.later(state.laterMs ?? 0);
await pause(1_100);
window.galleryStates = Object.keys(STATES);
window.galleryReady = true;
