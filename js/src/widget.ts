// The widget as anywidget wants it. Its state: one store for all views of a model, each view a frame of its own.
import type { AnyModel } from "@anywidget/types";
import type { RunTraits } from "./core/protocol";
import { Store } from "./core/store";
import { keepStaticView } from "./hosts/keep-static-view";
import { titleWhileWaiting } from "./hosts/page-title";
import panelBarCss from "./hosts/panel-bar.css";
import { Sidebar } from "./hosts/sidebar";
import { RunPanel } from "./run/panel";
import { mountRun, runCss } from "./run/run";
import { h } from "./ui/dom";
import { Frame } from "./ui/frame";
import { uiCss } from "./ui/styles";

const CSS = uiCss + panelBarCss + runCss;
const LIST_CSS = uiCss + runCss;

/**
 * What a view takes in a row of widgets, as its size does not depend on what is in it: what it would like, or less, but
 * none that is too narrow to be read; then the row scrolls. By rules, for the host sets and clears `el.style`, where a
 * width of the user's own is. Not for a sidebar, which would grow.
 */
const IN_A_ROW = `.flyte-widgets-view > .flyte-widgets { contain-intrinsic-inline-size: 960px }
.flyte-widgets-view:not([style*=width]) { min-width: min(320px, 100%) }`;

type Model = AnyModel<RunTraits>;
type Cleanup = () => void;

/** What hosts give; older ones give no `signal`, and some never call `initialize`. */
interface Props {
  model: Model;
  signal?: AbortSignal;
}

/** What the views of a model have in common. */
class Shared {
  readonly store: Store;
  readonly sidebar: Sidebar;
  readonly #ending = new AbortController();
  #views = 0;

  constructor(readonly model: Model) {
    this.store = new Store(model);
    const draw = (into: HTMLElement) => this.draw(into);
    this.sidebar = new Sidebar(new RunPanel(this.store, draw, () => this.#views), model);
    keepStaticView(this.store, this.#ending.signal);
    titleWhileWaiting(this.store, this.#ending.signal);
    this.store.start();
  }

  draw(into: HTMLElement): Frame {
    const host = h("div", { class: "flyte-widgets" });
    into.append(host);
    // For the console and for tests: document.querySelector(".flyte-widgets").store
    Object.assign(host, { store: this.store });
    const frame = new Frame(this.store, host, CSS);
    this.#views++;
    frame.signal.addEventListener("abort", () => this.#views--);
    mountRun(frame);
    return frame;
  }

  close(): void {
    this.#ending.abort();
    this.sidebar.close();
    this.store.close();
  }
}

/** Called once per model: anywidget imports the module anew for each, and calls its default export. */
export default function runWidget(): {
  initialize(props: Props): Cleanup;
  render(props: Props & { el: HTMLElement }): Cleanup;
} {
  const known: Shared[] = [];

  /** The model that `render` gets need not be the object that `initialize` got, but a stand-in for the same. */
  const sharedOf = (model: Model): Shared | undefined =>
    known.find((shared) => shared.model === model) ?? (known.length === 1 ? known[0] : undefined);

  const open = (model: Model): { shared: Shared; close: Cleanup } => {
    const shared = new Shared(model);
    known.push(shared);
    return {
      shared,
      close: () => {
        shared.close();
        const at = known.indexOf(shared);
        if (at >= 0) known.splice(at, 1);
      },
    };
  };

  return {
    /** Must not wait for anything: anywidget holds messages meanwhile, and throws away all after 2 s (loader.mjs). */
    initialize({ model, signal }) {
      if (isProgress(model)) return () => {};
      if (isRuns(model))
        return once(
          withPart(runsPart, (part) => part.attendRuns(model as never, LIST_CSS)),
          signal,
        );
      return once(open(model).close, signal);
    },

    render({ model, el, signal }) {
      if (isProgress(model)) {
        const draw = ({ progressCss, renderProgress }: typeof import("./progress/progress")) =>
          renderProgress(model as never, el, LIST_CSS + progressCss);
        return once(withPart(progressPart, draw, el), signal);
      }
      if (isRuns(model)) {
        return once(
          withPart(runsPart, (part) => part.renderRuns(model as never, el, LIST_CSS), el),
          signal,
        );
      }
      const shared = sharedOf(model);
      const own = shared ? null : open(model);
      const frame = (shared ?? own!.shared).draw(el);
      el.classList.add("flyte-widgets-view");
      frame.host.append(h("style", {}, IN_A_ROW));
      return once(() => {
        frame.close();
        own?.close();
      }, signal);
    },
  };
}

/** All widgets of the package share one bundle. */
const isRuns = (model: Model): boolean => (model.get("runs" as never) ?? null) !== null;

const isProgress = (model: Model): boolean => (model.get("progress" as never) ?? null) !== null;

const runsPart = () => import("./runs/runs");
const progressPart = () => import("./progress/progress");

/**
 * Lists of runs are parts of their own: most kernels never show one. Why one cannot be had is said where it would be.
 * `use` gives what ends it.
 */
function withPart<P>(load: () => Promise<P>, use: (part: P) => Cleanup, el?: HTMLElement): Cleanup {
  let close: Cleanup | null = null;
  let isClosed = false;
  load()
    .then((part) => {
      if (!isClosed) close = use(part);
    })
    .catch((error) => {
      console.error("flyte-widgets:", error);
      el?.append(h("div", { role: "alert" }, `flyte-widgets cannot draw this list: ${error}`));
    });
  return () => {
    isClosed = true;
    close?.();
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
