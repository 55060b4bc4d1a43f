// One view of a run: its frame, clock, width, theme and voice. Parts are mounted into it, each behind a guard, so that
// a part that breaks says so and the others go on. State: the UI's.
import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Store } from "../core/store";
import { shareShortcuts } from "../hosts/shortcuts";
import { Announcer } from "./announcer";
import { h, setAttribute } from "./dom";
import { watchSight } from "./sight";
import { createTheme, type Theme } from "./theme";
import { Ticker } from "./ticker";
import { createUi, type Ui, type View } from "./view-state";

const NARROW_PX = 560;
const TIGHT_PX = 400;
const COMPACT_PX = 760;

export class Frame {
  readonly ui: Ui = createUi();
  readonly theme: Theme;
  /** The shadow root's outermost element. */
  readonly element: HTMLElement;
  /** What broke, by the part's name. */
  readonly faults: Signal<ReadonlyMap<string, string>> = signal(new Map());
  readonly #ending = new AbortController();
  readonly #effects: (() => void)[] = [];
  readonly #styles = new Set<string>();
  readonly #ticker = new Ticker();
  readonly #announcer: Announcer;

  /** `host` is in `el` already; its shadow root gets the frame. */
  constructor(
    readonly store: Store,
    readonly host: HTMLElement,
    css: string,
  ) {
    this.theme = createTheme(host, this.signal);
    // Its words are English, and its time goes from left to right, on a page that goes the other way, too. Names that
    // come from elsewhere have a direction of their own: dir=auto.
    const status = h("div", { class: "fw-unseen", role: "status", "aria-live": "polite" });
    this.element = h("div", { class: "fw", role: "region", dir: "ltr" }, status);
    this.#announcer = new Announcer(status);
    host.attachShadow({ mode: "open" }).append(h("style", {}, css), this.element);
    shareShortcuts(host, this.signal);
    this.#watchSize();
    this.#watchSight();
    this.#watchFonts();
    this.#guardedEffect("frame", () => this.#ticker.setMoving(store.moving));
    // What Python selects is to be seen, also in a view that comes later.
    this.#guardedEffect("frame", () => {
      const wish = store.chosen.value;
      if (!wish || wish.id !== store.traits.selected.peek()) return;
      this.ui.detailsOpen.value = true;
      this.ui.reveal.value = wish;
    });
    this.#guardedEffect("frame", () => {
      setAttribute(this.element, "data-narrow", this.ui.narrow.value ? "" : null);
      setAttribute(this.element, "data-compact", this.ui.compact.value ? "" : null);
      setAttribute(this.element, "data-gone", store.kernelAlive.value ? null : "");
      setAttribute(this.element, "aria-label", `Flyte run ${store.traits.run_name.value}`);
    });
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Mount a part. It may fail now, in an effect or on a tick: it is reported under its name. */
  mount(name: string, part: (view: View, parent: HTMLElement) => void, parent: HTMLElement): void {
    const view: View = {
      store: this.store,
      ui: this.ui,
      theme: this.theme,
      frame: this.element,
      signal: this.signal,
      effect: (run) => this.#guardedEffect(name, run),
      everyTick: (intervalMs, run) => {
        if (!this.signal.aborted) this.#ticker.add(intervalMs, () => this.#guard(name, run));
      },
      style: (css) => this.#style(css),
      announce: (text, now) => this.#announcer.say(text, now),
    };
    this.#guard(name, () => part(view, parent));
  }

  /** True while the band is to be seen. */
  show(band: HTMLElement, when: ReadonlySignal<boolean>): void {
    this.#guardedEffect("frame", () => setAttribute(band, "hidden", when.value ? null : ""));
  }

  close(): void {
    for (const dispose of this.#effects.splice(0)) dispose();
    this.#ending.abort();
    this.#ticker.stop();
    this.#announcer.stop();
    this.host.remove();
  }

  #style(css: string): void {
    if (this.#styles.has(css)) return;
    this.#styles.add(css);
    this.element.before(h("style", {}, css));
  }

  #guard(name: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      const faults = this.faults.peek();
      const message = error instanceof Error ? error.message : String(error);
      if (faults.get(name) === message) return; // said already: a part may fail on every tick
      console.error(`flyte-widgets: the ${name} failed`, error);
      this.faults.value = new Map(faults).set(name, message);
    }
  }

  #guardedEffect(name: string, run: () => void): void {
    // A part that was loaded meanwhile may come after the end.
    if (!this.signal.aborted) this.#effects.push(effect(() => this.#guard(name, run)));
  }

  #watchSize(): void {
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      const widthPx = entry?.contentRect.width ?? 0;
      if (widthPx === 0) return; // not laid out: a hidden tab's width says nothing
      this.theme.refresh(); // the first call tells that the host is in the page
      this.ui.narrow.value = widthPx < NARROW_PX;
      this.ui.tight.value = widthPx < TIGHT_PX;
      this.ui.compact.value = widthPx < COMPACT_PX;
    });
    observer.observe(this.host);
    this.signal.addEventListener("abort", () => observer.disconnect());
  }

  #watchSight(): void {
    this.signal.addEventListener("abort", () => this.store.look(this, false));
    watchSight(this.host, this.signal, (isSeen, isPageHidden) => {
      this.#ticker.setVisible(isSeen);
      this.store.look(this, isSeen, isPageHidden);
    });
  }

  /** A font that comes late changes every measured text. */
  #watchFonts(): void {
    document.fonts?.addEventListener("loadingdone", () => this.theme.refresh(true), { signal: this.signal });
  }
}
