// What a view listens to ends with the view. So nothing that is drawn again and again may listen for that end.
import { beforeEach, expect, test, vi } from "vitest";
import type { ActionValues } from "../src/core/protocol";
import { scenario } from "./scenario";
import { mount, withoutCanvas } from "./view";

const DATA: ActionValues = {
  inputs: [{ name: "n", kind: "plain", text: "20", path: [0] }],
  outputs: [],
  python: "run",
  inputsUri: "",
  outputsUri: "",
  tooLarge: "",
};

beforeEach(() => {
  vi.useFakeTimers();
  withoutCanvas();
});

/** Counts the listeners that wait for the end of a view: for its "abort", or with it as their `signal`. */
function waitingForAnEnd(): () => number {
  const signals: AbortSignal[] = [];
  const dom = EventTarget.prototype.addEventListener;
  vi.spyOn(EventTarget.prototype, "addEventListener").mockImplementation(function (
    this: EventTarget,
    ...given
  ) {
    const options = given[2];
    if (typeof options === "object" && options?.signal) signals.push(options.signal);
    dom.apply(this, given);
  });
  const { addEventListener } = AbortSignal.prototype;
  vi.spyOn(AbortSignal.prototype, "addEventListener").mockImplementation(function (
    this: AbortSignal,
    ...given: unknown[]
  ) {
    if (given[0] === "abort") signals.push(this);
    (addEventListener as (...all: unknown[]) => void).apply(this, given);
  });
  const { removeEventListener } = AbortSignal.prototype;
  vi.spyOn(AbortSignal.prototype, "removeEventListener").mockImplementation(function (
    this: AbortSignal,
    ...given: unknown[]
  ) {
    const at = signals.indexOf(this);
    if (at >= 0) signals.splice(at, 1);
    (removeEventListener as (...all: unknown[]) => void).apply(this, given);
  });
  return () => signals.filter((signal) => !signal.aborted).length;
}

test("a view that is drawn again, and whose details change, does not listen more and more", async () => {
  const count = waitingForAnEnd();
  const { model, frame, close } = mount(scenario.running());
  const actions = ["a44", "a49", "a1", "a0"];
  const answer = async (): Promise<void> => {
    for (const { kind, id } of model.sent.splice(0) as { kind: string; id: number }[])
      if (kind === "read_data") model.message({ kind: "reply", id, ok: true, payload: DATA });
    await vi.advanceTimersByTimeAsync(10);
  };
  const round = async (): Promise<number> => {
    for (const id of actions) {
      model.play({ ...scenario.running(102_000, id), selected: id });
      for (const tab of frame.querySelectorAll<HTMLElement>("[role=tab]")) {
        tab.click();
        await answer();
      }
    }
    model.play({ ...scenario.failed(), selected: "a44" });
    for (const button of frame.querySelectorAll<HTMLElement>("[aria-pressed]")) button.click();
    model.play({ ...scenario.running(), selected: "" });
    await vi.advanceTimersByTimeAsync(130_000); // requests that nobody answers end
    return count();
  };
  const first = [await round(), await round()];
  const later = [await round(), await round(), await round()];
  expect(first[0]).toBeGreaterThan(10);
  expect(later).toEqual([first[1], first[1], first[1]]);
  close();
});
