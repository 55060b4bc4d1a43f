// The widget's life: one store for all views of a model, and nothing left behind when it ends, whatever the host gives.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import runWidget from "../src/widget";
import { RecordedModel, scenario } from "./scenario";
import { button, mount, render, seen, withoutCanvas } from "./view";

beforeEach(() => {
  vi.useFakeTimers();
  withoutCanvas();
});
afterEach(() => {
  document.body.replaceChildren();
  document.body.removeAttribute("data-jp-theme-light");
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A model that counts who listens to it. */
class CountedModel extends RecordedModel {
  listening = 0;
  override on(event: string, callback: (...args: never[]) => void): void {
    this.listening++;
    super.on(event, callback);
  }
  override off(event?: string | null, callback?: ((...args: never[]) => void) | null): void {
    this.listening--;
    super.off(event, callback);
  }
}

const handshakes = (model: RecordedModel): number =>
  model.sent.filter((message) => (message as { kind: string }).kind === "handshake").length;

test("two views of a model share one store: one handshake, one select, both follow", () => {
  const model = new CountedModel(scenario.running());
  const widget = runWidget();
  widget.initialize({ model: model as never });
  const views = [render(widget, model), render(widget, model)];
  expect(handshakes(model)).toBe(1);
  model.play({ phase: "failed" });
  expect(views.map(({ frame }) => seen(frame, ".fw-badge"))).toEqual(["Failed", "Failed"]);
});

test("what one view shows and how is its own", () => {
  const { model, widget, frame } = mount(scenario.running());
  const other = render(widget, model);
  button(frame, "Abort")!.click();
  expect(button(frame, "Abort run")).not.toBeNull();
  expect(button(other.frame, "Abort run")).toBeNull();
});

test("the stand-in that render gets for a model leads to the model's store", () => {
  const model = new CountedModel(scenario.running());
  const widget = runWidget();
  widget.initialize({ model: model as never });
  const standIn = new CountedModel(scenario.running());
  const { frame } = render(widget, standIn);
  expect(standIn.listening).toBe(0);
  model.play({ phase: "paused" });
  expect(seen(frame, ".fw-badge")).toBe("Paused");
});

test("a host that shares one module among models still gives each its own store", () => {
  const widget = runWidget();
  const models = [scenario.running(), scenario.succeeded()].map((traits) => new CountedModel(traits));
  for (const model of models) widget.initialize({ model: model as never });
  const words = models.map((model) => seen(render(widget, model).frame, ".fw-badge"));
  expect(words).toEqual(["Running", "Succeeded"]);
});

test("a host that never initializes gets a store for the view's life", () => {
  const model = new CountedModel(scenario.running());
  const { cleanup, frame } = render(runWidget(), model);
  expect(seen(frame, ".fw-badge")).toBe("Running");
  cleanup();
  expect(model.listening).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test.each(["cleanup", "signal", "both"])("ended by %s, no listener, timer or element is left", (how) => {
  const model = new CountedModel(scenario.running());
  const listeners = vi.spyOn(document, "addEventListener");
  const widget = runWidget();
  const ending = new AbortController();
  const end = widget.initialize({ model: model as never, signal: ending.signal });
  const { el, cleanup } = render(widget, model, ending.signal);
  vi.advanceTimersByTime(1_000);
  expect(model.listening).toBeGreaterThan(0);
  if (how !== "signal") cleanup();
  if (how !== "signal") end();
  if (how !== "cleanup") ending.abort();
  expect(model.listening).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  expect(el.childElementCount).toBe(0);
  for (const [event, , options] of listeners.mock.calls) {
    expect([event, (options as AddEventListenerOptions).signal?.aborted]).toEqual([event, true]);
  }
});

test("closing a view leaves the other and the model alone, and the model can be shown again", () => {
  const { model, widget, frame } = mount(scenario.running());
  render(widget, model).cleanup();
  model.play({ phase: "paused" });
  expect(seen(frame, ".fw-badge")).toBe("Paused");
  expect(seen(render(widget, model).frame, ".fw-badge")).toBe("Paused");
});

test("a tab whose part comes after its view was closed asks for nothing", async () => {
  const model = new RecordedModel({ ...scenario.running(102_000, "a44"), selected: "a44" });
  const widget = runWidget();
  const end = widget.initialize({ model: model as never });
  const closed = render(widget, model);
  const tabs = closed.frame.querySelectorAll<HTMLElement>("[role=tab]");
  const logs = [...tabs].find((tab) => tab.textContent === "Logs")!;
  logs.click();
  closed.cleanup();
  await import("../src/run/drawer/logs/logs");
  await vi.dynamicImportSettled();
  const shows = (model.sent as { shows?: string[] }[]).flatMap((one) => one.shows ?? []);
  expect(model.sent.length).toBeGreaterThan(0);
  expect(shows.filter((topic) => topic.startsWith("log/"))).toEqual([]);
  end();
});

test("initialize returns at once, though nobody answers", () => {
  const result: unknown = runWidget().initialize({ model: new RecordedModel(scenario.running()) as never });
  expect(result).toBeTypeOf("function");
});

test("a part that breaks says so, and the others go on", () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { model, frame, close } = mount(scenario.running());
  model.play({ counts: null as never }); // what Python never sends
  expect(seen(frame, "[aria-label='Fault of this view'] [role=alert]")).toMatch(
    /^The .*progress strip.* stopped: /,
  );
  expect(logged).toHaveBeenCalled();
  model.play({ phase: "failed", task_name: "still here" });
  expect(seen(frame, ".fw-badge")).toBe("Failed");
  expect(seen(frame, ".fw-task")).toBe("still here");
  close();
});

test("an error of the user's observer is an alert with its hint, until it is dismissed", () => {
  vi.useFakeTimers();
  const { model, frame, close } = mount(scenario.running());
  const said = () => seen(frame, "[aria-label='Error of the widget'] [role=alert]");
  model.play({ error: { message: "An observer raised `KeyError`.", hint: "The watch goes on." } });
  expect(said()).toBe("An observer raised KeyError. The watch goes on.");
  button(frame, "Dismiss")!.click();
  expect(said()).not.toBe(""); // it has just come: the click was meant for what was there before
  vi.advanceTimersByTime(600);
  button(frame, "Dismiss")!.click();
  expect(said()).toBe("");
  model.play({ error: { message: "Again.", hint: "" } });
  expect(said()).toBe("Again.");
  close();
  vi.useRealTimers();
});

test("text from Flyte is text: markup and a javascript: address do nothing", () => {
  const evil = '<img src=x onerror="alert(1)">';
  const { frame } = mount({
    ...scenario.running(),
    task_name: evil,
    run_name: evil,
    console_url: "javascript:alert(1)",
    error: { message: evil, hint: "" },
  });
  expect(frame.querySelector("img")).toBeNull();
  expect(seen(frame, ".fw-task")).toBe(evil);
  expect(frame.querySelector(".fw-id a")?.hasAttribute("href")).toBe(false);
});

test("JupyterLab's shortcuts are off inside, and the frame is named after the run", () => {
  const { frame } = mount(scenario.running());
  const host = (frame.getRootNode() as ShadowRoot).host;
  expect(host.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
  expect(frame.getAttribute("aria-label")).toBe("Flyte run r4p2bdpt7f");
});

test("a change of phase is spoken once, and the end at once", () => {
  const { model, frame } = mount(scenario.running());
  const spoken = () => seen(frame, "[role=status]");
  expect(spoken()).toBe("");
  model.play({ phase: "paused" });
  expect(spoken()).toBe("etl.pipeline is Paused");
  model.play({ phase: "running" });
  expect(spoken()).toBe("etl.pipeline is Paused"); // not more often than every 5 s
  model.play(scenario.succeeded());
  expect(spoken()).toBe("etl.pipeline is Succeeded");
});
