// A list of runs as a view: what it does when Python answers late, refuses, or when what has the focus goes.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunListRow, RunsState } from "../src/core/protocol";
import { renderRuns } from "../src/runs/runs";
import runWidget from "../src/widget";
import { runRow } from "./run-row";
import { button, press, seen, withoutCanvas } from "./view";

type Sent = { kind: string; id: number } & Record<string, unknown>;

let ids = 0;

class ListModel {
  readonly sent: Sent[] = [];
  readonly drawn: string[] = [];
  readonly removed: string[] = [];
  readonly #listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  readonly widget_manager = {
    get_model: async (id: string) => id,
    create_view: async (id: string) => {
      this.drawn.push(id);
      return { el: document.createElement("div"), remove: () => this.removed.push(id) };
    },
  };
  state: RunsState;

  constructor(rows: RunListRow[], hasOlder = false) {
    const connection = { state: "live", lastMs: 0, nextMs: null, message: "", hint: "" };
    const place = { id: `list-${++ids}`, project: "etl", domain: "development", host: "flyte.acme.dev" };
    const filter = { phase: "", mine: false, task: "", search: "", since: "" };
    const more = { generation: 0, rows, hasOlder, loaded: rows.length, isRead: true, notes: [], opened: "" };
    this.state = {
      ...place,
      ...filter,
      ...more,
      connection,
      nowMs: 0,
      knowsMe: true,
    } as unknown as RunsState;
  }

  get(): RunsState {
    return this.state;
  }

  send(content: Sent): void {
    this.sent.push(content);
  }

  on(event: string, listener: (...args: unknown[]) => void): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: string, listener: (...args: unknown[]) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }

  change(more: Partial<RunsState>): void {
    this.state = { ...this.state, ...more };
    this.emit("change:runs");
  }

  asked(kind: string): Sent[] {
    return this.sent.filter((one) => one.kind === kind);
  }

  async answer(kind: string, reply: object): Promise<void> {
    const { id } = this.asked(kind).at(-1)!;
    this.emit("msg:custom", { kind: "reply", id, ok: true, ...reply }, []);
    await vi.advanceTimersByTimeAsync(20);
  }
}

const ends: (() => void)[] = [];

function draw(model: ListModel) {
  const el = document.createElement("div");
  document.body.append(el);
  const end = renderRuns(model as never, el, "");
  ends.push(() => {
    end();
    el.remove();
  });
  const root = el.firstElementChild!.shadowRoot!;
  return { end, root, frame: root.querySelector<HTMLElement>(".fw")! };
}

class OnScreen {
  constructor(private readonly changed: (entries: { isIntersecting: boolean }[]) => void) {}
  observe(): void {
    queueMicrotask(() => this.changed([{ isIntersecting: true }]));
  }
  disconnect(): void {}
}

beforeEach(() => {
  vi.useFakeTimers();
  withoutCanvas();
  vi.stubGlobal("IntersectionObserver", OnScreen);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe(): void {}
      disconnect(): void {}
    },
  );
});

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const list = (frame: HTMLElement): HTMLElement => frame.querySelector<HTMLElement>("[role=grid]")!;

const chip = (frame: HTMLElement, name: string): HTMLElement =>
  frame.querySelector<HTMLElement>(`.fw-rl-chip[title="${name}"]`)!;

async function askedToAbort() {
  const model = new ListModel([runRow("r1")]);
  const { frame, root } = draw(model);
  await vi.advanceTimersByTimeAsync(20);
  list(frame).focus();
  press(list(frame), "ArrowDown");
  press(list(frame), " ");
  button(frame, "Abort 1 run")!.click();
  return { model, frame, root };
}

test("a run whose widget comes after the view was closed is not drawn", async () => {
  const model = new ListModel([runRow("r1")]);
  const { end, frame } = draw(model);
  const other = draw(model); // the list lives on in another view
  await vi.advanceTimersByTimeAsync(20);
  list(frame).focus();
  press(list(frame), "ArrowDown");
  press(list(frame), "Enter");
  expect(model.asked("open_run")).toHaveLength(1);
  end();
  await model.answer("open_run", { payload: "model-r1" });
  expect(model.drawn.filter((id) => !model.removed.includes(id))).toEqual([]);
  expect(other.frame.isConnected).toBe(true);
});

test("older runs that could not be read are said to be so, and asked for again when Python reports something", async () => {
  const model = new ListModel([runRow("r1")], true);
  const { frame } = draw(model);
  await vi.advanceTimersByTimeAsync(20);
  await model.answer("older_runs", { ok: false, message: "The backend does not answer." });
  expect(seen(frame, ".fw-rl-foot")).toBe("Older runs could not be read");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(model.asked("older_runs")).toHaveLength(1);
  model.change({ nowMs: 1 });
  expect(model.asked("older_runs")).toHaveLength(2);
  await model.answer("older_runs", { payload: { generation: 0, rows: [], hasOlder: false } });
  expect(seen(frame, ".fw-rl-foot")).toBe("That was all: 1 run");
});

test("a choice that fails leaves the next one unanswered: nothing is asked of the list before", async () => {
  const model = new ListModel([runRow("r1")]);
  const { frame } = draw(model);
  await vi.advanceTimersByTimeAsync(20);
  chip(frame, "Active").click();
  chip(frame, "All").click();
  const [first] = model.asked("choose_runs");
  model.emit("msg:custom", { kind: "reply", id: first!.id, ok: false, message: "No." }, []);
  await vi.advanceTimersByTimeAsync(20);
  model.change({ hasOlder: true });
  expect(model.asked("older_runs")).toHaveLength(0);
  model.change({ hasOlder: true, generation: 2 });
  expect(model.asked("older_runs")).toHaveLength(1);
});

test("after an abort of ticked runs the focus is in the list", async () => {
  const { model, frame, root } = await askedToAbort();
  expect(root.activeElement?.getAttribute("aria-label")).toBe("Reason");
  button(frame, "Abort")!.click();
  expect(root.activeElement).toBe(list(frame));
  await model.answer("abort_runs", { payload: [{ run: "r1", outcome: "aborted", message: "" }] });
  expect(root.activeElement).toBe(list(frame));
});

test("a question that nobody answers goes, and gives the focus back to what asked it", async () => {
  const { frame, root } = await askedToAbort();
  await vi.advanceTimersByTimeAsync(31_000);
  expect(root.activeElement).toBe(button(frame, "Abort 1 run"));
});

test("a list that breaks as it is drawn says so in its place", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const model = new ListModel([runRow("r1")]);
  Object.assign(model.state, { rows: null });
  const el = document.createElement("div");
  ends.push(runWidget().render({ model: model as never, el }));
  await vi.waitFor(() => expect(el.textContent).toMatch(/^flyte-widgets cannot draw this list: TypeError/));
  expect(error).toHaveBeenCalledOnce();
});

test("filters that are cleared leave the focus in the search", async () => {
  const model = new ListModel([runRow("r1")]);
  const { frame, root } = draw(model);
  await vi.advanceTimersByTimeAsync(20);
  chip(frame, "Failed").click();
  const clear = button(frame, "Clear filters")!;
  clear.focus();
  clear.click();
  expect(root.activeElement?.getAttribute("aria-label")).toBe("Search task or run");
});

test("a search that is left by Escape is asked for once", async () => {
  const model = new ListModel([runRow("r1")]);
  const { frame } = draw(model);
  await vi.advanceTimersByTimeAsync(20);
  const search = frame.querySelector<HTMLInputElement>("input[type=search]")!;
  search.value = "r";
  search.dispatchEvent(new Event("input"));
  press(search, "Escape");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(model.asked("choose_runs")).toHaveLength(1);
});

test("a current row that was scrolled away is not said to be one that took its element", async () => {
  const model = new ListModel(Array.from({ length: 200 }, (_, i) => runRow(`r${i}`)));
  const { frame } = draw(model);
  await vi.advanceTimersByTimeAsync(20);
  const grid = list(frame);
  grid.focus();
  press(grid, "ArrowDown");
  const id = grid.getAttribute("aria-activedescendant");
  expect(frame.querySelector<HTMLElement>(`#${id}`)!.dataset.run).toBe("r0");
  grid.scrollTop = 3_000;
  grid.dispatchEvent(new Event("scroll"));
  await vi.advanceTimersByTimeAsync(50);
  expect(grid.querySelector("[data-run=r0]")).toBeNull();
  expect(grid.hasAttribute("aria-activedescendant")).toBe(false);
});
