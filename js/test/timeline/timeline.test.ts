// The timeline as a screen reader and a keyboard meet it, on a real store. jsdom lays nothing out, so what depends on
// pixels is seen in the gallery, in a browser.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Phase } from "../../src/core/phases";
import type { RunTraits } from "../../src/core/protocol";
import { Store } from "../../src/core/store";
import { mountFrameKeys } from "../../src/run/frame-keys";
import { mountTimeline } from "../../src/run/timeline/timeline";
import { Frame } from "../../src/ui/frame";
import { type ActionSpec, Packer } from "../pack";
import { BASE_MS, RecordedModel, runningActions, scenario } from "../scenario";
import { press as key, withoutCanvas } from "../view";
import { action } from "./help";

const closing: (() => void)[] = [];
beforeEach(() => withoutCanvas());
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.restoreAllMocks();
});

/** Time for what is put off by a timer, and then frames for what it draws, however late they come. */
async function frames(ms = 60): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  for (let n = 0; n < 4; n++) await new Promise(requestAnimationFrame);
}

const PATIENCE = { timeout: 60_000 };

async function open(traits: RunTraits) {
  // The clock stands at the recording, however slow the test's machine is.
  const atMs = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(atMs);
  const model = new RecordedModel(traits);
  const store = new Store(model as never);
  store.start();
  const host = document.createElement("div");
  document.body.append(host);
  const frame = new Frame(store, host, "");
  frame.mount("timeline", mountTimeline, frame.element);
  closing.push(() => {
    frame.close();
    store.close();
  });
  await frames();
  expect([...frame.faults.peek()]).toEqual([]);
  const grid = frame.element.querySelector<HTMLElement>("[role=treegrid]")!;
  const rows = () => [...grid.querySelectorAll<HTMLElement>("[role=row]")].filter((row) => !row.hidden);
  const names = () => rows().map((row) => row.getAttribute("aria-label") ?? "");
  const active = () => {
    const id = grid.getAttribute("aria-activedescendant");
    return id ? (grid.querySelector(`#${id}`)?.getAttribute("aria-label") ?? "") : "";
  };
  const press = (key: string, more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent("keydown", {
      key,
      bubbles: true,
      cancelable: true,
      composed: true,
      ...more,
    });
    const outside = vi.fn();
    frame.element.addEventListener("keydown", outside, { once: true });
    grid.dispatchEvent(event);
    frame.element.removeEventListener("keydown", outside);
    return { taken: event.defaultPrevented, leaked: outside.mock.calls.length > 0 };
  };
  return { model, store, frame, grid, rows, names, active, press };
}

test("each row tells its name, phase, duration and attempt; a fold its counts", async () => {
  const { names, rows, grid } = await open(scenario.running());
  expect(names()).toEqual([
    "etl.pipeline, running, 1 m 42 s",
    "prepare, 4 actions, 4 succeeded",
    "square, 40 actions, 32 succeeded, 7 running, 1 failed",
    "train_model, running, 1 m 01 s, attempt 2",
    "fold_0, running, 21 s",
    "fold_1, running, 21 s",
    "embed_corpus, running, 1 m 00 s",
    "gpu_eval, waiting for resources, 48 s",
  ]);
  expect(grid.getAttribute("aria-rowcount")).toBe("8");
  const told = (i: number) =>
    ["aria-rowindex", "aria-level", "aria-expanded", "aria-selected"].map((name) =>
      rows()[i]!.getAttribute(name),
    );
  expect(told(0)).toEqual(["1", "1", "true", null]);
  expect(told(2)).toEqual(["3", "2", "false", null]);
  expect(told(3)).toEqual(["4", "2", "true", "true"]);
  expect(told(4)).toEqual(["5", "3", null, null]);
  for (const row of rows()) expect(row.querySelector("[role=gridcell]")).not.toBeNull();
});

test("canvases are hidden from screen readers, and the rows are one tab stop", async () => {
  const { frame, grid } = await open(scenario.running());
  for (const canvas of frame.element.querySelectorAll("canvas")) {
    expect(canvas.getAttribute("aria-hidden")).toBe("true");
  }
  expect(grid.tabIndex).toBe(0);
  expect(grid.querySelectorAll("[tabindex], button, input")).toHaveLength(0);
});

test("a live end changes the row's name", async () => {
  const { model, names } = await open(scenario.running());
  const packer = new Packer();
  packer.snapshot(runningActions(), { baseMs: BASE_MS, nowMs: BASE_MS + 102_000 });
  const ended = runningActions().map((a) =>
    a.name === "gpu_eval" ? { ...a, phase: Phase.Failed, endedMs: 103_000 } : a,
  );
  const at = ended.findIndex((a) => a.name === "gpu_eval");
  const block = packer.delta(new Map([[at, ended[at]!]]), { baseMs: BASE_MS, nowMs: BASE_MS + 103_500 });
  model.message({ kind: "columns" }, block);
  await vi.waitFor(() => expect(names().at(-1)).toBe("gpu_eval, failed, 49 s"), PATIENCE);
});

test("arrows, Home and End walk the rows; at the ends the key does not reach the notebook", async () => {
  const { grid, press, active } = await open(scenario.running());
  grid.focus();
  await frames();
  expect(active()).toContain("train_model");
  press("ArrowDown");
  expect(active()).toContain("fold_0");
  press("Home");
  expect(active()).toContain("etl.pipeline");
  expect(press("ArrowUp")).toEqual({ taken: true, leaked: false });
  expect(active()).toContain("etl.pipeline");
  press("End");
  expect(active()).toContain("gpu_eval");
  press("ArrowLeft");
  expect(active()).toContain("etl.pipeline");
});

test("right opens a fold, then goes into it; left goes up, then closes it", async () => {
  const { grid, press, active, names } = await open(scenario.running());
  grid.focus();
  press("Home");
  press("ArrowDown");
  expect(active()).toContain("prepare, 4 actions");
  press("ArrowRight");
  expect(names().filter((name) => name.startsWith("prepare, succeeded"))).toHaveLength(4);
  press("ArrowRight");
  expect(active()).toBe("prepare, succeeded, 8.0 s");
  press("ArrowLeft");
  press("ArrowLeft");
  expect(names().filter((name) => name.startsWith("prepare"))).toHaveLength(1);
});

test("N finds the failure inside of its fold; Enter opens its details; Escape lets go", async () => {
  const { grid, press, active, store, frame } = await open(scenario.running(102_000, ""));
  grid.focus();
  press("n");
  expect(active()).toBe("square[15], failed, 45 s");
  press("Enter");
  expect(store.traits.selected.value).toBe("a20");
  expect(frame.ui.detailsOpen.value).toBe(true);
  expect(press("Escape").taken).toBe(true);
  expect(store.traits.selected.value).toBe("");
  expect(press("Escape")).toEqual({ taken: false, leaked: true });
});

test("Tab and unknown keys are left to the page", async () => {
  const { grid, press } = await open(scenario.running());
  grid.focus();
  for (const key of ["Tab", "d", "F5"]) expect(press(key)).toEqual({ taken: false, leaked: true });
  expect(press("0", { ctrlKey: true })).toEqual({ taken: false, leaked: true });
});

test("a filter shows as a chip that can be taken off, and Escape takes it off too", async () => {
  const { frame, names, press, grid } = await open(scenario.running(102_000, ""));
  frame.ui.phaseFilter.value = Phase.Failed;
  await frames();
  expect(names()).toEqual(["etl.pipeline, running, 1 m 42 s", "square[15], failed, 45 s"]);
  const clear = frame.element.querySelector<HTMLButtonElement>('[aria-label="Show all phases"]')!;
  expect(clear.hidden).toBe(false);
  clear.click();
  await frames();
  expect(names()).toHaveLength(8);
  frame.ui.query.value = "fold";
  await frames();
  expect(names()).toHaveLength(4);
  grid.focus();
  press("Escape");
  expect(frame.ui.query.value).toBe("");
});

test("a row that is put away is not the focused one any more, nor the selected", async () => {
  const { frame, grid, press, active, names, store } = await open(scenario.running());
  grid.focus();
  press("End");
  press("Enter");
  expect(active()).toContain("gpu_eval");
  frame.ui.query.value = "prepare";
  await frames();
  expect(names()).toHaveLength(2);
  store.select("");
  press("Home");
  expect(frame.element.querySelectorAll(".fw-tl-focus")).toHaveLength(1);
  expect(frame.element.querySelectorAll(".fw-tl-row[aria-selected]")).toHaveLength(0);
  expect(frame.element.querySelectorAll(".fw-tl-row[hidden][aria-label]")).toHaveLength(0);
});

test("a wish to see an action opens what hides it, a filter too", async () => {
  const { frame, names } = await open(scenario.running());
  frame.ui.phaseFilter.value = Phase.WaitingForResources;
  await frames();
  frame.ui.reveal.value = { id: "a2" };
  await frames();
  expect(frame.ui.phaseFilter.value).toBe(0);
  expect(names()).toContain("prepare, succeeded, 12 s");
});

test("a fault while drawing is told by the view, not lost in an animation frame", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { frame, store } = await open(scenario.running());
  vi.spyOn(store.actions, "segFrom", "get").mockImplementation(() => {
    throw new Error("no such column");
  });
  frame.ui.query.value = "fold";
  await frames();
  expect([...frame.faults.peek()]).toEqual([["timeline", "no such column"]]);
  expect(said).toHaveBeenCalled();
});

test("Live is pressed while following and is gone once the run is over", async () => {
  const running = await open(scenario.running());
  const live = (from: typeof running) => from.frame.element.querySelector<HTMLButtonElement>(".fw-tl-live")!;
  expect(live(running).getAttribute("aria-pressed")).toBe("true");
  running.grid.focus();
  running.press("+");
  await frames();
  expect(live(running).getAttribute("aria-pressed")).toBe("true");
  running.press("ArrowLeft", { shiftKey: true });
  await frames();
  expect(live(running).getAttribute("aria-pressed")).toBe("false");
  live(running).click();
  await frames();
  expect(live(running).getAttribute("aria-pressed")).toBe("true");
  expect(live(await open(scenario.failed())).hidden).toBe(true);
});

test("no actions, and none that match, are said in words", async () => {
  const { frame, grid } = await open(scenario.noActions());
  expect(grid.hidden).toBe(true);
  expect(frame.element.querySelector(".fw-tl-note")!.textContent).toBe("No actions yet.");
  const running = await open(scenario.running());
  running.frame.ui.query.value = "nobody";
  await frames();
  expect(running.frame.element.querySelector(".fw-tl-note")!.textContent).toBe("No action matches.");
});

test("a saved state that keeps only a part of the actions says so", async () => {
  const snapshot = new Packer().snapshot(runningActions(), { known: 84_000 });
  const { frame } = await open({ ...scenario.running(), snapshot });
  expect(frame.element.querySelector(".fw-tl-note")!.textContent).toContain("50 of 84,000 actions");
  const whole = (await open(scenario.running())).frame.element.querySelector<HTMLElement>(".fw-tl-note")!;
  expect(whole.hidden).toBe(true);
});

test("the history of what is on screen, folds included, is asked for once per phase", async () => {
  const flagless = (specs: ActionSpec[]) => specs.map((spec) => ({ ...spec, flags: 0 }));
  const packer = new Packer();
  const specs = flagless(runningActions());
  const snapshot = packer.snapshot(specs, { baseMs: BASE_MS, nowMs: BASE_MS + 102_000 });
  const { model } = await open({ ...scenario.running(), snapshot });
  const wants = () =>
    (model.sent as { kind: string; actions: string[] }[])
      .filter((m) => m.kind === "request_history")
      .map((m) => m.actions);
  const all = specs.map((spec) => spec.id).toSorted();
  await vi.waitFor(() => expect(wants().map((ids) => ids.toSorted())).toEqual([all]), PATIENCE);
  const at = specs.findIndex((spec) => spec.id === "a49");
  const changed = { ...specs[at]!, phase: Phase.Initializing };
  model.message({ kind: "columns" }, packer.delta(new Map([[at, changed]])));
  await vi.waitFor(() => expect(wants().slice(1)).toEqual([["a49"]]), PATIENCE);
  await frames(600);
  expect(wants()).toHaveLength(2);
});

test("the history of a fold with hundreds of members is not asked for", async () => {
  const root = action({ id: "a0", name: "pipeline", parent: -1, flags: 0 });
  const shards = Array.from({ length: 300 }, (_, i) =>
    action({ id: `s${i}`, name: "shard", parent: 0, flags: 0 }),
  );
  const snapshot = new Packer().snapshot([root, ...shards]);
  const { model } = await open({ ...scenario.running(), snapshot });
  const wants = () =>
    (model.sent as { kind: string; actions: string[] }[]).filter((m) => m.kind === "request_history");
  await vi.waitFor(() => expect(wants().map((m) => m.actions)).toEqual([["a0"]]), PATIENCE);
  await frames(400);
  expect(wants()).toHaveLength(1);
});

test("10,000 actions need no more elements than fit on screen", async () => {
  const { grid, rows } = await open(scenario.big(10_000));
  expect(rows().length).toBeLessThanOrEqual(10);
  expect(Number(grid.getAttribute("aria-rowcount"))).toBeGreaterThan(10);
});

test("names from other people's code stay text", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  const specs = [action({ id: "a0", name: evil, parent: -1 }), action({ id: "a1", name: evil })];
  const { frame, names } = await open({ ...scenario.running(), snapshot: new Packer().snapshot(specs) });
  expect(names()[0]).toContain(evil);
  expect(frame.element.querySelector("img")).toBeNull();
});

test("a search changes what is in the rows, not how high they are", async () => {
  const { frame, grid } = await open(scenario.failed(""));
  const before = grid.style.height;
  frame.ui.query.value = "fold";
  await frames();
  expect([grid.style.height, grid.hidden]).toEqual([before, false]);
  frame.ui.query.value = "nobody";
  await frames();
  expect([grid.style.height, grid.hidden]).toEqual([before, false]);
});

test("N moves the details that are open along", async () => {
  const { frame, grid } = await open(scenario.failed("a44"));
  const { store } = frame;
  frame.ui.detailsOpen.value = true;
  grid.focus();
  key(grid, "n");
  const first = store.traits.selected.value;
  key(grid, "n");
  expect([first, store.traits.selected.value].every((id) => id !== "")).toBe(true);
  expect(store.traits.selected.value).not.toBe(first);
});

test("? shows the keys over the rows, ? and Escape take them away", async () => {
  const { frame, grid } = await open(scenario.failed(""));
  frame.mount("keys", mountFrameKeys, frame.element);
  const sheet = frame.element.querySelector<HTMLElement>("[aria-label=Keys]")!;
  const focused = () => (frame.element.getRootNode() as ShadowRoot).activeElement;
  grid.focus();
  key(grid, "?");
  expect([sheet.hidden, focused()]).toEqual([false, sheet]);
  expect(sheet.textContent).toContain("Dfold the diagram");
  key(sheet, "Escape");
  expect([sheet.hidden, focused()]).toEqual([true, grid]);
  key(grid, "?");
  key(sheet, "?");
  expect(sheet.hidden).toBe(true);
});

test("a letter in the search field is a letter", async () => {
  const { frame } = await open(scenario.failed(""));
  frame.mount("keys", mountFrameKeys, frame.element);
  const search = frame.element.querySelector<HTMLInputElement>("[type=search]")!;
  expect(key(search, "?").defaultPrevented).toBe(false);
  expect(frame.ui.keysOpen.value).toBe(false);
});

test("the menu sorts, and is left by Escape with the focus where it was", async () => {
  const { frame, names } = await open(scenario.failed(""));
  const menu = frame.element.querySelector<HTMLElement>(".fw-tl-view-menu")!;
  const box = frame.element.querySelector<HTMLElement>(`#${menu.getAttribute("aria-controls")}`)!;
  expect(box.hidden).toBe(true);
  menu.click();
  expect([box.hidden, menu.getAttribute("aria-expanded")]).toEqual([false, "true"]);
  const radio = (text: string) =>
    [...box.querySelectorAll("label")]
      .find((one) => one.textContent?.startsWith(text))!
      .querySelector("input")!;
  radio("Longest").click();
  await frames();
  expect(
    names()
      .slice(0, 3)
      .map((name) => name.split(",")[0]),
  ).toEqual(["etl.pipeline", "train_model", "gpu_eval"]);
  radio("Longest").dispatchEvent(
    new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }),
  );
  expect(box.hidden).toBe(true);
  expect((frame.element.getRootNode() as ShadowRoot).activeElement).toBe(menu);
  menu.click();
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(box.hidden).toBe(true);
  radio("Tree").click();
  await frames();
  expect(names()[1]).toMatch(/^prepare/);
});
