// The widget as anywidget wants it. Its state: one store for all views of a model, each view a frame of its own.
import type { AnyModel } from "@anywidget/types";
import { diagramCss } from "./diagram/diagram";
import { h } from "./dom";
import { detailsCss } from "./panels/details";
import panelsCss from "./panels/panels.css";
import type { RunTraits } from "./protocol";
import { mountRun } from "./run";
import { Store } from "./store";
import { timelineCss } from "./timeline/timeline";
import { Frame } from "./view";
import frameCss from "./widget.css";

const CSS = frameCss + panelsCss + diagramCss + timelineCss + detailsCss;

type Model = AnyModel<RunTraits>;
type Cleanup = () => void;

/** What hosts give; older ones give no `signal`, and some never call `initialize`. */
interface Props {
  model: Model;
  signal?: AbortSignal;
}

/** Called once per model: anywidget imports the module anew for each, and calls its default export. */
export default function runWidget(): {
  initialize(props: Props): Cleanup;
  render(props: Props & { el: HTMLElement }): Cleanup;
} {
  const stores: { model: Model; store: Store }[] = [];

  /** The model that `render` gets need not be the object that `initialize` got, but a stand-in for the same. */
  const storeOf = (model: Model): Store | undefined =>
    (stores.find((entry) => entry.model === model) ?? (stores.length === 1 ? stores[0] : undefined))?.store;

  const open = (model: Model): { store: Store; close: Cleanup } => {
    const store = new Store(model);
    const entry = { model, store };
    stores.push(entry);
    store.start();
    return {
      store,
      close: () => {
        store.close();
        const at = stores.indexOf(entry);
        if (at >= 0) stores.splice(at, 1);
      },
    };
  };

  return {
    /** Must not wait for anything: anywidget loses updates that come while it does. */
    initialize({ model, signal }) {
      return once(open(model).close, signal);
    },

    render({ model, el, signal }) {
      const known = storeOf(model);
      const own = known ? null : open(model);
      const host = h("div", { class: "flyte-widgets" });
      el.append(host);
      const store = known ?? own!.store;
      // For the console and for tests: document.querySelector(".flyte-widgets").store
      Object.assign(host, { store });
      const frame = new Frame(store, host, CSS);
      mountRun(frame);
      return once(() => {
        frame.close();
        own?.close();
      }, signal);
    },
  };
}

/** Hosts end a view by the signal, by the cleanup, or by both. */
function once(close: Cleanup, signal: AbortSignal | undefined): Cleanup {
  let closed = false;
  const end = () => {
    if (closed) return;
    closed = true;
    signal?.removeEventListener("abort", end);
    close();
  };
  if (signal?.aborted) end();
  else signal?.addEventListener("abort", end);
  return end;
}
