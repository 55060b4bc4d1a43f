// Mounts one part of the widget on a recorded run, as the widget does: real store, real frame, real shadow root.
import { afterEach } from "vitest";
import type { RunTraits } from "../../src/core/protocol";
import { Store } from "../../src/core/store";
import { Frame } from "../../src/ui/frame";
import type { View } from "../../src/ui/view-state";
import { RecordedModel } from "../scenario";

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

export interface Mounted {
  frame: Frame;
  store: Store;
  model: RecordedModel;
  /** The band that the part was given. */
  band: HTMLElement;
  /** The first match in the band; throws where there is none. */
  find(selector: string): HTMLElement;
  all(selector: string): HTMLElement[];
}

export function mounted(traits: RunTraits, part: (view: View, parent: HTMLElement) => void): Mounted {
  const model = new RecordedModel(traits);
  const store = new Store(model as never);
  const host = document.createElement("div");
  document.body.append(host);
  const frame = new Frame(store, host, "");
  const band = document.createElement("div");
  frame.element.append(band);
  frame.mount("part", part, band);
  endings.push(() => {
    frame.close();
    store.close();
  });
  const find = (selector: string): HTMLElement => {
    const found = band.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`nothing matches ${selector}`);
    return found;
  };
  const all = (selector: string) => [...band.querySelectorAll<HTMLElement>(selector)];
  return { frame, store, model, band, find, all };
}

export function press(target: Element, key: string): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
}
