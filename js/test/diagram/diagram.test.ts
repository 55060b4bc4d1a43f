import { afterEach, describe, expect, test, vi } from "vitest";
import { Phase } from "../../src/core/phases";
import type { RunTraits } from "../../src/core/protocol";
import { mountDiagram } from "../../src/run/diagram/diagram";
import { odd } from "../odd-runs";
import { scenario } from "../scenario";
import { type Mounted, mounted, press } from "./mounted";

const diagram = (traits: RunTraits = scenario.running()) => mounted(traits, mountDiagram);
const state = ({ find }: Mounted, phase: number) => find(`.fw-state[data-phase="${phase}"]`);
const name = (view: Mounted, phase: number) => state(view, phase).querySelector(".fw-unseen")!.textContent;
const focused = (view: Mounted) => (view.band.getRootNode() as ShadowRoot).activeElement;

describe("what a screen reader hears", () => {
  test("a document with a name, and a button for each of the ten states", () => {
    const view = diagram();
    const stage = view.find("[role~=graphics-document]");
    expect(stage.getAttribute("role")).toBe("graphics-document document");
    expect(stage.getAttribute("aria-label")).toBe("States of all actions. Now: Running");
    expect(view.all(".fw-state:not([hidden])")).toHaveLength(10);
    expect(name(view, Phase.Running)).toMatch(
      /^Running, current, 12 actions, the longest for 1 minute 2\d seconds$/,
    );
    expect(view.all("[aria-current=step]")).toEqual([state(view, Phase.Running)]);
  });

  test("the same facts as a table", () => {
    const { all } = diagram();
    const rows = all("tbody tr").map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows).toHaveLength(10);
    expect(rows[1]).toEqual(["Waiting for resources", "1", "47 seconds", ""]);
    expect(rows[3]![3]).toBe("current");
  });

  test("a live change changes the names", () => {
    const view = diagram();
    const after = scenario.failed();
    view.model.play({
      root: after.root,
      phase: after.phase,
      counts: after.counts,
      connection: after.connection,
    });
    expect(name(view, Phase.Running)).not.toContain("current");
    expect(name(view, Phase.Failed)).toBe("Failed, current, 3 actions");
    expect(state(view, Phase.Failed).getAttribute("aria-current")).toBe("step");
  });

  test("a transition outside the model by name", () => {
    const traits = scenario.running();
    const root = structuredClone(traits.root)!;
    root.attempts[0]!.transitions.splice(1, 2);
    const { find } = diagram({ ...traits, root });
    const described = find("[role~=graphics-document]").getAttribute("aria-describedby");
    expect(find(`#${described}`).textContent).toBe(
      "Transitions that the model does not have: Queued to Running.",
    );
    expect(find(".fw-edge-odd title").textContent).toBe("Queued to Running: not in the model");
  });
});

describe("choosing a state", () => {
  test("filters, and again clears", () => {
    const view = diagram();
    const running = state(view, Phase.Running);
    running.click();
    expect(view.frame.ui.phaseFilter.value).toBe(Phase.Running);
    expect(running.getAttribute("aria-pressed")).toBe("true");
    running.click();
    expect(view.frame.ui.phaseFilter.value).toBe(0);
    expect(running.getAttribute("aria-pressed")).toBe("false");
  });

  test("is one tab stop; the arrows, Home and End go between the states", () => {
    const view = diagram();
    expect(view.all('.fw-state[tabindex="0"]')).toEqual([state(view, Phase.Queued)]);
    state(view, Phase.Queued).focus();
    press(state(view, Phase.Queued), "ArrowRight");
    expect(focused(view)).toBe(state(view, Phase.WaitingForResources));
    press(focused(view)!, "End");
    expect(focused(view)).toBe(state(view, Phase.Recovered));
    press(focused(view)!, "ArrowDown");
    expect(focused(view)).toBe(state(view, Phase.Recovered));
    press(focused(view)!, "Home");
    expect(view.all('.fw-state[tabindex="0"]')).toEqual([state(view, Phase.Queued)]);
  });

  test("keeps its keys from the notebook, but not Tab", () => {
    const view = diagram();
    const heard: string[] = [];
    const listen = ({ key }: KeyboardEvent) => heard.push(key);
    document.body.addEventListener("keydown", listen);
    for (const key of ["Enter", " ", "ArrowLeft", "Tab"]) press(state(view, Phase.Paused), key);
    document.body.removeEventListener("keydown", listen);
    expect(heard).toEqual(["Tab"]);
  });

  test("Escape clears the filter", () => {
    const view = diagram();
    state(view, Phase.Failed).click();
    press(state(view, Phase.Failed), "Escape");
    expect(view.frame.ui.phaseFilter.value).toBe(0);
  });
});

test("the reading of the selected action counts its visits, and waits for a selection", () => {
  const view = diagram();
  const [all, action] = view.all(".fw-reading-choice") as HTMLButtonElement[];
  expect(action!.textContent).toBe("train_model");
  action!.click();
  expect(action!.getAttribute("aria-pressed")).toBe("true");
  expect(name(view, Phase.Queued)).toMatch(/^Queued, 2 visits/);
  expect(view.find(".fw-reading-caption").textContent).toBe(
    "time in each state, over 2 attempts · 2× = twice",
  );
  view.model.play({ selected: "" });
  expect([action!.disabled, all!.getAttribute("aria-pressed")]).toEqual([true, "true"]);
});

test("an action whose details are not here yet is read from the list of actions", () => {
  const view = diagram();
  view.frame.ui.reading.value = "action";
  view.model.play({ selected: "a49" });
  expect(name(view, Phase.WaitingForResources)).toMatch(/^Waiting for resources, current, 1 visit/);
  expect(view.all(".fw-reading-choice")[1]!.textContent).toBe("gpu_eval");
});

test("a phase that nobody knows gets a state of its own, and the narrow layout room for it", () => {
  const view = diagram();
  view.frame.ui.narrow.value = true;
  expect(view.find(".fw-drawing-area").style.height).toBe("404px");
  view.model.play({ counts: { running: 9, unknown_42: 3, unknown_43: 1 } });
  expect(name(view, 42)).toBe("Unknown (42), 3 actions");
  expect(state(view, 42).querySelector(".fw-state-label")!.textContent).toBe("Unknown (42) +1");
  expect(view.find(".fw-drawing-area").style.height).toBe("444px");
  view.model.play({ counts: { running: 9 } });
  expect(view.all(".fw-state:not([hidden])")).toHaveLength(10);
});

test("another width rebuilds the drawing and keeps the focus", () => {
  const view = diagram();
  press(state(view, Phase.Queued), "End");
  const before = focused(view);
  view.frame.ui.narrow.value = true;
  expect(before).not.toBe(null);
  expect(focused(view)).not.toBe(before);
  expect((focused(view) as HTMLElement).dataset.phase).toBe(String(Phase.Recovered));
});

test("the time of the open phase grows; nothing else is touched", async () => {
  const view = diagram();
  const time = () => state(view, Phase.Running).querySelector(".fw-state-second")!.textContent;
  const before = time();
  const queued = state(view, Phase.Queued).firstElementChild;
  await vi.waitFor(() => expect(time()).not.toBe(before), { timeout: 60_000 });
  expect(state(view, Phase.Queued).firstElementChild).toBe(queued);
});

test("two instances in one document have arrowheads of their own", () => {
  const ids = [diagram(), diagram()].flatMap(({ all }) => all("marker").map(({ id }) => id));
  expect(new Set(ids).size).toBe(4);
});

test("the model's notes are shown and hidden by their titles, and are told with the groups", () => {
  const { frame, find, all } = mounted(scenario.running(), mountDiagram);
  const [active, terminal] = all(".fw-states-title") as [HTMLElement, HTMLElement];
  const boxOf = (title: HTMLElement) =>
    frame.element.querySelector<HTMLElement>(`#${title.getAttribute("aria-controls")}`)!;
  expect(boxOf(active).hidden).toBe(true);
  active.click();
  expect([boxOf(active).hidden, active.getAttribute("aria-expanded")]).toEqual([false, "true"]);
  expect(boxOf(active).textContent).toContain("scheduler");
  terminal.focus();
  expect(boxOf(active).hidden).toBe(true);
  terminal.click();
  expect(boxOf(terminal).textContent).toContain("is_terminal");
  press(terminal, "Escape");
  expect(boxOf(terminal).hidden).toBe(true);
  expect(find("[role=group][aria-label='Terminal states']").getAttribute("aria-description")).toMatch(
    /^Final/,
  );
});

test("a state is the only filter: 'not finished' goes when one is chosen", () => {
  const { frame, find } = mounted(scenario.running(), mountDiagram);
  frame.ui.hideFinished.value = true;
  find("[data-phase='5']").click();
  expect([frame.ui.hideFinished.value, frame.ui.phaseFilter.value]).toEqual([false, Phase.Succeeded]);
});

describe("folded to one line", () => {
  const fold = (view: Mounted) => view.find(".fw-fold");
  const chips = (view: Mounted) =>
    view.all(".fw-folded-chip:not([hidden])").map((chip) =>
      [...chip.querySelectorAll("[aria-hidden]:is(span, b):not([hidden])")]
        .map((node) => node.textContent)
        .join(" ")
        .trim(),
    );
  afterEach(() => {
    Reflect.deleteProperty(globalThis, Symbol.for("flyte-widgets.diagram-folded"));
  });

  test("it tells of all actions, and filters as the diagram does", () => {
    const view = diagram();
    expect(fold(view).getAttribute("aria-expanded")).toBe("true");
    fold(view).click();
    expect(fold(view).getAttribute("aria-expanded")).toBe("false");
    expect(view.find(".fw-drawing-area").closest("[hidden]")).not.toBeNull();
    expect(chips(view)).toEqual([
      ...["Queued", "Waiting 1", "Initializing", "Running 12", "Paused"],
      ...["Succeeded 36", "Failed 1", "", "", ""],
    ]);
    view.find(".fw-folded-chip[data-phase='2']").click();
    expect(view.frame.ui.phaseFilter.value).toBe(Phase.WaitingForResources);
    expect(view.find(".fw-folded-chip[data-phase='2']").getAttribute("aria-pressed")).toBe("true");
  });

  test("narrow begins so, with the states that have somebody", () => {
    const view = diagram();
    view.frame.ui.narrow.value = true;
    expect(fold(view).getAttribute("aria-expanded")).toBe("false");
    expect(chips(view)).toEqual(["Waiting 1", "Running 12", "Succeeded 36", "Failed 1"]);
  });

  test("what was chosen holds for the page", () => {
    fold(diagram()).click();
    const next = diagram();
    expect(fold(next).getAttribute("aria-expanded")).toBe("false");
    next.frame.ui.narrow.value = true;
    fold(next).click();
    expect(fold(next).getAttribute("aria-expanded")).toBe("true");
  });

  test("begins as the code says, which is no choice for the page", () => {
    const folded = diagram({ ...scenario.running(102_000, ""), diagram: "folded" });
    expect(fold(folded).getAttribute("aria-expanded")).toBe("false");
    expect(fold(diagram()).getAttribute("aria-expanded")).toBe("true");
    fold(folded).click();
    expect(fold(folded).getAttribute("aria-expanded")).toBe("true");
    const open = diagram({ ...scenario.running(102_000, ""), diagram: "open" });
    open.frame.ui.narrow.value = true;
    expect(fold(open).getAttribute("aria-expanded")).toBe("true");
  });

  test("says that somebody must answer", () => {
    const view = diagram(odd.paused(""));
    fold(view).click();
    expect(chips(view)).toContain("Paused 3 need an answer");
  });
});
