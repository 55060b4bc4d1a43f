// What one view shows and how: filters, folds, zoom, hover. State: the UI's; none of it crosses to Python.
import { type Signal, signal } from "@preact/signals-core";
import type { Store } from "../core/store";
import type { Theme } from "./theme";

/** In which order the rows are. */
export type Sort = "tree" | "start" | "duration" | "phase";

export interface Ui {
  /** Only actions in this phase; 0 = all. Set by a click on a state, shown as a chip. */
  readonly phaseFilter: Signal<number>;
  readonly query: Signal<string>;
  readonly hideFinished: Signal<boolean>;
  readonly sort: Signal<Sort>;
  /** What the axis tells: time since the start, or the time of day. */
  readonly axis: Signal<"elapsed" | "clock">;
  /** Long stretches in which nothing changes are drawn short. */
  readonly squeezeIdle: Signal<boolean>;
  /** What the diagram tells: of all actions, or of the selected one. */
  readonly reading: Signal<"all" | "action">;
  /** What the timeline is looked at for: the critical path, time by task, a comparison with another run; "": itself. */
  readonly lens: Signal<"" | "path" | "tasks" | "compare">;
  /** Whom it is compared with, by name; "": the last success before, "median": of the five before. */
  readonly compareWith: Signal<string>;
  /** The diagram is one line; null: as the width has it. */
  readonly diagramFolded: Signal<boolean | null>;
  /** Another run is shown in the place of this one: whose rerun it is, or a rerun of it; "": none. */
  readonly otherRun: Signal<string>;
  readonly detailsOpen: Signal<boolean>;
  /** The details have the whole width and more height: one tab, without the attempts beside it. */
  readonly detailsMaximised: Signal<boolean>;
  /** The tab of the details that the person chose; "": none yet. It holds for all actions that have it. */
  readonly detailsTab: Signal<string>;
  /** The sheet of all keys lies over the rows. */
  readonly keysOpen: Signal<boolean>;
  /** The end of the run is to be told by a desktop notification. */
  readonly notify: Signal<boolean>;
  /** The container is under 560 px: everything stacks. */
  readonly narrow: Signal<boolean>;
  /** Under 400 px: names and tools get the least room. */
  readonly tight: Signal<boolean>;
  /** Not narrow, perhaps, but too narrow for two columns of details, and for many words. */
  readonly compact: Signal<boolean>;
  /** The time of the log line under the pointer, epoch ms: the timeline's crosshair is there. */
  readonly crosshairMs: Signal<number | null>;
  /** A moment of an action that was clicked in the timeline, epoch ms: its log goes there. */
  readonly moment: Signal<{ id: string; atMs: number } | null>;
  /** The id of the action to bring into view; set anew for each wish. */
  readonly reveal: Signal<{ id: string } | null>;
}

export function createUi(): Ui {
  return {
    phaseFilter: signal(0),
    query: signal(""),
    hideFinished: signal(false),
    sort: signal<Sort>("tree"),
    axis: signal<"elapsed" | "clock">("elapsed"),
    squeezeIdle: signal(false),
    reading: signal<"all" | "action">("all"),
    lens: signal<"" | "path" | "tasks" | "compare">(""),
    compareWith: signal(""),
    diagramFolded: signal<boolean | null>(null),
    otherRun: signal(""),
    detailsOpen: signal(false),
    detailsMaximised: signal(false),
    detailsTab: signal(""),
    keysOpen: signal(false),
    notify: signal(false),
    narrow: signal(false),
    tight: signal(false),
    compact: signal(false),
    crosshairMs: signal<number | null>(null),
    moment: signal<{ id: string; atMs: number } | null>(null),
    reveal: signal<{ id: string } | null>(null),
  };
}

/** What every part of a view is given. Parts are `mountX(view, parent)`: they append to parent, and stop on `signal`. */
export interface View {
  readonly store: Store;
  readonly ui: Ui;
  readonly theme: Theme;
  /** The shadow root's outermost element; position: relative, for tooltips. */
  readonly frame: HTMLElement;
  readonly signal: AbortSignal;
  /** Run now and whenever a signal that it read changes; ends with the view, and does not begin after it. */
  effect(run: () => void): void;
  /** Call on every animation frame in which something live moves, at most at this rate, while the view is on screen. */
  everyTick(intervalMs: number, run: () => void): void;
  /** Add a style sheet, once. For parts that are sent later; all else is in the view from the start. */
  style(css: string): void;
  /** Say something to a screen reader, politely and rarely; with `now`, at once: for the end of the run. */
  announce(text: string, now?: boolean): void;
}
