// What can be done with ticked runs: which can be compared, the code and the table that are taken along, what was ticked.
import { describe, expect, it } from "vitest";
import type { RunListRow } from "../src/core/protocol";
import { abortRuns, codeOf, comparable, csvOf } from "../src/runs/commands";
import { neighbour } from "../src/runs/keys";
import { Selection } from "../src/runs/selection";
import { runRow } from "./run-row";

const BASE_MS = Date.UTC(2026, 10, 28, 12);

const ENDED = { phase: "succeeded", createdMs: BASE_MS, endedMs: BASE_MS + 1_500, owner: "kim" };

const row = (run: string, more: Partial<RunListRow> = {}): RunListRow => runRow(run, { ...ENDED, ...more });

describe("two runs", () => {
  it("of one task can be compared: the newer one beside the older one", () => {
    const older = row("old", { createdMs: BASE_MS - 5 });
    expect(comparable([older, row("new")])).toEqual({ run: "new", compare: "old" });
    expect(comparable([row("new"), older])).toEqual({ run: "new", compare: "old" });
  });

  it.each([
    [[row("a")]],
    [[row("a"), row("b"), row("c")]],
    [[row("a"), row("b", { task: "etl.other" })]],
    [[row("a", { task: "" }), row("b", { task: "" })]],
  ])("of different tasks, of none, or another number cannot (%#)", (rows) => {
    expect(comparable(rows)).toBeNull();
  });
});

describe("code", () => {
  it("gives one run, or a list of them, with their place", () => {
    expect(codeOf([row("r1")], "etl", "development")).toBe(
      'fw.Run("r1", project="etl", domain="development")',
    );
    expect(codeOf([row("r1"), row("r2")], "etl", "development")).toBe(
      'runs = [\n    fw.Run(name, project="etl", domain="development")\n    for name in ("r1", "r2")\n]',
    );
  });

  it("keeps names of any kind text", () => {
    expect(codeOf([row('a"); evil("')], "p", "d")).toContain('"a\\"); evil(\\""');
  });
});

describe("the table", () => {
  it("has times in UTC and seconds, and is empty where nothing is known", () => {
    const rows = [row("r1"), row("r2", { endedMs: null, phase: "running", owner: "" })];
    expect(csvOf(rows).split("\r\n")).toEqual([
      "run,task,phase,started,ended,seconds,owner",
      "r1,etl.pipeline,succeeded,2026-11-28T12:00:00.000Z,2026-11-28T12:00:01.500Z,1.5,kim",
      "r2,etl.pipeline,running,2026-11-28T12:00:00.000Z,,,",
      "",
    ]);
  });

  it("has no formulas, and quotes what would be read otherwise", () => {
    const text = csvOf([row("=1+1", { task: 'a,"b"', owner: "x\ny" })]);
    expect(text).toContain('\'=1+1,"a,""b""",');
    expect(text).toContain('"x\ny"');
  });
});

describe("an abort of many", () => {
  it("tells aborted, ended and refused apart", async () => {
    const payload = [
      { run: "a", outcome: "aborted", message: "" },
      { run: "b", outcome: "aborted", message: "" },
      { run: "c", outcome: "ended", message: "" },
      { run: "d", outcome: "refused", message: "no permission" },
    ];
    const channel = { command: async () => ({ payload }) } as never;
    expect(await abortRuns(channel, ["a", "b", "c", "d"], "")).toEqual({
      text: "2 runs aborted, 1 had ended, d was not aborted: no permission",
      isWhole: false,
    });
  });
});

describe("ticks and keys", () => {
  const items = ["a", "b", "c", "d"].map((key) => ({ key, row: row(key) }));
  const withHeadings = [{ key: "/Today", heading: "Today" }, ...items];
  const indexOf = (key: string) => withHeadings.findIndex((item) => item.key === key);

  it("extend from the last one, forwards and backwards, over headings", () => {
    const selection = new Selection();
    selection.toggle("b");
    selection.extend("d", withHeadings, indexOf);
    expect([...selection]).toEqual(["b", "c", "d"]);
    selection.extend("a", withHeadings, indexOf);
    expect([...selection].sort()).toEqual(["a", "b", "c", "d"]);
    selection.keep((run) => run !== "b");
    expect(selection.has("b")).toBe(false);
  });

  it("begin a stretch with the row itself where none was begun", () => {
    const selection = new Selection();
    selection.extend("c", withHeadings, indexOf);
    expect([...selection]).toEqual(["c"]);
  });

  it("go to runs only, and stop at the ends", () => {
    expect(neighbour(withHeadings, -1, 1)).toBe("a");
    expect(neighbour(withHeadings, 2, -9)).toBe("a");
    expect(neighbour(withHeadings, 4, 1)).toBe("");
    expect(neighbour(withHeadings, 1, 2)).toBe("c");
  });
});
