// The panel beside the notebook: what is asked of the page, what becomes of it, and what Python hears.
// The extension is the real one; of JupyterLab there is as much as it uses.
import { expect, test, vi } from "vitest";
import type { PanelWish } from "../src/hosts/sidebar";
import { startExtension, useFreshPages } from "./extension";
import { type RecordedModel, scenario } from "./scenario";
import { mount, seen } from "./view";

interface Title {
  label?: string;
  caption?: string;
}

/** A Lumino widget. */
class Widget {
  id = "";
  readonly hasClass = () => false;
  parent: Widget | null = null;
  readonly title: Title = {};
  readonly node: HTMLElement | undefined;
  readonly #gone: (() => void)[] = [];
  readonly disposed = { connect: (slot: () => void) => this.#gone.push(slot) };

  constructor(options?: { node: HTMLElement }) {
    this.node = options?.node;
  }

  dispose(): void {
    this.node?.remove();
    for (const slot of this.#gone.splice(0)) slot();
  }
}

/** A shell with some of the sides. */
class Shell extends Widget {
  readonly calls: string[] = [];
  readonly #areas = [new Widget(), new Widget(), new Widget()];

  constructor(private readonly sides: readonly string[]) {
    super();
  }

  add(widget: Widget, side: string): void {
    this.calls.push(`add ${side}`);
    if (!this.sides.includes(side)) return;
    widget.parent = this.#areas[this.sides.indexOf(side)]!;
    document.body.append(widget.node!);
  }

  activateById(id: string): void {
    this.calls.push(`activate ${id}`);
  }
}

async function start(name: string, ...sides: string[]): Promise<Shell> {
  const shell = new Shell(sides);
  await startExtension(name, shell, Widget);
  return shell;
}

useFreshPages();

const answers = (model: RecordedModel) =>
  (model.sent as { kind: string; call: number; refusal: string; views: number }[])
    .filter(({ kind }) => kind === "sidebar_answer")
    .map(({ call, refusal, views }) => [call, refusal, views]);

const panel = (): HTMLElement | null =>
  document.querySelector(".flyte-widgets-panel > .flyte-widgets")?.shadowRoot?.querySelector(".fw") ?? null;

/** What a view's banners tell. */
const told = (frame: HTMLElement): string =>
  [...frame.querySelectorAll(".fw-notice:not([hidden])")].map((banner) => banner.textContent).join(" ");

const NO_HOST = expect.stringMatching(/^This notebook host has no sidebar, so this stays in its cell\./);

test("a model asks what it has missed, and opens a call's panel once, however often that is repeated", async () => {
  const shell = await start("JupyterLab", "right", "left", "main");
  const { model } = mount(scenario.running());
  expect(model.sent).toContainEqual(expect.objectContaining({ kind: "pending_sidebar_calls" }));
  for (let i = 0; i < 3; i++) model.message({ kind: "sidebar_call", call: 1, side: "right", focus: false });
  expect(shell.calls).toEqual(["add right", expect.stringMatching(/^activate flyte-widgets-/)]);
  expect(answers(model)).toEqual([[1, "", 2]]);
  expect(seen(panel()!, ".fw-badge")).toBe("Running");
  model.play({ phase: "failed" });
  expect(seen(panel()!, ".fw-badge")).toBe("Failed");
});

test("beside the notebook it is not activated when it is opened, only when it is called for again", async () => {
  const shell = await start("JupyterLab", "right", "left", "main");
  const { model } = mount(scenario.running());
  model.message({ kind: "sidebar_call", call: 1, side: "main", focus: false });
  expect(shell.calls).toEqual(["add main"]);
  model.message({ kind: "sidebar_call", call: 2, side: "main", focus: false });
  expect(shell.calls).toEqual(["add main", expect.stringMatching(/^activate /)]);
});

test("a side that the shell does not have is refused by name, and the panel stays where it is", async () => {
  await start("Jupyter Notebook", "right", "left");
  const { model, frame } = mount(scenario.running());
  const words =
    'This notebook host has no place for side="main", so this stays where it is. Try side="right".';
  model.message({ kind: "sidebar_call", call: 1, side: "main", focus: false });
  expect(answers(model)).toEqual([[1, words, 1]]);
  expect(panel()).toBeNull();
  model.message({ kind: "sidebar_call", call: 2, side: "left", focus: false });
  model.message({ kind: "sidebar_call", call: 3, side: "main", focus: false });
  expect(answers(model).slice(1)).toEqual([
    [2, "", 2],
    [3, words, 2],
  ]);
  expect(panel()).not.toBeNull();
  expect(told(frame)).toContain(words);
});

test("where nobody listens it is refused after a moment, in the view and to Python", async () => {
  const { model, frame } = mount(scenario.running());
  model.message({ kind: "sidebar_call", call: 1, side: "right", focus: false });
  expect(answers(model)).toEqual([]);
  vi.advanceTimersByTime(2_000);
  expect(answers(model)).toEqual([[1, NO_HOST, 1]]);
  expect(told(frame)).toContain("This notebook host has no sidebar");
});

test.each([0, 60_000])("an extension that starts %d ms later takes what nobody has taken", async (waitMs) => {
  const { model, frame } = mount(scenario.running());
  model.message({ kind: "sidebar_call", call: 1, side: "right", focus: false });
  vi.advanceTimersByTime(waitMs);
  await start("JupyterLab", "right", "left", "main");
  expect(panel()).not.toBeNull();
  expect(answers(model).at(-1)).toEqual([1, "", 2]);
  vi.advanceTimersByTime(5_000);
  expect(answers(model)).toHaveLength(waitMs === 0 ? 1 : 2);
  expect(told(frame)).not.toContain("This notebook host has no sidebar");
});

test("Voila loads the extension, but has no place for panels", async () => {
  await start("Voila", "main");
  const { model } = mount(scenario.running());
  model.message({ kind: "sidebar_call", call: 1, side: "main", focus: false });
  vi.advanceTimersByTime(2_000);
  expect(answers(model)).toEqual([[1, NO_HOST, 1]]);
});

test("another model of the same run takes the panel over, one of another run has its own", async () => {
  await start("JupyterLab", "right", "left", "main");
  const first = mount(scenario.running());
  const second = mount(scenario.running());
  const other = mount({ ...scenario.running(), run_name: "another" });
  for (const { model } of [first, second, other])
    model.message({ kind: "sidebar_call", call: 1, side: "right", focus: false });
  expect(document.querySelectorAll(".flyte-widgets-panel")).toHaveLength(2);
  second.model.play({ phase: "paused" });
  expect(seen(panel()!, ".fw-badge")).toBe("Paused");
  first.model.message({ kind: "sidebar_call", call: 2, side: "right", focus: false });
  expect(document.querySelectorAll(".flyte-widgets-panel")).toHaveLength(2);
  expect(answers(second.model)).toHaveLength(1);
});

test("closed by the reader, the view in the cell goes on; closed by Python, nothing is left", async () => {
  await start("JupyterLab", "right", "left", "main");
  const { model, frame, close } = mount(scenario.running());
  model.message({ kind: "sidebar_call", call: 1, side: "right", focus: false });
  panel()!.querySelector<HTMLButtonElement>(".fw-panel-bar [aria-label^=Close]")!.click();
  expect(panel()).toBeNull();
  model.play({ phase: "paused" });
  expect(seen(frame, ".fw-badge")).toBe("Paused");
  model.message({ kind: "sidebar_call", call: 2, side: "right", focus: false });
  expect(seen(panel()!, ".fw-badge")).toBe("Paused");
  close();
  expect(document.querySelector(".flyte-widgets")).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

test("its title follows the run", async () => {
  const titles: (string | undefined)[][] = [];
  const take = (event: Event) => {
    event.preventDefault();
    const { detail } = event as CustomEvent<PanelWish>;
    detail.panel = {
      show: () => true,
      entitle: (label, caption) => titles.push([label, caption]),
      close: detail.closed,
    };
  };
  document.addEventListener("flyte-widgets:panel", take);
  const { model, close } = mount({ ...scenario.running(), task_name: "", phase: "" });
  model.message({ kind: "sidebar_call", call: 1, side: "right", focus: false });
  const first = titles[0];
  model.play({ task_name: "etl.pipeline", phase: "running" });
  const then = titles.at(-1);
  vi.advanceTimersByTime(120_000); // in which no kernel is heard
  close();
  expect([first, then, titles.at(-1)]).toEqual([
    ["r4p2bdpt7f", "Flyte run r4p2bdpt7f: Connecting"],
    ["etl.pipeline", "Flyte run etl.pipeline r4p2bdpt7f: Running"],
    ["etl.pipeline", "Flyte run etl.pipeline r4p2bdpt7f: Last seen running"],
  ]);
});
