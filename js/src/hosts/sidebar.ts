// The panel of a widget beside the notebook. Python asks for it (widgets/sidebar.py); who can give it is not known here:
// a wish goes out as a DOM event, and the JupyterLab extension in js/labextension takes it, where it is installed. It may
// start later than a model, so a wish that nobody takes is kept: after a moment it is refused, and taken if it comes.
// After a reload of the page a panel that was open comes back.
import type { AnyModel } from "@anywidget/types";
import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { Channel } from "../core/channel";
import type { Message } from "../core/protocol";
import { keep, kept } from "../core/tab-storage";
import { h } from "../ui/dom";
import type { Palette } from "../ui/theme";

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

/** What a panel shows: a run, or a list of runs. */
export interface Subject {
  /** One panel for each: another one with the same key is closed. */
  readonly key: string;
  /** Names the widget, also after a reload of the page. */
  readonly id: string;
  readonly request: Channel["request"];
  /** How many views of it are drawn anywhere. */
  readonly views: number;
  draw(into: HTMLElement, close: () => void): PanelView;
  /** Words and icon of the tab, by the signals that they depend on. */
  title(): { label: string; caption: string };
  icon(palette: Palette): Element;
  /** Say in all views why there is no panel; "": there is one. */
  refuse(words: string): void;
}

export interface PanelView {
  readonly host: HTMLElement;
  readonly palette: ReadonlySignal<Palette>;
  focus?(): void;
  close(): void;
}

/** An extension that starts later than this says so by an event of its own. */
const GRACE_MS = 1_500;
const NO_HOST =
  "This notebook host has no sidebar, so this stays in its cell. JupyterLab and Notebook 7 have one: " +
  "install flyte-widgets where their server runs, too, and reload the page.";
const noSide = (side: Side): string =>
  `This notebook host has no place for side="${side}", so this stays where it is. ` +
  `Try side="${side === "right" ? "left" : "right"}".`;

export class Sidebar {
  #panel: Panel | null = null;
  #view: PanelView | null = null;
  /** Number of the last call; and what it was, while no host has taken it. */
  #call = 0;
  #untaken: Wish | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #kept: string;
  readonly #ending = new AbortController();

  constructor(
    private readonly subject: Subject,
    model: AnyModel,
  ) {
    this.#kept = `flyte-widgets:panel:${subject.id}`;
    const listen = (message: Message) => {
      if (message.kind === "sidebar_call") this.#ask(message);
    };
    model.on("msg:custom", listen);
    const { signal } = this.#ending;
    signal.addEventListener("abort", () => model.off("msg:custom", listen));
    const retry = () => {
      if (this.#untaken) this.#try(this.#untaken);
    };
    document.addEventListener("flyte-widgets:panels", retry, { signal });
    const side = subject.id ? sideOf(kept(this.#kept)) : null;
    if (side) {
      this.#untaken = { kind: "sidebar_call", call: 0, side, focus: false };
      this.#try(this.#untaken);
    }
    // What came while this model was being made may be lost.
    subject.request("pending_sidebar_calls", {}).catch(() => undefined);
  }

  close(): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#panel?.close();
  }

  #ask(wish: Wish): void {
    if (wish.call <= this.#call) return; // Python repeats what it has no answer to
    this.#call = wish.call;
    this.#untaken = wish;
    clearTimeout(this.#timer);
    this.#try(wish);
    if (this.#untaken) this.#timer = setTimeout(() => this.#answer(wish, NO_HOST), GRACE_MS);
  }

  #try(wish: Wish): void {
    const { side } = wish;
    const shown = this.#panel ? this.#panel.show(side) : this.#open(side);
    if (shown === null) return;
    clearTimeout(this.#timer);
    this.#untaken = null;
    if (shown) {
      this.#view?.host.setAttribute("data-panel", side);
      if (this.subject.id) keep(this.#kept, side);
      // The shell opens its side first.
      if (wish.focus) setTimeout(() => this.#view?.focus?.());
    }
    this.#answer(wish, shown ? "" : noSide(side));
  }

  /** Send the wish out, and draw a view into the panel. False: there is no such side; null: nobody has taken it. */
  #open(side: Side): boolean | null {
    const element = h("div", { class: "flyte-widgets-panel" });
    // Outside of the view's shadow root, where its style sheet does not reach.
    Object.assign(element.style, { display: "flex", minWidth: "320px", overflow: "hidden auto" });
    const ends: (() => void)[] = [];
    const detail: PanelWish = {
      key: encodeURIComponent(this.subject.key),
      side,
      element,
      icon: (into) => this.#drawIcon(into),
      closed: () => {
        this.#panel = this.#view = null;
        keep(this.#kept, null);
        for (const end of ends) end();
      },
    };
    const event = new CustomEvent("flyte-widgets:panel", { detail, cancelable: true });
    document.dispatchEvent(event);
    const { panel } = detail;
    if (panel) {
      const view = this.subject.draw(element, () => panel.close());
      this.#panel = panel;
      this.#view = view;
      ends.push(
        () => view.close(),
        effect(() => {
          void view.palette.value; // the icon has its colours
          const { label, caption } = this.subject.title();
          panel.entitle(label, caption);
        }),
      );
    }
    return event.defaultPrevented ? panel !== undefined : null;
  }

  #drawIcon(into: HTMLElement): void {
    // JupyterLab does as much for icons of its own.
    const centred = { display: "flex", alignItems: "center", justifyContent: "center", minHeight: "20px" };
    Object.assign(into.style, centred);
    if (this.#view) into.replaceChildren(this.subject.icon(this.#view.palette.peek()));
  }

  /** Say how it went: here, whether the kernel takes it or not, and to the cell that asked. */
  #answer({ call }: Wish, refusal: string): void {
    const { subject } = this;
    subject.refuse(refusal);
    subject.request("sidebar_answer", { call, refusal, views: subject.views }).catch(() => undefined);
  }
}

const SIDES: readonly string[] = ["right", "left", "main"] satisfies Side[];

function sideOf(word: string | null): Side | null {
  return word && SIDES.includes(word) ? (word as Side) : null;
}
