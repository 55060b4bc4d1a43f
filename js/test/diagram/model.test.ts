import { describe, expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import {
  amountText,
  captionOf,
  nameOf,
  readAction,
  readAll,
  secondLine,
  shownUnknown,
  transitionName,
} from "../../src/run/diagram/model";
import { NOWHERE, type Path, START } from "../../src/run/diagram/path";

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
    { filter: Failed },
    {
      sinceMs: new Map([
        [Running, 1_000],
        [Paused, 0],
      ]),
      failedAttempts: 0,
      retried: [],
      needAnswer: 0,
    },
  );

  test("names a state by all that is seen of it", () => {
    expect(nameOf(model, Running, 193_000)).toBe(
      "Running, current, 128 actions, the longest for 3 minutes 12 seconds",
    );
    expect(nameOf(model, Queued, 0)).toBe("Queued, 0 actions");
    expect(nameOf(model, Paused, 0)).toBe("Paused, not reached");
  });

  test("tells for how long the one that is there longest has been there, and nothing where nobody is", () => {
    expect(secondLine(model, Running, 193_000)).toEqual(["longest 3m 12s", "3m 12s"]);
    expect(secondLine(model, Paused, 193_000)).toEqual(["", ""]);
    expect(captionOf(model)).toBe("how many are there now · how long the longest has been there");
  });

  test("says of a run that is over how many ended where, without zeros", () => {
    const over = readAll(new Map([[Succeeded, 3]]), run, [], { filter: 0, isOver: true });
    expect([Queued, Succeeded].map((phase) => amountText(over, phase))).toEqual(["", "3"]);
    expect(captionOf(over)).toBe("how many actions ended there");
  });

  test("tells zero where the run has been, and nothing where nobody was", () => {
    expect([amountText(model, Queued), amountText(model, Paused)]).toEqual(["0", ""]);
    const many = readAll(new Map([[Running, 12_345]]), run, [], { filter: 0 });
    expect([amountText(many, Running), amountText(many, Running, true)]).toEqual(["12,345", "12K"]);
  });

  test("rings where any action is or was", () => {
    const visited = [...model.nodes].filter(([, node]) => node.visited).map(([phase]) => phase);
    expect(visited.sort()).toEqual([Queued, WaitingForResources, Running, Succeeded].sort());
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
  test("counts visits from the second on, and says over how many attempts", () => {
    const visits = new Map([
      [Queued, 1],
      [Running, 2],
    ]);
    const model = readAction(path({ attempts: 2, visits }), { filter: 0 });
    expect([amountText(model, Running), amountText(model, Queued)]).toEqual(["2×", ""]);
    expect(nameOf(model, Running, 0)).toBe("Running, current, 2 visits");
    expect(captionOf(model)).toBe("time in each state, over 2 attempts · 2× = twice");
    expect(captionOf(readAction(path({}), { filter: 0 }))).toBe("time in each state");
  });
});

describe("an attempt that failed and was tried again", () => {
  const retried = path({
    attempts: 2,
    visits: new Map([
      [Running, 2],
      [Failed, 1],
    ]),
    edges: [[Running, Failed]],
  });

  test("is no failure of its action: neither ring nor line, but its number", () => {
    const model = readAction(retried, { filter: 0 });
    expect(model.nodes.get(Failed)).toMatchObject({ amount: 0, visited: false, retried: 1 });
    expect(model.edges.size).toBe(0);
    expect(secondLine(model, Failed, 0)[0]).toBe("1 attempt");
    expect(nameOf(model, Failed, 0)).toBe("Failed, 1 attempt of actions that went on");
  });

  test("is one where the action failed in the end", () => {
    const visits = new Map([...retried.visits, [Failed, 2]]);
    const model = readAction({ ...retried, visits, phase: Failed }, { filter: 0 });
    expect(model.nodes.get(Failed)).toMatchObject({ amount: 2, visited: true, current: true, retried: 0 });
    expect(model.edges.size).toBe(1);
  });
});

describe("a local run", () => {
  const read = (inKernel: boolean, more: [number, number][] = []) =>
    readAll(new Map([[Running, 4]]), run, [[Queued, Running], ...more], { filter: 0, inKernel });

  test("goes from QUEUED to RUNNING by a line of its own, and what it leaves out is said", () => {
    const model = read(true);
    expect([model.isLocal, model.odd, model.edges.has(`${Queued}>${Running}`)]).toEqual([true, [], true]);
    expect(secondLine(model, WaitingForResources, 0)[0]).toBe("not in local runs");
    expect(nameOf(model, WaitingForResources, 0)).toBe("Waiting for resources, not in local runs");
  });

  test("has actions that begin RUNNING, in both readings", () => {
    const all = readAll(
      new Map(),
      run,
      [
        [Queued, Running],
        [START, Running],
      ],
      { filter: 0, inKernel: true },
    );
    const way = path({ visits: new Map([[Running, 1]]), edges: [[START, Running]] });
    for (const model of [all, readAction(way, { filter: 0, isLocal: true })])
      expect([model.odd, model.edges.has(`${START}>${Running}`)]).toEqual([[], true]);
    expect(readAction(way, { filter: 0 }).odd).toEqual([[START, Running]]);
  });

  test("is no run of a cluster, and no simulated one", () => {
    expect(read(false)).toMatchObject({ isLocal: false, odd: [[Queued, Running]] });
    expect(read(true, [[Queued, WaitingForResources]]).isLocal).toBe(false);
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
    { filter: 0 },
  );
  expect([some.unknown, shownUnknown(some)]).toEqual([[42, 43], 43]);
  expect(shownUnknown(readAll(new Map([[43, 9]]), path({ phase: 42 }), [], { filter: 0 }))).toBe(42);
  expect(shownUnknown(readAll(new Map(), run, [], { filter: 0 }))).toBe(0);
});
