// The rows that all three ways of drawing show, and how they go on: the same actions, names and segments.
import { bigRun } from "../../../js/test/scenario";
import type { ActionSpec } from "../../../js/test/pack";

export const NOW_MS = 600_000;
export const ROW_PX = 22;
export const LABEL_PX = 248;
export const VIEW_PX = 176;
/** Wire numbers. */
const [INITIALIZING, RUNNING, SUCCEEDED] = [3, 4, 5] as const;
/** Actions that end, and as many that begin, with each message. */
const EVENTS = 100;

/** Names are all different, so that none folds and as many rows are shown as there are actions; unless in folds. */
export const rowsOf = (count: number, inFolds = false): ActionSpec[] =>
  bigRun(count, NOW_MS).map((action, row) => (inFolds ? action : { ...action, name: `${action.name}_${row}` }));

/** What the next message of a live run brings. Changes `actions`; gives what is new, by row. */
export function goOn(actions: ActionSpec[], nowMs: number): Map<number, ActionSpec> {
  const changed = new Map<number, ActionSpec>();
  const put = (row: number, action: ActionSpec) => {
    actions[row] = action;
    changed.set(row, action);
  };
  for (let row = actions.length - 1; row > 12 && changed.size < EVENTS; row--) {
    const action = actions[row]!;
    if (action.phase !== RUNNING) continue;
    const open = action.segments.at(-1)!;
    const segments = [
      ...action.segments.slice(0, -1),
      { ...open, endMs: nowMs },
      { phase: SUCCEEDED, startMs: nowMs, endMs: nowMs },
    ];
    put(row, { ...action, phase: SUCCEEDED, endedMs: nowMs, segments });
  }
  for (let i = 0; i < EVENTS; i++) {
    const row = actions.length;
    const segments = [
      { phase: INITIALIZING, startMs: nowMs - 500, endMs: nowMs },
      { phase: RUNNING, startMs: nowMs, endMs: Number.NaN },
    ];
    put(row, {
      ...actions[20]!,
      id: `a${row}`,
      name: actions[20]!.name.includes("_") ? `late_${row}` : actions[20]!.name,
      parent: 1 + (row % 12),
      phase: RUNNING,
      createdMs: nowMs - 500,
      endedMs: Number.NaN,
      segments,
    });
  }
  return changed;
}

/** One way of drawing the rows. */
export interface Way {
  /** Show the actions in `parent`; resolves when they are painted. */
  mount(parent: HTMLElement, actions: readonly ActionSpec[]): Promise<void>;
  /** Take what a message brought. */
  take(changed: ReadonlyMap<number, ActionSpec>, nowMs: number): void;
  scroller(): HTMLElement;
}

/** Resolves once what was drawn until now is on screen. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

export const COLOURS: readonly string[] = [
  "#8a929c",
  "#767e87",
  "#b88a29",
  "#1c9fd5",
  "#1c43a0",
  "#218055",
  "#e11e09",
  "#3a3a3a",
  "#742700",
  "#a45eb1",
  "#749c8c",
];

/** What the two variants share: a copy of the actions, as a program without columns has it, and a scroll container. */
export abstract class Variant implements Way {
  protected actions: ActionSpec[] = [];
  protected nowMs = NOW_MS;
  protected widthPx = 0;
  protected readonly scrolled = document.createElement("div");
  protected readonly view = document.createElement("div");
  readonly #spacer = document.createElement("div");
  #isDirty = false;

  async mount(parent: HTMLElement, actions: readonly ActionSpec[]): Promise<void> {
    this.actions = structuredClone(actions) as ActionSpec[];
    this.scrolled.style.cssText = `height: ${VIEW_PX}px; overflow-y: auto; position: relative; font: 12px sans-serif`;
    this.view.style.cssText = `position: sticky; top: 0; height: ${VIEW_PX}px; overflow: hidden`;
    this.#spacer.append(this.view);
    this.scrolled.append(this.#spacer);
    parent.append(this.scrolled);
    this.widthPx = this.view.clientWidth - LABEL_PX;
    this.prepare();
    this.scrolled.addEventListener("scroll", () => this.dirty(), { passive: true });
    setInterval(() => this.dirty(), 100); // what is open grows
    this.dirty();
    await painted();
  }

  take(changed: ReadonlyMap<number, ActionSpec>, nowMs: number): void {
    for (const [row, action] of changed) this.actions[row] = action;
    this.nowMs = nowMs;
    this.dirty();
  }

  scroller(): HTMLElement {
    return this.scrolled;
  }

  protected x(ms: number): number {
    return (ms / this.nowMs) * this.widthPx;
  }

  protected abstract prepare(): void;
  protected abstract draw(): void;

  private dirty(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    requestAnimationFrame(() => {
      this.#isDirty = false;
      this.#spacer.style.height = `${this.actions.length * ROW_PX}px`;
      this.draw();
    });
  }
}
