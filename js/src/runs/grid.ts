// The rows in a virtual list, one of which is the current one, and the keys that go from row to row.
import { setAttribute } from "../ui/dom";
import { VirtualList } from "../ui/virtual-list";
import type { Counting } from "./counting";
import { listenToList, neighbour } from "./keys";
import type { RunsModel } from "./model";
import type { OlderRuns } from "./older";
import { RunRow } from "./row";
import type { Ticked } from "./ticked";

export interface GridParts {
  runs: RunsModel;
  counting: Counting;
  older: OlderRuns;
  ticked: Ticked;
}

export interface GridActions {
  nowMs(): number;
  rowPx(): number;
  /** The run that is open; "": none. */
  opened(): string;
  open(run: string): void;
  search(): void;
  /** The current row is another one. */
  moved(): void;
  /** The pointer or the focus has left: what waited may move. */
  left(): void;
}

export class RunsGrid {
  readonly list: VirtualList;
  current = "";

  constructor(
    private readonly parts: GridParts,
    private readonly on: GridActions,
    private readonly signal: AbortSignal,
  ) {
    this.list = this.#newList();
    const { element } = this.list;
    for (const kind of ["pointerleave", "focusout"]) {
      element.addEventListener(kind, () => setTimeout(() => signal.aborted || on.left()), { signal });
    }
    this.#listen();
  }

  /** Somebody points at the list, has the focus in it, or has ticked something: nothing moves. */
  get isAttended(): boolean {
    return this.parts.ticked.selection.size > 0 || this.list.isAttended;
  }

  focus(): void {
    this.list.element.focus({ preventScroll: true });
  }

  /** Bring the current row on screen. */
  reveal(): void {
    const at = this.parts.runs.indexOf(this.current);
    if (at >= 0) this.list.reveal(at);
  }

  goToFirst(): void {
    this.list.element.focus();
    this.#go(neighbour(this.parts.runs.items, -1, 1));
  }

  /** The run so many rows from another one; "": there is none. */
  next(run: string, by: number): string {
    return neighbour(this.parts.runs.items, this.parts.runs.indexOf(run), by);
  }

  /** Tell screen readers which row is the current one. */
  mark(): void {
    const row = this.list.rowAt(this.parts.runs.indexOf(this.current));
    setAttribute(this.list.element, "aria-activedescendant", row ? row.element.id : null);
  }

  #newList(): VirtualList {
    const { runs, counting, older, ticked } = this.parts;
    const context = {
      item: (index: number) => runs.items[index],
      nowMs: () => this.on.nowMs(),
      counts: (run: string) => counting.of(run),
      usual: (task: string) => runs.usual(task),
      isTicked: (run: string) => ticked.selection.has(run),
      isCurrent: (index: number) => runs.items[index]?.key === this.current,
      isOpen: (run: string) => run === this.on.opened(),
    };
    return new VirtualList({
      source: {
        get count() {
          return runs.items.length;
        },
        keyAt: (index) => runs.items[index]!.key,
        indexOf: (key) => runs.indexOf(String(key)),
      },
      create: () => new RunRow(context),
      rowPx: 28,
      measured: true,
      onRange: (from, to) => {
        older.seen(to);
        const seen = runs.items.slice(from, to);
        counting.show(seen.flatMap((item) => ("row" in item ? [item.key] : [])));
        this.mark(); // its element may show another row now
      },
      role: "grid",
      name: "Runs",
      signal: this.signal,
    });
  }

  #listen(): void {
    const { on } = this;
    const { runs, ticked } = this.parts;
    const actions = {
      current: () => this.current,
      go: (run: string) => this.#go(run),
      open: (run: string) => on.open(run),
      tick: (run: string, extend: boolean) => {
        this.current = run;
        ticked.tick(run, extend);
      },
      untick: () => ticked.clear(),
      hasTicked: () => ticked.selection.size > 0,
      isOpen: () => on.opened() !== "",
      search: () => on.search(),
    };
    listenToList(this.list.element, runs, actions, () => on.rowPx(), this.signal);
  }

  #go(run: string): void {
    if (!run) return;
    this.current = run;
    this.parts.ticked.selection.begin(run);
    this.reveal();
    this.list.refresh();
    this.on.moved();
  }
}
