// Requests: each ends exactly once, whatever Python does.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { firstId, type RequestError, Requests } from "../src/core/requests";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sent: { id: number; kind: string }[] = [];
function requests(): Requests {
  sent.length = 0;
  return new Requests((message) => sent.push(message), 1);
}
const outcome = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "ok",
    (error: RequestError) => `${error.reason}: ${error.message}`,
  );

test("an answer resolves its own request and no other", async () => {
  const all = requests();
  const first = outcome(all.request("retry", {}, { timeoutMs: 1_000 }));
  const second = outcome(all.request("request_history", { actions: ["a1"] }, { timeoutMs: 1_000 }));
  expect(sent.map(({ kind, id }) => [kind, id])).toEqual([
    ["retry", 1],
    ["request_history", 2],
  ]);
  all.answer({ kind: "reply", id: 2, ok: true });
  expect(await second).toBe("ok");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await first).toBe("timeout: The kernel has not answered.");
});

test("a refusal carries Python's words and its hint", async () => {
  const all = requests();
  const request = all.request("abort", { action: "a0", reason: "" }, { timeoutMs: 1_000 });
  all.answer({ kind: "reply", id: 1, ok: false, message: "permission denied", hint: "Ask for access." });
  const error = await request.catch((e: RequestError) => e);
  expect(error).toMatchObject({ reason: "refused", message: "permission denied", hint: "Ask for access." });
});

test("an answer to nobody's request, or a second one, changes nothing", async () => {
  const all = requests();
  all.answer({ kind: "reply", id: 77, ok: false });
  const request = outcome(all.request("retry", {}, { timeoutMs: 1_000 }));
  all.answer({ kind: "reply", id: 1, ok: true });
  all.answer({ kind: "reply", id: 1, ok: false });
  expect(await request).toBe("ok");
});

test("a channel that throws rejects at once and leaves no timer", async () => {
  const all = new Requests(() => {
    throw new Error("Cannot send");
  }, 1);
  expect(await outcome(all.request("retry", {}, { timeoutMs: 1_000 }))).toBe(
    "kernel-gone: The kernel is gone.",
  );
  expect(vi.getTimerCount()).toBe(0);
});

test("closing cancels all that wait, and a late answer is harmless", async () => {
  const all = requests();
  const waiting = [1, 2].map(() => outcome(all.request("retry", {}, { timeoutMs: 1_000 })));
  all.close();
  expect(await Promise.all(waiting)).toEqual(Array(2).fill("cancelled: The view was closed."));
  expect(vi.getTimerCount()).toBe(0);
  all.answer({ kind: "reply", id: 1, ok: true });
});

test("what was not answered is sent again as the same request", async () => {
  const all = requests();
  const asked = all.request("retry", {}, { timeoutMs: 1_000 }).catch((error: RequestError) => error);
  await vi.advanceTimersByTimeAsync(1_000);
  const { reason, id } = (await asked) as RequestError;
  expect([reason, id]).toEqual(["timeout", 1]);
  const again = outcome(all.request("retry", {}, { timeoutMs: 1_000, id }));
  all.request("retry", {}, { timeoutMs: 1_000 }).catch(() => undefined);
  expect(sent.map((message) => message.id)).toEqual([1, 1, 2]);
  all.answer({ kind: "reply", id: 1, ok: true });
  expect(await again).toBe("ok");
});

test("whoever gives up waits no longer; who asked the same waits on", async () => {
  const all = requests();
  const giveUp = new AbortController();
  const first = outcome(all.request("retry", {}, { timeoutMs: 1_000, id: 5, signal: giveUp.signal }));
  const second = outcome(all.request("retry", {}, { timeoutMs: 1_000, id: 5 }));
  const third = outcome(all.request("retry", {}, { timeoutMs: 5_000, id: 5 }));
  giveUp.abort();
  expect(await first).toBe("cancelled: No longer wanted.");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await second).toBe("timeout: The kernel has not answered.");
  all.answer({ kind: "reply", id: 5, ok: true });
  expect(await third).toBe("ok");
  expect(vi.getTimerCount()).toBe(0);
});

test("no two pages count from the same number, and the numbers stay exact", () => {
  const ids = new Set(Array.from({ length: 1_000 }, firstId));
  expect(ids.size).toBe(1_000);
  for (const id of ids) expect(Number.isSafeInteger(id + 2 ** 20)).toBe(true);
});

test("where nobody is left to answer, all that wait hear it", async () => {
  const all = requests();
  const waiting = outcome(all.request("retry", {}, { timeoutMs: 1_000 }));
  all.lost();
  expect(await waiting).toBe("kernel-gone: The kernel is gone.");
  expect(vi.getTimerCount()).toBe(0);
});
