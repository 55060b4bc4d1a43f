// The tab of the panel of runs: how many need an answer, in words and as a dot on its icon.
import { expect, test } from "vitest";
import type { RunListRow, RunsState } from "../src/core/protocol";
import { RunsPanel } from "../src/runs/panel";
import { runRow } from "./run-row";

function panelOf(...waiting: boolean[]) {
  let changed = (): void => {};
  const runs = { id: "w1", project: "etl", domain: "development", rows: [] as RunListRow[] };
  const model = {
    get: () => runs as unknown as RunsState,
    on: (_: string, listener: () => void) => {
      changed = listener;
    },
    off: () => {},
  };
  const panel = new RunsPanel(model as never, { request: () => {} } as never, () => null as never);
  const show = (...flags: boolean[]): void => {
    Object.assign(runs, { ...runs, rows: flags.map((flag, i) => runRow(`r${i}`, { waiting: flag })) });
    model.get = () => ({ ...runs }) as unknown as RunsState;
    changed();
  };
  show(...waiting);
  return { panel, show };
}

const palette = { phase: () => ({ fill: "rgb(1, 2, 3)" }) } as never;

test("nobody waits: the place, and an icon without a dot", () => {
  const { panel } = panelOf(false, false);
  expect(panel.title()).toEqual({ label: "Flyte runs", caption: "Flyte runs of etl / development" });
  expect(panel.icon(palette).querySelector(".fw-panel-dot")).toBeNull();
  expect([panel.key, panel.id, panel.views]).toEqual(["runs", "w1", 0]);
});

test("runs that need an answer are counted, and have a dot", () => {
  const { panel, show } = panelOf(true, false);
  expect(panel.title().caption).toBe("Flyte runs of etl / development: 1 run needs an answer");
  show(true, true, false);
  expect(panel.title().caption).toBe("Flyte runs of etl / development: 2 runs need an answer");
  expect(panel.icon(palette).querySelector<HTMLElement>(".fw-panel-dot")!.style.background).toBe(
    "rgb(1, 2, 3)",
  );
});
