// The static view that the notebook keeps: who asks Python for it, when, and what the real extension does with it.
import { expect, test, vi } from "vitest";
import { startExtension, useFreshPages } from "./extension";
import { scenario } from "./scenario";
import { mount } from "./view";

const ID = "fw-static-view-0123456789ab";
const html = (words: string): string => `<div id="${ID}">${words}</div>`;

useFreshPages();

type Output = { data: Record<string, unknown> };

/** Start the extension, as JupyterLab does, on a notebook that has these outputs in its one cell. */
async function start(...bundles: Output["data"][]): Promise<Output[]> {
  const all = bundles.map((data) => ({ data }));
  const outputs = {
    length: all.length,
    get: (at: number) => all[at],
    set: (at: number, output: Output) => all.splice(at, 1, output),
  };
  class Widget {}
  const notebook = { content: { model: { cells: [{}, { outputs }] } } };
  const shell = Object.assign(new Widget(), { widgets: () => [{}, notebook] });
  await startExtension("JupyterLab", shell, Widget);
  return all;
}

const asked = (sent: readonly unknown[]): number =>
  sent.filter((message) => (message as { kind: string }).kind === "static_view").length;

test("nobody is asked for a static view that nobody would keep", () => {
  const { model } = mount({ ...scenario.succeeded(), static_view_id: ID });
  expect(asked(model.sent)).toBe(0);
});

test("at the end the page asks once, and the notebook gets the static view in the place of the older one", async () => {
  const outputs = await start(
    { "text/plain": "w" },
    { "text/html": html("Running") },
    { "text/html": "other" },
  );
  const { model } = mount({ ...scenario.running(), static_view_id: ID });
  expect(asked(model.sent)).toBe(0);
  const { connection, ended_ms } = scenario.succeeded();
  model.play({ phase: "succeeded", is_terminal: true, ended_ms, connection });
  model.play({ counts: { succeeded: 1 } });
  expect(asked(model.sent)).toBe(1);
  const data = { "text/html": html("Succeeded"), "text/plain": "Succeeded" };
  const { id } = model.sent.find((message) => (message as { kind: string }).kind === "static_view") as {
    id: number;
  };
  model.message({ kind: "reply", id, ok: true, payload: data });
  await vi.waitFor(() => expect(outputs[1]!.data).toEqual(data));
  expect(outputs.map((output) => output.data)).toEqual([
    { "text/plain": "w" },
    data,
    { "text/html": "other" },
  ]);
});

test("an id that is none finds no output", async () => {
  const outputs = await start({ "text/html": '<div id="x">old</div>' });
  const { model } = mount({ ...scenario.succeeded(), static_view_id: "x" });
  expect(asked(model.sent)).toBe(0);
  expect(outputs[0]!.data).toEqual({ "text/html": '<div id="x">old</div>' });
});
