// The order of the runs, what a filter takes, and that nothing moves while somebody points at the list.
import { describe, expect, it } from "vitest";
import type { RunListRow } from "../src/core/protocol";
import { dayOf, RunsModel, sinceStart } from "../src/runs/model";
import { runRow } from "./run-row";

const NOW = new Date(2026, 10, 28, 12).getTime();
const MINUTE = 60_000;

function row(run: string, minutesAgo: number, more: Partial<RunListRow> = {}): RunListRow {
  const createdMs = NOW - minutesAgo * MINUTE;
  return runRow(run, { phase: "succeeded", createdMs, endedMs: createdMs + MINUTE, ...more });
}

const keys = (model: RunsModel): string[] => model.items.map(({ key }) => key);

describe("the order", () => {
  it("has what needs an answer first, then days, newest first", () => {
    const model = new RunsModel();
    model.take(
      [row("old", 60 * 24), row("a", 2), row("b", 1), row("c", 90, { waiting: true, phase: "running" })],
      0,
    );
    model.arrange(NOW, false);
    expect(keys(model)).toEqual(["/waiting", "c", "/Today", "b", "a", "/Yesterday", "old"]);
    expect(model.indexOf("a")).toBe(4);
    expect(model.shown).toBe(4);
  });

  it("keeps what is shown where it is while somebody points at it", () => {
    const model = new RunsModel();
    model.take([row("a", 2), row("b", 1)], 0);
    model.arrange(NOW, false);
    const before = keys(model);
    model.take([row("new", 0), row("a", 2, { phase: "failed" }), row("older", 30)], 0);
    model.arrange(NOW, true);
    expect(keys(model)).toEqual([...before, "older"]);
    expect(model.waitingNew).toBe(1);
    expect(model.row("a")?.phase).toBe("failed");
    model.arrange(NOW, false);
    expect(keys(model)).toEqual(["/Today", "new", "b", "a", "older"]);
    expect(model.waitingNew).toBe(0);
  });

  it("begins anew with another generation", () => {
    const model = new RunsModel();
    model.take([row("a", 2)], 0);
    model.take([row("b", 1)], 1);
    model.arrange(NOW, true);
    expect(keys(model)).toEqual(["/Today", "b"]);
    expect(model.isCurrent(0)).toBe(false);
  });
});

describe("filters", () => {
  it("take phases, what is mine, a task with or without its environment, and a part of a name", () => {
    const model = new RunsModel();
    const rows = [
      row("r1", 1, { phase: "running", mine: true }),
      row("r2", 2, { phase: "failed", task: "train.sweep" }),
      row("r3", 3, { waiting: true, phase: "running" }),
    ];
    const taken = (filter: Partial<RunsModel["filter"]>): string[] => {
      model.filter = { phase: "", mine: false, task: "", search: "", ...filter };
      return rows.filter((one) => model.takes(one)).map(({ run }) => run);
    };
    expect(taken({})).toEqual(["r1", "r2", "r3"]);
    expect(taken({ phase: "active" })).toEqual(["r1", "r3"]);
    expect(taken({ phase: "paused" })).toEqual(["r3"]);
    expect(taken({ phase: "failed,running" })).toEqual(["r1", "r2", "r3"]);
    expect(taken({ mine: true })).toEqual(["r1"]);
    expect(taken({ task: "sweep" })).toEqual(["r2"]);
    expect(taken({ task: "weep" })).toEqual([]);
    expect(taken({ search: " SWE" })).toEqual(["r2"]);
    expect(taken({ search: "r3" })).toEqual(["r3"]);
  });
});

describe("words", () => {
  it("name days as a reader does", () => {
    const day = (days: number) => dayOf(NOW - days * 86_400_000, NOW);
    expect([0, 1, 2, 8, 400].map(day)).toEqual(["Today", "Yesterday", "Thursday", "Nov 20", "Oct 24 2025"]);
    expect(dayOf(null, NOW)).toBe("No time");
  });

  it("say how long ago", () => {
    expect([5_000, 90_000, 7_200_000, 172_800_000].map(sinceStart)).toEqual([
      "5 s ago",
      "1 min ago",
      "2 h ago",
      "2 d ago",
    ]);
  });

  it("know how long runs of a task usually take, from three on", () => {
    const model = new RunsModel();
    model.take([row("a", 9), row("b", 8)], 0);
    model.arrange(NOW, false);
    expect(model.usual("etl.pipeline")).toBeUndefined();
    model.take([row("c", 7, { endedMs: NOW })], 0);
    model.arrange(NOW, false);
    expect(model.usual("etl.pipeline")).toEqual({ medianMs: MINUTE, longestMs: 7 * MINUTE });
  });
});

describe("the newest rows", () => {
  it("are all of their time: one that is not among them is gone, older ones stay", () => {
    const model = new RunsModel();
    model.takeNewest([row("a", 1), row("b", 2), row("c", 3)], 0);
    model.take([row("old", 90)], 0);
    model.takeNewest([row("a", 1), row("c", 3)], 0);
    model.arrange(NOW, false);
    expect(keys(model)).toEqual(["/Today", "a", "c", "old"]);
    expect(model.row("b")).toBeUndefined();
  });
});
