// The store: what it asks, what it believes, and how it tells that the kernel is gone.
import { effect } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Phase } from "../src/core/phases";
import type { RunTraits } from "../src/core/protocol";
import { Store } from "../src/core/store";
import { type ActionSpec, Packer } from "./pack";
import { RecordedModel, runningActions, scenario } from "./scenario";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Stand for views. */
const VIEW = {};
const SIDEBAR = {};
const NOTHING = new DataView(new ArrayBuffer(0));

function open(traits: RunTraits = { ...scenario.running(), snapshot: NOTHING }): {
  model: RecordedModel;
  store: Store;
} {
  const model = new RecordedModel(traits);
  const store = new Store(model as never);
  store.start();
  store.look(VIEW, true);
  return { model, store };
}

type Handshake = { id: number; seq: number; page: string; looks: boolean; begins: boolean };
const handshakes = (model: RecordedModel): Handshake[] =>
  model.sent.filter((message) => (message as { kind: string }).kind === "handshake") as never;
const answer = async (model: RecordedModel): Promise<void> => {
  model.message({ kind: "reply", id: handshakes(model).at(-1)!.id, ok: true });
  await vi.advanceTimersByTimeAsync(0);
};

test("it makes a handshake with the sequence number that the saved snapshot has", () => {
  expect(handshakes(open().model)).toMatchObject([{ seq: 0, looks: true, begins: true }]);
  const saved = open(scenario.running());
  expect(saved.store.actions.count).toBe(50);
  expect(handshakes(saved.model)).toMatchObject([{ seq: 1, looks: true, begins: true }]);
});

test("columns count the revision up; a gap asks once for a snapshot, and an old block is passed over", async () => {
  const { model, store } = open();
  await answer(model);
  const packer = new Packer();
  const [root] = runningActions() as [ActionSpec];
  const snapshot = packer.snapshot([root]);
  const lost = packer.delta(new Map([[0, { ...root, phase: Phase.Paused }]]));
  const next = packer.delta(new Map([[0, { ...root, phase: Phase.Running }]]));
  model.message({ kind: "columns" }, snapshot);
  expect(store.revision.value).toBe(1);
  model.message({ kind: "columns" }, next);
  model.message({ kind: "columns" }, next);
  expect(handshakes(model).map(({ seq }) => seq)).toEqual([0, 1]);
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
  await answer(model);
  model.message({ kind: "columns" }, new DataView(new ArrayBuffer(32)));
  expect(store.fault.value).toContain("not a block of columns: 32 bytes");
  expect(handshakes(model)).toHaveLength(2);
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
  model.message({ kind: "heartbeat", nowMs });
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

test("what came after the backend was last told of is still shown when the kernel is gone", () => {
  const { model, store } = open(scenario.running());
  const seenMs = store.actions.nowMs;
  const connection = store.traits.connection.peek();
  model.play({ connection: { ...connection, state: "live", lastMs: seenMs - 4_900 } });
  vi.advanceTimersByTime(40_000);
  expect(store.kernelAlive.value).toBe(false);
  expect(store.nowMs()).toBe(seenMs);
});

test("a beat that was held up does not set the clock back", () => {
  const { model, store } = open();
  const nowMs = Date.now();
  model.message({ kind: "heartbeat", nowMs });
  vi.advanceTimersByTime(10_000);
  model.message({ kind: "heartbeat", nowMs: nowMs + 9_400 }); // 600 ms on its way
  expect(store.clockMs()).toBe(nowMs + 10_000);
});

test("a kernel that falls silent is gone after 35 s, and back with its next word", () => {
  const { model, store } = open();
  for (let i = 0; i < 6; i++) {
    model.message({ kind: "heartbeat", nowMs: Date.now() });
    vi.advanceTimersByTime(10_000);
    expect(store.kernelAlive.value).toBe(true);
  }
  vi.advanceTimersByTime(31_000);
  expect(store.kernelAlive.value).toBe(false);
  model.message({ kind: "heartbeat", nowMs: Date.now() });
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
  model.message({ kind: "heartbeat", nowMs: Date.now() });
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
  store.look(VIEW, true);
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

describe("views on screen", () => {
  test("nothing is asked before a view is seen, and silence until then says nothing", () => {
    const model = new RecordedModel(scenario.running());
    const store = new Store(model as never);
    store.start();
    vi.advanceTimersByTime(60_000);
    expect(model.sent).toEqual([]);
    expect(store.kernelAlive.value).toBe(true);
    store.look(VIEW, true);
    expect(handshakes(model)).toHaveLength(1);
    expect(store.kernelAlive.value).toBe(true);
    vi.advanceTimersByTime(20_000);
    expect(store.kernelAlive.value).toBe(false);
    store.close();
  });

  test("Python is told when the last one has left the screen for good, and when one is back, with what it has", async () => {
    const { model, store } = open(scenario.running());
    await answer(model);
    store.look(SIDEBAR, true);
    store.look(VIEW, false);
    vi.advanceTimersByTime(5_000);
    expect(handshakes(model)).toHaveLength(1); // one is left
    store.look(SIDEBAR, false);
    vi.advanceTimersByTime(1_000);
    store.look(VIEW, true);
    vi.advanceTimersByTime(5_000);
    expect(handshakes(model)).toHaveLength(1); // scrolled by
    store.look(VIEW, false);
    vi.advanceTimersByTime(2_000);
    store.look(VIEW, true);
    const { page } = handshakes(model)[0]!;
    expect(handshakes(model).slice(1)).toMatchObject([
      { looks: false, begins: false, page },
      { looks: true, begins: false, page, seq: 1 },
    ]);
  });

  test("a view that begins off screen says so, once, for Python takes it to be on screen", async () => {
    const model = new RecordedModel(scenario.running());
    const store = new Store(model as never);
    store.start();
    store.look(VIEW, false);
    vi.advanceTimersByTime(2_000);
    expect(handshakes(model)).toMatchObject([{ looks: false, begins: true }]);
    await answer(model);
    store.look(SIDEBAR, false);
    vi.advanceTimersByTime(5_000);
    expect(handshakes(model)).toHaveLength(1);
    store.look(VIEW, true);
    expect(handshakes(model).at(-1)).toMatchObject({ looks: true, begins: false });
    store.close();
  });

  test("a page that goes says so at once", () => {
    const { model, store } = open();
    store.look(VIEW, false, true);
    expect(handshakes(model).at(-1)).toMatchObject({ looks: false });
  });

  test("a presence call is answered by whoever looks, but not by the one it is for", () => {
    const { model, store } = open();
    const page = handshakes(model)[0]!.page;
    model.message({ kind: "presence_call", newcomer: page });
    expect(handshakes(model)).toHaveLength(1);
    model.message({ kind: "presence_call", newcomer: "another" });
    expect(handshakes(model)[1]).toMatchObject({ looks: true, begins: false, page });
    store.look(VIEW, false, true);
    model.message({ kind: "presence_call", newcomer: "another" });
    expect(handshakes(model)).toHaveLength(3);
  });
});

/** As Python deflates it. */
async function deflated(block: DataView): Promise<DataView> {
  const bytes = new Uint8Array(block.buffer as ArrayBuffer);
  const stream = new Response(bytes).body!.pipeThrough(new CompressionStream("deflate"));
  return new DataView(await new Response(stream).arrayBuffer());
}

test("a deflated snapshot is read, unless something newer came meanwhile", async () => {
  vi.useRealTimers();
  const packer = new Packer();
  const snapshot = await deflated(packer.snapshot(runningActions()));
  const { store } = open({ ...scenario.running(), snapshot });
  await vi.waitFor(() => expect(store.actions.count).toBe(50), { timeout: 60_000 });

  const { model, store: live } = open({ ...scenario.running(), snapshot });
  const [root] = runningActions() as [ActionSpec];
  model.message({ kind: "columns" }, new Packer().snapshot([root]));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(live.actions.count).toBe(1);
});

test("a snapshot that is cut short is told of, and asked for", async () => {
  vi.useRealTimers();
  const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const whole = await deflated(new Packer().snapshot(runningActions()));
  const snapshot = new DataView(whole.buffer.slice(0, whole.byteLength - 20));
  const { store } = open({ ...scenario.running(), snapshot });
  await vi.waitFor(() => expect(store.fault.value).toContain("could not be read"), { timeout: 60_000 });
  expect(error).toHaveBeenCalledOnce();
  error.mockRestore();
});
