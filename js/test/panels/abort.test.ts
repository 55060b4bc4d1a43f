// Abort: from the click to the phase that was seen, in the words of the pictures. The kernel may be busy, gone or dumb.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AbortState, IN_KERNEL } from "../../src/core/protocol";
import { RecordedModel, scenario } from "../scenario";
import { button, type Mounted, mount, press, seen, withoutCanvas } from "../view";

let view: Mounted;

beforeEach(() => {
  vi.useFakeTimers();
  withoutCanvas();
  view = mount(scenario.running());
});
afterEach(() => {
  view.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const aborts = (): { id: number; action: string; reason: string }[] =>
  view.model.sent.filter((message) => (message as { kind: string }).kind === "abort") as never;
/** The details of an action have an Abort of their own. */
const header = (mounted = view): HTMLElement => mounted.frame.querySelector(".fw-top-band")!;
const click = (name: string): void => button(header(), name)!.click();
const reason = (): HTMLInputElement => header().querySelector(".fw-reason")!;
const note = (): string => seen(view.frame, ".fw-abort-note");
const focused = (): Element | null => (view.frame.getRootNode() as ShadowRoot).activeElement;
const tell = (state: AbortState["state"], more: Partial<AbortState> = {}): void =>
  view.model.play({ abort_state: { state, action: "a0", atMs: null, reason: "", message: "", ...more } });
const answer = async (ok: boolean, message = ""): Promise<void> => {
  view.model.message({ kind: "reply", id: aborts().at(-1)!.id, ok, message });
  await vi.advanceTimersByTimeAsync(0);
};

test("the click asks first, names the run, counts what will stop, and puts the focus in the reason", () => {
  click("Abort");
  expect(seen(view.frame, ".fw-question-text")).toBe("Abort r4p2bdpt7f? 13 active actions will stop.");
  expect(focused()).toBe(reason());
  expect(button(header(), "Abort")).toBeNull();
  expect(aborts()).toEqual([]);
});

test("Escape and Keep running send nothing and lead back to the button", () => {
  click("Abort");
  const event = press(reason(), "Escape");
  expect(event.defaultPrevented).toBe(true);
  expect(focused()).toBe(button(header(), "Abort"));
  click("Abort");
  click("Keep running");
  expect(focused()).toBe(button(header(), "Abort"));
  expect(aborts()).toEqual([]);
});

test("Enter sends the reason, and a double click is one request", () => {
  click("Abort");
  reason().value = " wrong dataset ";
  const sure = button(header(), "Abort run")!;
  press(reason(), "Enter");
  sure.click();
  sure.click();
  expect(aborts()).toMatchObject([{ action: "a0", reason: "wrong dataset" }]);
});

test("Enter on Keep running does not abort", () => {
  click("Abort");
  press(button(header(), "Keep running")!, "Enter");
  expect(aborts()).toEqual([]);
});

test("after 250 ms without an answer it says that a cell is running, and goes on when it is answered", async () => {
  click("Abort");
  click("Abort run");
  expect(note()).toBe("Abort sent");
  vi.advanceTimersByTime(260);
  expect(note()).toBe("Abort sent, waiting for the kernel: a cell is running");
  expect(button(header(), "Aborting…")!.getAttribute("aria-disabled")).toBe("true");
  click("Aborting…");
  expect(aborts()).toHaveLength(1);
  vi.advanceTimersByTime(20_000);
  await answer(true);
  expect(note()).toBe("Abort requested 0 s ago");
});

test("Python's state goes before what this view remembers, and its age is by the backend's clock", async () => {
  click("Abort");
  click("Abort run");
  const nowMs = Date.now() + 5_000_000;
  view.model.message({ kind: "heartbeat", nowMs });
  tell("requested", { atMs: nowMs - 3_000 });
  await answer(true);
  expect(note()).toBe("Abort requested 3 s ago");
});

test("an abort from elsewhere shows as well, but one of another action does not", () => {
  tell("accepted", { action: "a7", atMs: 0 });
  expect(button(header(), "Abort")).not.toBeNull();
  tell("accepted");
  expect(note()).toBe("Abort requested 0 s ago");
});

test("Aborted is said only when the phase was seen", async () => {
  click("Abort");
  click("Abort run");
  await answer(true);
  tell("aborted");
  expect(seen(view.frame, ".fw-badge")).toBe("Running");
  view.model.play(scenario.aborted());
  expect(seen(view.frame, ".fw-badge")).toBe("Aborted");
  expect(note()).toBe("");
  expect(seen(view.frame, ".fw-abort")).toBe("");
  expect(seen(view.frame, ".fw-fresh")).toMatch(/^Aborted by backendJun 12 2025 14:34:11$/);
});

test("a refusal is told as an alert with its reason, and Try again sends the same once more", async () => {
  click("Abort");
  reason().value = "stuck";
  click("Abort run");
  await answer(false, "permission denied");
  expect(note()).toBe("Abort failed: permission denied");
  expect(view.frame.querySelector(".fw-abort-note [role=alert]")).not.toBeNull();
  click("Try again");
  expect(aborts().map((request) => request.reason)).toEqual(["stuck", "stuck"]);
});

test("a failure that Python reports can be tried again, too", () => {
  tell("failed", { message: "the backend is away" });
  expect(note()).toBe("Abort failed: the backend is away");
  click("Try again");
  expect(note()).toBe("Abort sent");
});

test("no answer for a minute offers to send again", async () => {
  click("Abort");
  click("Abort run");
  // The kernel's own thread is heard all the while.
  for (let i = 0; i < 7; i++) {
    await vi.advanceTimersByTimeAsync(10_000);
    view.model.message({ kind: "heartbeat", nowMs: Date.now() });
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(note()).toMatch(/^No answer from the kernel for 7\d s$/);
  click("Send again");
  // The same request: whichever of the two the kernel takes first, it aborts once.
  expect(aborts()).toHaveLength(2);
  expect(new Set(aborts().map(({ id }) => id)).size).toBe(1);
  expect(note()).toBe("Abort sent");
});

test("what Python reports after a minute's silence goes before the silence", async () => {
  click("Abort");
  click("Abort run");
  for (let i = 0; i < 7; i++) {
    await vi.advanceTimersByTimeAsync(10_000);
    view.model.message({ kind: "heartbeat", nowMs: Date.now() });
  }
  tell("requested", { atMs: null });
  expect(note()).toMatch(/^Abort requested/);
  tell("failed", { message: "permission denied" });
  expect(note()).toBe("Abort failed: permission denied");
});

test("a confirm that nobody answers goes away, but not while a reason is typed", () => {
  view.model.message({ kind: "heartbeat", nowMs: Date.now() });
  click("Abort");
  vi.advanceTimersByTime(29_000);
  reason().dispatchEvent(new Event("input", { bubbles: true }));
  view.model.message({ kind: "heartbeat", nowMs: Date.now() });
  vi.advanceTimersByTime(29_000);
  expect(button(header(), "Abort run")).not.toBeNull();
  vi.advanceTimersByTime(2_000);
  expect(button(header(), "Abort run")).toBeNull();
  expect(button(header(), "Abort")).not.toBeNull();
});

test("a run that ends while the confirm is open takes the question away", () => {
  click("Abort");
  view.model.play(scenario.succeeded());
  expect(button(header(), "Abort run")).toBeNull();
  expect(button(header(), "Abort")).toBeNull();
});

test("with the kernel gone there is nothing to press", async () => {
  const model = new RecordedModel(scenario.running());
  vi.spyOn(model, "send").mockImplementation(() => {
    throw new Error("Cannot send");
  });
  const gone = mount(scenario.running(), model);
  await vi.advanceTimersByTimeAsync(0);
  expect(button(header(gone), "Abort")).toBeNull();
  expect(seen(gone.frame, ".fw-badge")).toBe("Last seen running");
  expect(seen(gone.frame, ".fw-fresh")).toBe("not live");
  gone.close();
});

describe("what the abort waits for, where the host tells", () => {
  const slots: (() => void)[] = [];
  const signal = { connect: (slot: () => void) => slots.push(slot), disconnect: () => true };
  let kernel: Record<string, unknown>;

  beforeEach(() => {
    const { model } = view;
    view.close();
    kernel = { status: "busy", connectionStatus: "connected" };
    Object.assign(kernel, { statusChanged: signal, connectionStatusChanged: signal });
    Object.assign(model, { widget_manager: { kernel } });
    view = mount(scenario.running(), model);
    model.message({ kind: "heartbeat", nowMs: Date.now() });
    click("Abort");
    click("Abort run");
  });
  const become = (now: Record<string, string>): void => {
    Object.assign(kernel, now);
    for (const slot of slots) slot();
  };

  test("a cell that runs", () => {
    vi.advanceTimersByTime(260);
    expect(note()).toBe("Abort sent, waiting for the kernel: a cell is running");
  });

  test("an idle kernel far away: no cell is made up", () => {
    become({ status: "idle" });
    vi.advanceTimersByTime(260);
    expect(note()).toBe("Abort sent, waiting for the kernel");
  });

  test("no connection: it says so, and what was sent stays on its way", () => {
    become({ connectionStatus: "connecting" });
    vi.advanceTimersByTime(5_000);
    expect(note()).toBe("Abort sent, waiting for the kernel: no connection");
    expect(button(header(), "Aborting…")).not.toBeNull();
    expect(seen(view.frame, ".fw-notice:not([hidden])")).toMatch(
      /^No connection to the kernel; the run goes on\./,
    );
  });

  test("a kernel that was restarted has forgotten it: there is nothing to press, and the way back is told", async () => {
    become({ status: "restarting" });
    await vi.advanceTimersByTimeAsync(0);
    expect(note()).toBe("");
    expect(button(header(), "Aborting…")).toBeNull();
    const banner = view.frame.querySelector<HTMLElement>(".fw-notice:not([hidden])")!;
    expect(banner.textContent).toMatch(/^The kernel is gone; the run goes on\./);
    expect(banner.querySelector("code")!.textContent).toBe('fw.RunWidget("r4p2bdpt7f")');
    expect(button(banner, "Copy this line")).not.toBeNull();
  });

  test("of a backend that was in the kernel it does not say that the run goes on, nor how to find it", async () => {
    view.model.play({ source: IN_KERNEL });
    become({ status: "restarting" });
    await vi.advanceTimersByTimeAsync(0);
    const banner = view.frame.querySelector<HTMLElement>(".fw-notice:not([hidden])")!;
    expect(seen(banner, "strong")).toBe("The kernel is gone, and the backend that was in it.");
    expect(banner.querySelector("code")!.closest("[hidden]")).not.toBeNull();
  });
});
