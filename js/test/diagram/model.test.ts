import { describe, expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import {
  amountText,
  captionOf,
  nameOf,
  readAction,
  readAll,
  shownUnknown,
  transitionName,
} from "../../src/run/diagram/model";
import { NOWHERE, type Path } from "../../src/run/diagram/path";

const { Queued, WaitingForResources, Running, Succeeded, Failed, Paused } = Phase;
const path = (more: Partial<Path>): Path => ({ ...NOWHERE, attempts: 1, phase: Running, ...more });
const run = path({
  visits: new Map([
    [Queued, 1],
    [Running, 1],
  ]),
  closedMs: new Map([[Queued, 1200]]),
  open: { phase: Running, startMs: 1000 },
  edges: [
    [0, Queued],
    [Queued, Running],
  ],
});

describe("the reading of all actions", () => {
  const counts = new Map([
    [Running, 128],
    [Succeeded, 3],
    [WaitingForResources, 2],
  ]);
  const model = readAll(
    counts,
    run,
    [
      [Running, Succeeded],
      [0, Succeeded],
    ],
    Failed,
  );

  test("names a state by all that is seen of it", () => {
    expect(nameOf(model, Running, 193_000)).toBe("Running, current, 128 actions, 3 minutes 12 seconds");
    expect(nameOf(model, Queued, 0)).toBe("Queued, 0 actions, 1 second");
    expect(nameOf(model, Paused, 0)).toBe("Paused, not reached");
  });

  test("tells zero where the run has been, and nothing where nobody was", () => {
    expect([amountText(model, Queued), amountText(model, Paused)]).toEqual(["0", ""]);
    expect(amountText(readAll(new Map([[Running, 12_345]]), run, [], 0), Running)).toBe("12,345");
  });

  test("rings what the run went through and where others ended, not where others merely are", () => {
    const visited = [...model.nodes].filter(([, node]) => node.visited).map(([phase]) => phase);
    expect(visited.sort()).toEqual([Queued, Running, Succeeded].sort());
  });

  test("lights the table's lines of others; only the run's own odd ones are drawn", () => {
    expect(model.edges.has(`${Running}>${Succeeded}`)).toBe(true);
    expect(model.odd).toEqual([[Queued, Running]]);
    expect(transitionName(model.odd[0]!)).toBe("Queued to Running");
  });

  test("marks the state that filters", () => {
    expect(model.nodes.get(Failed)!.filtering).toBe(true);
    expect(model.nodes.get(Running)!.filtering).toBe(false);
  });
});

describe("the reading of one action", () => {
  test("counts visits, and says over how many attempts", () => {
    const model = readAction(path({ attempts: 2, visits: new Map([[Running, 2]]) }), 0);
    expect(amountText(model, Running)).toBe("2×");
    expect(nameOf(model, Running, 0)).toBe("Running, current, 2 visits");
    expect(captionOf(model, false)).toBe("visits · time over 2 attempts");
    expect(captionOf(model, true)).toBe("visits · time");
  });
});

test("a phase that nobody knows gets the one place there is; of several the current or the fullest", () => {
  const some = readAll(
    new Map([
      [42, 3],
      [43, 9],
    ]),
    run,
    [],
    0,
  );
  expect([some.unknown, shownUnknown(some)]).toEqual([[42, 43], 43]);
  expect(shownUnknown(readAll(new Map([[43, 9]]), path({ phase: 42 }), [], 0))).toBe(42);
  expect(shownUnknown(readAll(new Map(), run, [], 0))).toBe(0);
});
