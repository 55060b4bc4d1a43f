// The window of time as the reader moves it, on a real store.
import { afterEach, expect, test, vi } from "vitest";
import type { RunTraits } from "../../src/core/protocol";
import { Store } from "../../src/core/store";
import { TimelineModel } from "../../src/run/timeline/model";
import { createUi } from "../../src/ui/view-state";
import { RecordedModel, scenario } from "../scenario";

let stop: (() => void) | undefined;
afterEach(() => {
  stop?.();
  vi.restoreAllMocks();
});

function open(traits: RunTraits) {
  let nowMs = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => nowMs);
  const store = new Store(new RecordedModel(traits) as never);
  stop = () => store.close();
  const model = new TimelineModel(store, createUi());
  model.plotPx = 710;
  model.tick();
  while (!model.recount(100)) {}
  model.reorder();
  return {
    model,
    later: (ms: number) => {
      nowMs += ms;
      model.tick();
    },
  };
}
const span = (model: TimelineModel) => model.window.toMs - model.window.fromMs;

test("a new view shows all and follows; what is fit grows with the run", () => {
  const { model, later } = open(scenario.running());
  expect(model.following).toBe(true);
  expect(model.window).toEqual(model.full);
  const before = span(model);
  later(10_000);
  expect(span(model)).toBeGreaterThan(before);
  expect(model.originMs).toBe(0);
});

test("zoomed by key while following, now stays at its place on screen as time goes on", () => {
  const { model, later } = open(scenario.running());
  model.zoom(4);
  expect(model.following).toBe(true);
  const x = model.scale.x(model.clock.nowMs);
  later(5_000);
  expect(model.scale.x(model.clock.nowMs)).toBeCloseTo(x, 6);
  expect(model.plotPx - x).toBeLessThan(60);
});

test("a pan lets go of now: the shown times stay; Live takes them up again at the same zoom", () => {
  const { model, later } = open(scenario.running());
  model.zoom(4);
  model.pan(-5_000);
  expect(model.following).toBe(false);
  const shown = model.window;
  later(5_000);
  expect(model.window).toEqual(shown);
  model.setFollowing(true);
  expect(span(model)).toBeCloseTo(shown.toMs - shown.fromMs, 6);
  expect(model.scale.x(model.clock.nowMs)).toBeLessThan(model.plotPx);
});

test("zoomed at a place in the middle, the place stays and following ends", () => {
  const { model } = open(scenario.running());
  const x = model.scale.x(50_000);
  model.zoom(2, 50_000);
  expect(model.scale.x(50_000)).toBeCloseTo(x, 6);
  expect(model.following).toBe(false);
  model.zoom(0.001, 50_000);
  expect(model.window).toEqual(model.full);
  expect(model.following).toBe(true);
});

test("once the run is over its end does not move, though time goes on", () => {
  const { model, later } = open(scenario.failed());
  const shown = model.window;
  expect(model.clock.runOver).toBe(true);
  later(60_000);
  expect(model.window).toEqual(shown);
});
