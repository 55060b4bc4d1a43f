// What a person sees of a run that waits, outside of the band, and of the runs that it is related to.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WaitingCondition } from "../../src/core/protocol";
import { RecordedModel, scenario } from "../scenario";
import { button, mount, seen, withoutCanvas } from "../view";

const GATE: WaitingCondition = {
  id: "a52",
  name: "deploy_gate",
  prompt: "Deploy?",
  description: "",
  markdown: false,
  type: "bool",
  parent: "a0",
  sinceMs: null,
  deadlineMs: null,
};

let isHidden = false;
const look = (hidden: boolean): void => {
  isHidden = hidden;
  document.dispatchEvent(new Event("visibilitychange"));
};

beforeEach(() => {
  withoutCanvas();
  document.title = "train.ipynb";
  isHidden = false;
  vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("the title of a page that nobody looks at says that a run on it waits", () => {
  const first = mount({ ...scenario.running(), waiting: [GATE] });
  const second = mount({ ...scenario.running(), waiting: [GATE] });
  expect(document.title).toBe("train.ipynb");
  look(true);
  expect(document.title).toBe("● needs an answer – train.ipynb");
  first.model.play({ waiting: [] });
  expect(document.title).toBe("● needs an answer – train.ipynb");
  look(false);
  expect(document.title).toBe("train.ipynb");
  look(true);
  second.close();
  expect(document.title).toBe("train.ipynb");
});

test("who wished for it is notified once of each condition that begins to wait", () => {
  const shown: [string, string, string][] = [];
  class Fake {
    static permission = "granted";
    onclick: unknown;
    constructor(title: string, { body, tag }: { body: string; tag: string }) {
      shown.push([title, body, tag]);
    }
  }
  vi.stubGlobal("Notification", Fake);
  const { model, frame } = mount({ ...scenario.running(), waiting: [GATE] });
  frame.querySelector<HTMLElement>(".fw-tl-view-menu")!.click();
  const box = frame.querySelector<HTMLInputElement>(".fw-notify input")!;
  expect(box.parentElement!.textContent).toBe("Notify me when it ends or needs an answer");
  box.click();
  const price = { ...GATE, id: "a53", name: "max_price", prompt: "x".repeat(4_000) };
  model.play({ waiting: [GATE, price] });
  model.play({ waiting: [price, GATE] });
  const { run_name } = scenario.running();
  expect(shown).toEqual([
    ["etl.pipeline needs an answer", `${run_name} · ${"x".repeat(200)}`, expect.stringMatching(/\/a53$/)],
  ]);
});

test("the chip says whose rerun a run is; once it has ended, how much was taken over", () => {
  const relation = { kind: "recover", run: "r4p2bdpt7f", url: "" };
  const { model, frame } = mount({ ...scenario.running(), relation });
  expect(seen(frame, ".fw-lineage")).toBe("recovers r4p2bdpt7f");
  model.play({ is_terminal: true, phase: "succeeded", counts: { recovered: 44, succeeded: 6 } });
  expect(seen(frame, ".fw-lineage")).toBe("recovered 44 of 50 from r4p2bdpt7f");
  model.play({ relation: { ...relation, kind: "rerun" } });
  expect(seen(frame, ".fw-lineage")).toBe("rerun of r4p2bdpt7f");
});

/** A model of a host that shows widgets inside of others. */
class NestingModel extends RecordedModel {
  readonly opened: string[] = [];
  override readonly widget_manager = {
    get_model: async (id: string) => id,
    create_view: async (id: string) => {
      const el = document.createElement("div");
      el.id = id;
      return { el, remove: () => el.remove() };
    },
  } as never;

  override send(content: unknown): void {
    super.send(content);
    const { kind, id, run } = content as { kind: string; id: number; run: string };
    if (kind !== "open_other") return;
    this.opened.push(run);
    queueMicrotask(() => this.message({ kind: "reply", id, ok: true, payload: run && `model-${run}` }));
  }
}

test("the other run is shown in the place of this one, and the bar leads back", async () => {
  const traits = { ...scenario.running(), relation: { kind: "rerun", run: "r-old", url: "" } };
  const model = new NestingModel(traits);
  const { frame } = mount(traits, model);
  button(frame, "rerun of r-old")!.click();
  await vi.waitFor(() => expect(frame.querySelector("#model-r-old")).not.toBeNull());
  expect(frame.hasAttribute("data-other")).toBe(true);
  const back = frame.querySelector<HTMLElement>(".fw-other-band > .fw-bar > .fw-bar-back")!;
  expect(back.textContent).toBe(traits.run_name);
  back.click();
  expect(frame.hasAttribute("data-other")).toBe(false);
  expect(frame.querySelector("#model-r-old")).toBeNull();
  await vi.waitFor(() => expect(model.opened).toEqual(["r-old", ""]));
});

test("what is shown in there and wants this run leads back to it", async () => {
  const traits = { ...scenario.running(), relation: { kind: "rerun", run: "r-old", url: "" } };
  const model = new NestingModel(traits);
  const { frame } = mount(traits, model);
  button(frame, "rerun of r-old")!.click();
  await vi.waitFor(() => expect(frame.querySelector("#model-r-old")).not.toBeNull());
  const wants = (run: string) =>
    new CustomEvent("flyte-widgets:other-run", {
      detail: run,
      bubbles: true,
      composed: true,
      cancelable: true,
    });
  expect(frame.querySelector("#model-r-old")!.dispatchEvent(wants("r-third"))).toBe(true);
  expect(frame.querySelector("#model-r-old")!.dispatchEvent(wants(traits.run_name))).toBe(false);
  expect(frame.hasAttribute("data-other")).toBe(false);
});

test("a host that cannot show it says so, and leads back all the same", async () => {
  const traits = { ...scenario.running(), relation: { kind: "rerun", run: "r-old", url: "" } };
  const model = new NestingModel(traits);
  Object.assign(model, { widget_manager: {} });
  const { frame } = mount(traits, model);
  button(frame, "rerun of r-old")!.click();
  await vi.waitFor(() =>
    expect(seen(frame, ".fw-other-band .fw-note")).toMatch(/^r-old cannot be shown here: /),
  );
  frame.querySelector<HTMLElement>(".fw-other-band > .fw-bar > .fw-bar-back")!.click();
  expect(frame.hasAttribute("data-other")).toBe(false);
});

test("a refusal that comes after the way back, and another way on, says nothing of what is read now", async () => {
  const traits = { ...scenario.running(), relation: { kind: "rerun", run: "r-old", url: "" } };
  const model = new RecordedModel(traits);
  const { frame } = mount(traits, model);
  const asked = () => (model.sent as { kind: string; id: number; run?: string }[]).filter(({ run }) => run);
  button(frame, "rerun of r-old")!.click();
  await vi.waitFor(() => expect(asked()).toHaveLength(1));
  frame.querySelector<HTMLElement>(".fw-other-band > .fw-bar > .fw-bar-back")!.click();
  model.play({ relation: { kind: "rerun", run: "r-third", url: "" } });
  button(frame, "rerun of r-third")!.click();
  await vi.waitFor(() => expect(asked()).toHaveLength(2));
  model.message({ kind: "reply", id: asked()[0]!.id, ok: false, message: "No." });
  await new Promise((done) => setTimeout(done));
  expect(seen(frame, ".fw-other-band .fw-note")).toBe("Reading r-third…");
});

test("in one row, too, an answer is sent once, and none while nobody could take it", async () => {
  vi.useFakeTimers();
  const { model, frame } = mount({ ...scenario.running(), view: "compact", waiting: [GATE] });
  const yes = (): HTMLElement => button(frame.querySelector<HTMLElement>(".fw-compact-answer")!, "Yes")!;
  expect(yes().getAttribute("aria-disabled")).toBe("true"); // it has only just come under the pointer
  await vi.advanceTimersByTimeAsync(1_000);
  expect(yes().hasAttribute("aria-disabled")).toBe(false);
  const connection = model.get("connection");
  model.play({ connection: { ...connection, state: "reconnecting" } });
  expect(yes().getAttribute("aria-disabled")).toBe("true");
  model.play({ connection });
  expect(yes().hasAttribute("aria-disabled")).toBe(false);
  yes().click();
  expect(yes().getAttribute("aria-disabled")).toBe("true");
});
