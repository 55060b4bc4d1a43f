// Which report is read: that of what is shown now, also where another one was asked for first.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunTraits } from "../../../src/core/protocol";
import runWidget from "../../../src/widget";
import { RecordedModel, scenario } from "../../scenario";
import { render, withoutCanvas } from "../../view";

const ends: (() => void)[] = [];
const NONE = { state: "none", version: "", atMs: 0, message: "" };

function withReport(traits: RunTraits): RunTraits {
  return { ...traits, detail: traits.detail && { ...traits.detail, makesReport: true } };
}

async function opened(traits: RunTraits) {
  const model = new RecordedModel(withReport(traits));
  const widget = runWidget();
  ends.push(widget.initialize({ model: model as never }));
  const { frame, cleanup: close } = render(widget, model);
  const tabs = [...frame.querySelectorAll<HTMLElement>("[role=tab]")];
  tabs.find((tab) => tab.textContent === "Report")!.click();
  type Sent = { kind: string; id: number; action: string; howeverLarge: boolean };
  const asked = () => (model.sent as Sent[]).filter(({ kind }) => kind === "read_task_report");
  await vi.waitFor(() => expect(asked()).toHaveLength(1));
  const answer = async (at: number, payload: object = NONE): Promise<void> => {
    model.message({ kind: "reply", id: asked()[at]!.id, ok: true, payload });
    await vi.advanceTimersByTimeAsync(20);
  };
  const words = () => frame.querySelector<HTMLElement>(".fw-report-empty")!;
  return { model, asked, answer, close, words };
}

beforeEach(() => {
  vi.useFakeTimers();
  withoutCanvas();
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test("of another action that was chosen while the first one's was read", async () => {
  const { model, asked, answer } = await opened(scenario.failed("a44"));
  model.play(withReport(scenario.failed("a46")));
  await answer(0);
  expect(asked().map(({ action }) => action)).toEqual(["a44", "a46"]);
  await answer(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toHaveLength(2);
});

test("of a running task again and again, but not once the view is closed", async () => {
  const { asked, answer, close } = await opened(scenario.running(102_000, "a44"));
  await answer(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toHaveLength(2);
  const before = asked().length;
  close();
  await answer(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toHaveLength(before);
});

test("of a large one, how large; it is shown if that is asked for, and not offered again if a page cannot", async () => {
  const { asked, answer, words } = await opened(scenario.failed("a44"));
  const large = { ...NONE, state: "too_large" };
  await answer(0, { ...large, message: "The report has more than 10 MB." });
  expect(words().textContent).toContain("The report has more than 10 MB");
  const show = words().querySelector("button")!;
  show.click();
  await vi.waitFor(() => expect(asked()).toHaveLength(2));
  expect(asked().map(({ howeverLarge }) => howeverLarge)).toEqual([false, true]);
  await answer(1, { ...large, message: "The report has more than 256 MB." });
  expect(words().textContent).toContain("That is more than a page takes.");
  expect(show.hidden).toBe(true);
});
