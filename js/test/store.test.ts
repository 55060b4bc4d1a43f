// The store: what it asks, what it believes, and how it tells that the kernel is gone.
import { effect } from "@preact/signals-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Phase } from "../src/phases";
import type { RunTraits } from "../src/protocol";
import { Store } from "../src/store";
import { type ActionSpec, Packer } from "./pack";
import { RecordedModel, runningActions, scenario } from "./scenario";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const NOTHING = new DataView(new ArrayBuffer(0));

function open(traits: RunTraits = { ...scenario.running(), snapshot: NOTHING }): {
  model: RecordedModel;
  store: Store;
} {
  const model = new RecordedModel(traits);
  const store = new Store(model as never);
  store.start();
  return { model, store };
}

const hellos = (model: RecordedModel): { id: number; seq: number }[] =>
  model.sent.filter((message) => (message as { kind: string }).kind === "hello") as never;

test("it says hello with the sequence number that the saved snapshot has", () => {
  expect(hellos(open().model)).toEqual([{ kind: "hello", seq: 0, id: 1 }]);
  const saved = open(scenario.running());
  expect(saved.store.actions.count).toBe(50);
  expect(hellos(saved.model)).toEqual([{ kind: "hello", seq: 1, id: 1 }]);
});

test("columns count the revision up; a gap asks once for a snapshot, and an old block is passed over", async () => {
  const { model, store } = open();
  model.message({ kind: "reply", id: 1, ok: true });
  await vi.advanceTimersByTimeAsync(0);
  const packer = new Packer();
  const [root] = runningActions() as [ActionSpec];
  const snapshot = packer.snapshot([root]);
  const lost = packer.delta(new Map([[0, { ...root, phase: Phase.Paused }]]));
  const next = packer.delta(new Map([[0, { ...root, phase: Phase.Running }]]));
  model.message({ kind: "columns" }, snapshot);
  expect(store.revision.value).toBe(1);
  model.message({ kind: "columns" }, next);
  model.message({ kind: "columns" }, next);
  expect(hellos(model).map(({ seq }) => seq)).toEqual([0, 1]);
  expect(store.revision.value).toBe(1);
  model.message({ kind: "columns" }, lost);
  model.message({ kind: "columns" }, next);
  model.message({ kind: "columns" }, lost);
  expect(store.revision.value).toBe(3);
  expect(store.actions.phase[0]).toBe(Phase.Running);
});

test("a block that cannot be read is told, and asked for again", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { model, store } = open();
  model.message({ kind: "reply", id: 1, ok: true });
  await vi.advanceTimersByTimeAsync(0);
  model.message({ kind: "columns" }, new DataView(new ArrayBuffer(32)));
  expect(store.fault.value).toContain("not a block of columns: 32 bytes");
  expect(hellos(model)).toHaveLength(2);
  expect(logged).toHaveBeenCalledOnce();
  model.message({ kind: "columns" }, new Packer().snapshot(runningActions()));
  expect(store.fault.value).toBe("");
  logged.mockRestore();
});

test("traits follow the model", () => {
  const { model, store } = open();
  expect(store.phase).toBe(Phase.Running);
  model.play({ phase: "failed", counts: { failed: 3 } });
  expect(store.phase).toBe(Phase.Failed);
  expect(store.traits.counts.value).toEqual({ failed: 3 });
});

test("selecting crosses once, and not again while it is the same", () => {
  const { model, store } = open();
  const saved = vi.spyOn(model, "save_changes");
  store.select("a44");
  expect(saved).not.toHaveBeenCalled(); // it was selected already
  store.select("a5");
  store.select("a5");
  expect(saved).toHaveBeenCalledOnce();
  expect(model.get("selected")).toBe("a5");
});

test("the clock is the backend's, and stands still once the run has ended or nobody hears", () => {
  const { model, store } = open();
  const nowMs = Date.now() + 3_600_000;
  model.message({ kind: "beat", nowMs });
  expect(store.nowMs()).toBe(nowMs);
  vi.advanceTimersByTime(1_500);
  expect(store.nowMs()).toBe(nowMs + 1_500);
  const connection = store.traits.connection.peek();
  model.play({ connection: { ...connection, state: "reconnecting", lastMs: nowMs - 9 } });
  expect(store.nowMs()).toBe(nowMs - 9);
  expect(store.clockMs()).toBe(nowMs + 1_500);
  model.play({ is_terminal: true, ended_ms: 77, connection: { ...connection, state: "ended" } });
  expect(store.nowMs()).toBe(77);
});

test("a beat that was held up does not set the clock back", () => {
  const { model, store } = open();
  const nowMs = Date.now();
  model.message({ kind: "beat", nowMs });
  vi.advanceTimersByTime(10_000);
  model.message({ kind: "beat", nowMs: nowMs + 9_400 }); // 600 ms on its way
  expect(store.clockMs()).toBe(nowMs + 10_000);
});

test("a kernel that falls silent is gone after 35 s, and back with its next word", () => {
  const { model, store } = open();
  for (let i = 0; i < 6; i++) {
    model.message({ kind: "beat", nowMs: Date.now() });
    vi.advanceTimersByTime(10_000);
    expect(store.kernelAlive.value).toBe(true);
  }
  vi.advanceTimersByTime(31_000);
  expect(store.kernelAlive.value).toBe(false);
  model.message({ kind: "beat", nowMs: Date.now() });
  expect(store.kernelAlive.value).toBe(true);
});

test("with no kernel at all, as in a saved notebook, it is known within 20 s", () => {
  const { store } = open(scenario.running());
  vi.advanceTimersByTime(20_000);
  expect(store.kernelAlive.value).toBe(false);
});

test("selecting, which is this side's doing, does not bring a dead kernel back", () => {
  const { store } = open(scenario.running());
  vi.advanceTimersByTime(20_000);
  store.select("a5");
  expect(store.kernelAlive.value).toBe(false);
});

test("traits of one message are seen together", () => {
  const { model, store } = open();
  const pairs: string[] = [];
  const stop = effect(() => {
    pairs.push(`${store.traits.phase.value} ${store.traits.is_terminal.value}`);
  });
  model.play({ phase: "succeeded", task_name: "other", is_terminal: true });
  stop();
  expect(pairs).toEqual(["running false", "succeeded true"]);
});

test("a finished run needs no kernel", () => {
  const { store } = open(scenario.succeeded());
  vi.advanceTimersByTime(3_600_000);
  expect(store.kernelAlive.value).toBe(true);
});

test("a laptop that slept does not declare the kernel dead on waking", () => {
  const { model, store } = open();
  model.message({ kind: "beat", nowMs: Date.now() });
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(15_000);
  expect(store.kernelAlive.value).toBe(true);
  vi.advanceTimersByTime(35_000);
  expect(store.kernelAlive.value).toBe(false);
});

test("a send that throws means that the kernel is gone", async () => {
  const model = new RecordedModel(scenario.running());
  vi.spyOn(model, "send").mockImplementation(() => {
    throw new Error("Cannot send");
  });
  const store = new Store(model as never);
  store.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(store.kernelAlive.value).toBe(false);
});

test("closing takes back every listener and timer", async () => {
  const { model, store } = open();
  const asked = store.retry().catch((error: { reason: string }) => error.reason);
  store.close();
  expect(await asked).toBe("cancelled");
  expect(vi.getTimerCount()).toBe(0);
  model.play({ phase: "failed" });
  model.message({ kind: "columns" }, new Packer().snapshot(runningActions()));
  expect(store.phase).toBe(Phase.Running);
  expect(store.actions.count).toBe(0);
});
