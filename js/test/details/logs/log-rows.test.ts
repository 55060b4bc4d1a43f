import { describe, expect, it } from "vitest";
import { type LogFold, LogRows } from "../../../src/run/drawer/logs/log-rows";

const folds: LogFold[] = [
  [3, 6, "2 frames of flyte"],
  [8, 10, "2 frames of asyncio"],
];
const rowsOf = (first: number, total: number, of = folds): LogRows => {
  const rows = new LogRows();
  rows.update({ first, total, folds: of });
  return rows;
};
const shown = (rows: LogRows): unknown[] =>
  Array.from({ length: rows.count }, (_, i) => {
    const row = rows.rowAt(i);
    return "line" in row ? row.line : "fold" in row ? row.fold[2] : `cut ${row.cut}`;
  });

describe("rows of a log", () => {
  it("show folded frames as one row each", () => {
    expect(shown(rowsOf(0, 12))).toEqual([0, 1, 2, "2 frames of flyte", 6, 7, "2 frames of asyncio", 10, 11]);
  });

  it("say in front what is not kept", () => {
    expect(shown(rowsOf(7, 12))).toEqual(["cut 7", 7, "2 frames of asyncio", 10, 11]);
  });

  it("are found again by their key, whatever is in front of them", () => {
    for (const rows of [rowsOf(0, 12), rowsOf(2, 12), rowsOf(0, 12, [])]) {
      for (let i = 0; i < rows.count; i++) expect(rows.indexOf(rows.keyAt(i))).toBe(i);
    }
  });

  it("unfold, and stay so when more lines come", () => {
    const rows = rowsOf(0, 12);
    rows.open(folds[0]!);
    rows.update({ first: 0, total: 13, folds });
    expect(shown(rows).slice(2, 7)).toEqual([2, 3, 4, 5, 6]);
  });

  it("lead from a folded line to its fold", () => {
    const rows = rowsOf(0, 12);
    expect(rows.indexOfLine(5)).toBe(3);
    expect(rows.foldOf(5)).toEqual(folds[0]);
    expect(rows.indexOfLine(7)).toBe(5);
    expect(rows.indexOf(99)).toBe(-1);
  });
});
