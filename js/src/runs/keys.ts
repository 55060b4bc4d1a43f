// Keys and clicks in the list. The keys are those of a grid: one row is the current one.
import type { Item, RunsModel } from "./model";

export interface ListActions {
  current(): string;
  go(run: string): void;
  open(run: string): void;
  tick(run: string, extend: boolean): void;
  untick(): void;
  hasTicked(): boolean;
  isOpen(): boolean;
  search(): void;
}

export function listenToList(
  list: HTMLElement,
  runs: RunsModel,
  on: ListActions,
  rowPx: () => number,
  signal: AbortSignal,
): void {
  list.addEventListener("click", (event) => onClick(event, on), { signal });
  list.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const page = Math.max(1, Math.floor(list.clientHeight / rowPx()) - 1);
      if (!onMove(event, runs, on, page) && !onAction(event, on)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal },
  );
}

function onClick({ target, shiftKey }: MouseEvent, on: ListActions): void {
  const run = (target as Element).closest<HTMLElement>(".fw-rl-row[data-run]")?.dataset.run;
  if (!run) return;
  const isCheck = (target as Element).closest(".fw-rl-check") !== null;
  if (isCheck || shiftKey) on.tick(run, shiftKey);
  else if (!getSelection()?.toString()) on.open(run);
}

function onMove({ key, shiftKey }: KeyboardEvent, runs: RunsModel, on: ListActions, page: number): boolean {
  const at = runs.indexOf(on.current());
  const last = runs.items.length;
  const moves: Record<string, [from: number, by: number]> = {
    ArrowDown: [at, 1],
    ArrowUp: [at < 0 ? last : at, -1],
    PageDown: [at, page],
    PageUp: [at, -page],
    Home: [-1, 1],
    End: [last, -1],
  };
  const move = moves[key];
  if (!move) return false;
  const run = neighbour(runs.items, ...move);
  if (run) on.go(run);
  if (run && shiftKey) on.tick(run, true);
  return true;
}

function onAction({ key }: KeyboardEvent, on: ListActions): boolean {
  const current = on.current();
  if (key === "Enter" && current) on.open(current);
  else if (key === " " && current) on.tick(current, false);
  else if (key === "/") on.search();
  else if (key === "Escape" && on.hasTicked()) on.untick();
  else if (key === "Backspace" && on.isOpen()) on.open("");
  else return false;
  return true;
}

/** The run so many rows on; where there is none, the last one on the way; "": there is none. */
export function neighbour(items: readonly Item[], from: number, by: number): string {
  const step = Math.sign(by);
  let found = "";
  let left = Math.abs(by);
  for (let at = from + step; left > 0 && at >= 0 && at < items.length; at += step) {
    const item = items[at]!;
    if (!("row" in item)) continue;
    found = item.key;
    left--;
  }
  return found;
}
