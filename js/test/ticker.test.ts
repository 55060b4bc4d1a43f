// The clock of a view: runs while it is seen and something moves, and not otherwise. And the voice: rarely, the latest.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Announcer } from "../src/ui/announcer";
import { Ticker } from "../src/ui/ticker";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function ticking(intervalMs: number): { ticker: Ticker; runs: () => number } {
  const ticker = new Ticker();
  const run = vi.fn();
  ticker.add(intervalMs, run);
  return { ticker, runs: () => run.mock.calls.length };
}

test("nothing runs before the view is seen and something moves", () => {
  const { ticker, runs } = ticking(100);
  vi.advanceTimersByTime(1_000);
  ticker.setMoving(true);
  vi.advanceTimersByTime(1_000);
  expect(runs()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("jobs run at their own rates, in frames", () => {
  const { ticker, runs } = ticking(1_000);
  const fast = vi.fn();
  ticker.add(100, fast);
  ticker.setVisible(true);
  ticker.setMoving(true);
  vi.advanceTimersByTime(10_000);
  expect(runs()).toBeGreaterThanOrEqual(9);
  expect(runs()).toBeLessThanOrEqual(11);
  expect(fast.mock.calls.length).toBeGreaterThan(80);
  expect(fast.mock.calls.length).toBeLessThanOrEqual(101);
});

test("out of sight no timer is left, and back in sight everything is brought up to date at once", () => {
  const { ticker, runs } = ticking(60_000);
  ticker.setVisible(true);
  ticker.setMoving(true);
  ticker.setVisible(false);
  vi.advanceTimersByTime(100);
  const before = runs();
  vi.advanceTimersByTime(600_000);
  expect(runs()).toBe(before);
  expect(vi.getTimerCount()).toBe(0);
  ticker.setVisible(true);
  expect(runs()).toBe(before + 1);
});

test("when all stands still it draws once more, and then rests", () => {
  const { ticker, runs } = ticking(60_000);
  ticker.setVisible(true);
  ticker.setMoving(true);
  const before = runs();
  ticker.setMoving(false);
  expect(runs()).toBe(before + 1);
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
});

test("a stopped clock leaves nothing", () => {
  const { ticker, runs } = ticking(100);
  ticker.setVisible(true);
  ticker.setMoving(true);
  ticker.stop();
  const before = runs();
  vi.advanceTimersByTime(1_000);
  expect(runs()).toBe(before);
  expect(vi.getTimerCount()).toBe(0);
});

test("of many words in five seconds the first and the latest are said", () => {
  const region = document.createElement("div");
  const announcer = new Announcer(region);
  announcer.say("one");
  expect(region.textContent).toBe("one");
  announcer.say("two");
  announcer.say("three");
  vi.advanceTimersByTime(4_900);
  expect(region.textContent).toBe("one");
  vi.advanceTimersByTime(200);
  expect(region.textContent).toBe("three");
});

test("the end is said at once, and what waited is not said after it", () => {
  const region = document.createElement("div");
  const announcer = new Announcer(region);
  announcer.say("one");
  announcer.say("two");
  announcer.say("the end", true);
  expect(region.textContent).toBe("the end");
  vi.advanceTimersByTime(10_000);
  expect(region.textContent).toBe("the end");
});
