// What views ask Python for and what Python pushes to them: `store.request`, `command`, `on` and `show`.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Store } from "../src/core/store";
import { RecordedModel, scenario } from "./scenario";

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});
afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
});

const VIEW = {};
type Sent = { kind: string; id: number; shows: string[]; looks: boolean };

function open(): { model: RecordedModel; store: Store; sent(kind: string): Sent[] } {
  const model = new RecordedModel(scenario.running());
  const store = new Store(model as never);
  store.start();
  store.look(VIEW, true);
  return { model, store, sent: (kind) => (model.sent as Sent[]).filter((message) => message.kind === kind) };
}
const bytes = (...values: number[]): DataView => new DataView(new Uint8Array(values).buffer);
const abort = (store: Store, reason = "") => store.command("abort", "a0", { action: "a0", reason });

test("an answer has a payload and buffers", async () => {
  const { model, store, sent } = open();
  const asked = store.request("static_view", {});
  const [{ id }] = sent("static_view") as [Sent];
  model.message({ kind: "reply", id, ok: true, payload: { "text/plain": "x" } }, bytes(1), bytes(2));
  const { payload, buffers } = await asked;
  expect(payload).toEqual({ "text/plain": "x" });
  expect(buffers.map((buffer) => buffer.getUint8(0))).toEqual([1, 2]);
});

test("whoever no longer wants an answer gives up by a signal, before or after", async () => {
  const { store, sent } = open();
  const giveUp = new AbortController();
  const asked = store.request("static_view", {}, { signal: giveUp.signal });
  giveUp.abort();
  await expect(asked).rejects.toMatchObject({ reason: "cancelled" });
  await expect(store.request("static_view", {}, { signal: giveUp.signal })).rejects.toMatchObject({
    reason: "cancelled",
  });
  expect(sent("static_view")).toHaveLength(1);
});

test("a push reaches who shows it, each part with its buffers, also beside one that breaks", () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { model, store } = open();
  const heard: unknown[] = [];
  const on = (kind: string, handler: (content: unknown, buffers: DataView[]) => void) =>
    store.on(kind as never, handler as never);
  on("lines", () => {
    throw new Error("broken");
  });
  const stop = on("lines", (content, buffers) => heard.push([content, buffers.map((b) => b.getUint8(0))]));
  const parts = [
    { content: { kind: "unknown" }, buffers: 1 },
    { content: { kind: "lines", from: 7 }, buffers: 2 },
    { content: { kind: "lines", from: 9 }, buffers: 0 },
  ];
  model.message({ kind: "push", parts }, bytes(1), bytes(2), bytes(3));
  expect(heard).toEqual([
    [{ kind: "lines", from: 7 }, [2, 3]],
    [{ kind: "lines", from: 9 }, []],
  ]);
  stop();
  model.message({ kind: "push", parts }, bytes(1), bytes(2), bytes(3));
  expect(heard).toHaveLength(2);
  expect(logged).toHaveBeenCalledTimes(4);
  logged.mockRestore();
});

test("Python hears once which topics are on screen, however many views show them", async () => {
  const { store, sent } = open();
  expect(sent("handshake").map(({ shows }) => shows)).toEqual([[]]);
  const [first, second, other] = ["logs/a3/1", "logs/a3/1", "report/a3"].map((topic) => store.show(topic));
  await vi.advanceTimersByTimeAsync(0);
  expect(sent("handshake").map(({ shows }) => shows)).toEqual([[], ["logs/a3/1", "report/a3"]]);
  first!();
  first!();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent("handshake")).toHaveLength(2);
  second!();
  other!();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent("handshake").map(({ shows }) => shows)).toEqual([[], ["logs/a3/1", "report/a3"], []]);
  store.show("logs/a4/1");
  store.look(VIEW, false, true);
  expect(sent("handshake").at(-1)).toMatchObject({ looks: false, shows: ["logs/a4/1"] });
});

test("a command that had no answer is the same one after a reload; an answered one is not", async () => {
  const before = open();
  abort(before.store).catch(() => undefined);
  const [{ id }] = before.sent("abort") as [Sent];
  before.store.close();
  const after = open();
  expect(after.store.isUnanswered("abort", "a0")).toBe(true);
  expect(after.store.isUnanswered("abort", "a1")).toBe(false);
  const again = abort(after.store, "other words");
  expect(after.sent("abort").map((message) => message.id)).toEqual([id]);
  after.model.message({ kind: "reply", id, ok: true });
  await again;
  expect(after.store.isUnanswered("abort", "a0")).toBe(false);
  abort(after.store).catch(() => undefined);
  expect(after.sent("abort")[1]!.id).not.toBe(id);
});

test("a command that is given again while it is under way is one, and its answer is for both", async () => {
  const { model, store, sent } = open();
  const both = [abort(store), abort(store)];
  const ids = sent("abort").map(({ id }) => id);
  expect(new Set(ids).size).toBe(1);
  model.message({ kind: "reply", id: ids[0], ok: true, payload: "done" });
  expect((await Promise.all(both)).map(({ payload }) => payload)).toEqual(["done", "done"]);
  const refused = [abort(store), abort(store)].map((one) => expect(one).rejects.toThrow("no"));
  model.message({ kind: "reply", id: sent("abort").at(-1)!.id, ok: false, message: "no" });
  await Promise.all(refused);
});

test("a command that Python refused may be given anew", async () => {
  const { model, store, sent } = open();
  const refused = abort(store);
  model.message({ kind: "reply", id: sent("abort")[0]!.id, ok: false, message: "no", hint: "ask" });
  await expect(refused).rejects.toMatchObject({ reason: "refused", message: "no", hint: "ask" });
  expect(store.isUnanswered("abort", "a0")).toBe(false);
});

test("where a page may keep nothing, commands work all the same", async () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  const { model, store, sent } = open();
  const done = abort(store);
  model.message({ kind: "reply", id: sent("abort")[0]!.id, ok: true });
  await done;
  vi.restoreAllMocks();
});
