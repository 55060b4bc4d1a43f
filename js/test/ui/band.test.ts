import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Band, type BandContent, SETTLE_MS } from "../../src/ui/band";
import { type PartView, partView } from "./help";

let part: PartView;
let band: Band;
let pressed: string[];

beforeEach(() => {
  vi.useFakeTimers();
  part = partView();
  band = new Band(part.view);
  part.root.append(band.element);
  pressed = [];
});
afterEach(() => {
  part.close();
  vi.useRealTimers();
});

const says = (more: Partial<BandContent> = {}): BandContent => ({
  key: "one",
  name: "Failure",
  tone: "danger",
  mark: { icon: "warning" },
  sentence: [
    "square raised ",
    Object.assign(document.createElement("strong"), { textContent: "ValueError" }),
  ],
  secondary: ["last of 3 attempts", "user error"],
  actions: [{ id: "show", label: "Show", press: () => pressed.push("show") }],
  ...more,
});
const action = () => band.element.querySelector<HTMLButtonElement>(".fw-notice-actions button")!;

test("a band that comes takes no click for 600 ms, says so, and is announced without taking the focus", () => {
  band.update(null);
  band.update(says());
  expect(part.spoken).toEqual(["square raised ValueError"]);
  expect(document.activeElement).toBe(document.body);
  expect(action().getAttribute("aria-disabled")).toBe("true");
  action().click();
  vi.advanceTimersByTime(SETTLE_MS - 1);
  action().click();
  expect(pressed).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(action().hasAttribute("aria-disabled")).toBe(false);
  action().click();
  expect(pressed).toEqual(["show"]);
});

test("what is there from the start moved nothing", () => {
  band.update(says());
  action().click();
  expect([pressed, part.spoken]).toEqual([["show"], []]);
});

test("Tab leads through a band that has just come; Enter and Space do not press", () => {
  band.update(null);
  band.update(says());
  const taken = (key: string): boolean =>
    !action().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  expect(["Tab", "Escape", "Enter", " "].map(taken)).toEqual([false, false, true, true]);
  vi.advanceTimersByTime(SETTLE_MS);
  expect(taken("Enter")).toBe(false);
});

test("other words of the same band settle nothing anew; another key does", () => {
  band.update(says());
  const button = action();
  band.update(says({ sentence: ["another"], actions: [{ id: "show", label: "Look", press: () => {} }] }));
  expect([band.isSettling, action() === button, button.textContent]).toEqual([false, true, "Look"]);
  band.update(says({ key: "two" }));
  expect(band.isSettling).toBe(true);
});

test("the caller's own controls are held, too, and what is disabled stays so", () => {
  band.update(null);
  const send = document.createElement("button");
  send.addEventListener("click", () => pressed.push("send"));
  band.controls.append(send);
  band.update(
    says({ actions: [{ id: "off", label: "Off", disabled: true, press: () => pressed.push("off") }] }),
  );
  send.click();
  vi.advanceTimersByTime(SETTLE_MS);
  send.click();
  action().click();
  expect(pressed).toEqual(["send"]);
  expect(action().getAttribute("aria-disabled")).toBe("true");
});

test("a text that is selected stays: equal words are not written again", () => {
  band.update(says());
  const [text] = band.element.querySelector(".fw-notice-sentence")!.childNodes;
  band.update(says());
  expect(band.element.querySelector(".fw-notice-sentence")!.firstChild).toBe(text);
});

test("it is a region with a name, hidden where there is nothing to say, and can be closed", () => {
  const dismiss = vi.fn();
  band.update(says({ dismiss }));
  expect([
    band.element.role ?? band.element.getAttribute("role"),
    band.element.ariaLabel ?? band.element.getAttribute("aria-label"),
  ]).toEqual(["region", "Failure"]);
  band.element.querySelector<HTMLElement>("[aria-label=Dismiss]")!.click();
  expect(dismiss).toHaveBeenCalledOnce();
  band.update(null);
  expect(band.element.hidden).toBe(true);
});
