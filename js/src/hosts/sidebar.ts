// The panel of a run beside the notebook. Python asks for it (widgets/sidebar.py); who can give it is not known here:
// a wish goes out as a DOM event, and the JupyterLab extension in js/labextension takes it, where it is installed. It may
// start later than a model, so a wish that nobody takes is kept: after a moment it is refused, and taken if it comes.
import type { AnyModel } from "@anywidget/types";
import { effect } from "@preact/signals-core";
import type { Message, RunTraits } from "../core/protocol";
import type { Store } from "../core/store";
import { type Badge, badgeOf } from "../ui/badge";
import { iconButton } from "../ui/buttons";
import { h } from "../ui/dom";
import type { Frame } from "../ui/frame";
import { glyph } from "../ui/icons";
import type { View } from "../ui/view-state";

export type Side = "right" | "left" | "main";
type Wish = Extract<Message, { kind: "sidebar_call" }>;

/**
 * `detail` of the cancelable event "flyte-widgets:panel" on the document. Who has a shell prevents its default, and sets
 * `panel` unless there is no such side.
 */
export interface PanelWish {
  /** One panel for each: another one with the same key is closed. Fit for an element's id. */
  key: string;
  side: Side;
  element: HTMLElement;
  /** Draw the icon of its tab. Called again for every change of the title. */
  icon(into: HTMLElement): void;
  /** The panel is gone, whoever closed it. */
  closed(): void;
  panel?: Panel;
}

export interface Panel {
  /** Bring it to the reader's eye, on this side. False: there is none. */
  show(side: Side): boolean;
  entitle(label: string, caption: string): void;
  close(): void;
}

/** An extension that starts later than this says so by an event of its own. */
const GRACE_MS = 1_500;
const NO_HOST =
  "This notebook host has no sidebar, so the run stays in its cell. JupyterLab and Notebook 7 have one: " +
  "install flyte-widgets where their server runs, too, and reload the page.";
const noSide = (side: Side): string =>
  `This notebook host has no place for side="${side}", so the run stays where it is. ` +
  `Try side="${side === "right" ? "left" : "right"}".`;

export class Sidebar {
  #panel: Panel | null = null;
  #frame: Frame | null = null;
  /** Number of the last call; and what it was, while nobody has heard it. */
  #call = 0;
  #unheard: Wish | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ending = new AbortController();

  /** `draw` draws a view into the panel; `views` counts those that are drawn anywhere. */
  constructor(
    private readonly store: Store,
    model: AnyModel<RunTraits>,
    private readonly draw: (into: HTMLElement) => Frame,
    private readonly views: () => number,
  ) {
    const listen = (message: Message) => {
      if (message.kind === "sidebar_call") this.#ask(message);
    };
    model.on("msg:custom", listen);
    const { signal } = this.#ending;
    signal.addEventListener("abort", () => model.off("msg:custom", listen));
    const retry = () => {
      if (this.#unheard) this.#try(this.#unheard);
    };
    document.addEventListener("flyte-widgets:panels", retry, { signal });
    // What came while this model was being made may be lost.
    this.store.request("pending_sidebar_calls", {}).catch(() => undefined);
  }

  close(): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#panel?.close();
  }

  #ask(wish: Wish): void {
    if (wish.call <= this.#call) return; // Python repeats what it has no answer to
    this.#call = wish.call;
    this.#unheard = wish;
    clearTimeout(this.#timer);
    this.#try(wish);
    if (this.#unheard) this.#timer = setTimeout(() => this.#answer(wish, NO_HOST), GRACE_MS);
  }

  #try(wish: Wish): void {
    const { side } = wish;
    const shown = this.#panel ? this.#panel.show(side) : this.#open(side);
    if (shown === null) return;
    clearTimeout(this.#timer);
    this.#unheard = null;
    if (shown) this.#frame?.host.setAttribute("data-panel", side);
    this.#answer(wish, shown ? "" : noSide(side));
  }

  /** Send the wish out, and draw a view into the panel. False: there is no such side; null: nobody has heard it. */
  #open(side: Side): boolean | null {
    const { host, project, domain, run_name } = this.store.traits;
    const names = [host, project, domain, run_name].map((name) => name.peek());
    const element = h("div", { class: "flyte-widgets-panel" });
    // Outside of the view's shadow root, where its style sheet does not reach.
    Object.assign(element.style, { display: "flex", minWidth: "320px", overflow: "hidden auto" });
    const ends: (() => void)[] = [];
    const detail: PanelWish = {
      key: encodeURIComponent(names.join("/")),
      side,
      element,
      icon: (into) => this.#drawIcon(into),
      closed: () => {
        this.#panel = this.#frame = null;
        for (const end of ends) end();
      },
    };
    const event = new CustomEvent("flyte-widgets:panel", { detail, cancelable: true });
    document.dispatchEvent(event);
    const { panel } = detail;
    if (panel) {
      const frame = this.draw(element);
      const close = () => panel.close();
      frame.mount("close button", (view, parent) => mountPanelBar(view, parent, close), frame.element);
      this.#panel = panel;
      this.#frame = frame;
      ends.push(
        () => frame.close(),
        effect(() => this.#entitle(panel)),
      );
    }
    return event.defaultPrevented ? panel !== undefined : null;
  }

  /** What the view's badge says. */
  get #badge(): Badge {
    const { traits, kernelAlive } = this.store;
    const { phase, connection, is_terminal } = traits;
    return badgeOf(phase.value, connection.value.state, is_terminal.value, kernelAlive.value);
  }

  #entitle(panel: Panel): void {
    const { task_name, run_name } = this.store.traits;
    const run = [task_name.value, run_name.value].filter(Boolean).join(" ");
    void this.#frame?.theme.palette.value; // the icon has its colours
    panel.entitle(task_name.value || run_name.value, `Flyte run ${run}: ${this.#badge.text}`);
  }

  #drawIcon(into: HTMLElement): void {
    const { phase, tone } = this.#badge;
    const mark = glyph(phase, 14);
    mark.style.color = (tone === "phase" && this.#frame?.theme.palette.peek().phase(phase).ink) || "";
    // JupyterLab does as much for icons of its own.
    const centred = { display: "flex", alignItems: "center", justifyContent: "center", minHeight: "20px" };
    Object.assign(into.style, centred);
    into.replaceChildren(mark);
  }

  /** Say how it went: here, whether the kernel hears it or not, and to the cell that asked. */
  #answer({ call }: Wish, refusal: string): void {
    this.store.notice.value = refusal;
    this.store.request("sidebar_answer", { call, refusal, views: this.views() }).catch(() => undefined);
  }
}

/** The top line of a view in a sidebar: what it is, and how to close it. A sidebar's own tab has no button for that. */
function mountPanelBar(view: View, frame: HTMLElement, close: () => void): void {
  const button = iconButton("Close this panel; the run goes on", "close");
  button.addEventListener("click", close, { signal: view.signal });
  frame.prepend(
    h("div", { class: "fw-panel-bar" }, h("span", { class: "fw-panel-title" }, "Flyte run"), button),
  );
}
