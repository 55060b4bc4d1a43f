// How it is known that the kernel lives, in hosts that tell much, little or nothing of it.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { KernelState } from "../src/core/kernel-life";
import { Store } from "../src/core/store";
import { RecordedModel, scenario } from "./scenario";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A signal as Lumino has them. */
class HostSignal {
  readonly slots = new Set<() => void>();
  connect(slot: () => void): boolean {
    this.slots.add(slot);
    return true;
  }
  disconnect(slot: () => void): boolean {
    return this.slots.delete(slot);
  }
}

/** JupyterLab's kernel connection, as its widget manager shows it. */
class Kernel {
  status = "idle";
  connectionStatus = "connected";
  readonly statusChanged = new HostSignal();
  readonly connectionStatusChanged = new HostSignal();

  become(status: string): void {
    this.status = status;
    for (const slot of this.statusChanged.slots) slot();
  }

  connection(status: string): void {
    this.connectionStatus = status;
    for (const slot of this.connectionStatusChanged.slots) slot();
  }
}

function open(manager: unknown = {}): { model: RecordedModel; store: Store; state: () => KernelState } {
  const model = new RecordedModel(scenario.running());
  Object.assign(model, { widget_manager: manager });
  const store = new Store(model as never);
  store.start();
  store.look(model, true);
  model.message({ kind: "heartbeat", nowMs: Date.now() });
  return { model, store, state: () => store.kernel.state.value };
}

const asked = (model: RecordedModel): number => model.sent.length;

test("ipywidgets tells a model that its comm is dead: the kernel is gone at once, for what waits as well", async () => {
  const { model, store, state } = open();
  const waiting = store.retry().catch((error: { reason: string }) => error.reason);
  model.tell("comm_live_update");
  expect(state()).toBe("gone");
  expect(await waiting).toBe("kernel-gone");
});

test.each(["restarting", "autorestarting", "terminating", "dead"])(
  "a kernel that is %s is gone",
  (status) => {
    const kernel = new Kernel();
    const { state } = open({ kernel });
    kernel.become("busy");
    expect(state()).toBe("alive");
    kernel.become(status);
    expect(state()).toBe("gone");
    kernel.become("idle"); // the next kernel, which does not know this widget
    kernel.connection("connected");
    expect(state()).toBe("gone");
  },
);

test("a short cut is not worth a word; a longer one is, and after it there is a handshake", () => {
  const kernel = new Kernel();
  const { model, state } = open({ kernel });
  kernel.connection("connecting");
  vi.advanceTimersByTime(2_000);
  kernel.connection("connected");
  vi.advanceTimersByTime(5_000);
  expect(state()).toBe("alive");
  const before = asked(model);
  kernel.connection("connecting");
  vi.advanceTimersByTime(3_000);
  expect(state()).toBe("cut");
  vi.advanceTimersByTime(60_000);
  expect(state()).toBe("cut");
  expect(asked(model)).toBe(before);
  kernel.connection("connected");
  expect(state()).toBe("alive");
  expect(asked(model)).toBe(before + 1);
});

test("a cut in which the kernel was restarted ends with the kernel gone", () => {
  const kernel = new Kernel();
  const { state } = open({ kernel });
  kernel.connection("connecting");
  vi.advanceTimersByTime(3_000);
  kernel.become("restarting");
  kernel.connection("connected");
  expect(state()).toBe("gone");
});

test("where the host tells nothing, a silent kernel is asked, and the asking fails where nobody is left", async () => {
  const { model, state } = open();
  vi.spyOn(model, "send").mockImplementation(() => {
    throw new Error("Cannot send");
  });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(state()).toBe("gone");
});

test("asked once, a kernel that says nothing is silent after 35 s, and alive with its next word", async () => {
  const { model, state } = open();
  const before = asked(model);
  await vi.advanceTimersByTimeAsync(31_000);
  expect([state(), asked(model) - before]).toEqual(["alive", 1]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([state(), asked(model) - before]).toEqual(["silent", 1]);
  model.message({ kind: "heartbeat", nowMs: Date.now() });
  expect(state()).toBe("alive");
});

test("what the host says is left alone in the end, and a host that fails is no harm", () => {
  const kernel = new Kernel();
  const { store } = open({ kernel });
  expect(store.busy).toBe(false);
  kernel.become("busy");
  expect(store.busy).toBe(true);
  store.close();
  expect(kernel.statusChanged.slots.size + kernel.connectionStatusChanged.slots.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  const odd = {
    get kernel(): never {
      throw new Error("not yet");
    },
  };
  for (const manager of [odd, undefined, { kernel: null }, { kernel: { status: 7 } }]) {
    expect(open(manager).store.busy).toBe(null);
  }
});
