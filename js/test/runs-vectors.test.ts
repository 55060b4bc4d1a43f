// What both languages make of a run: times with inferred ends, rows in their order, counts of the strip, paths of the
// diagram. The vectors are those of tests/unit/test_vectors.py.
import { describe, expect, test } from "vitest";
import vectors from "../../tests/vectors/runs.json";
import { Actions } from "../src/core/actions";
import { CANONICAL_EDGES, PHASES, phaseOf } from "../src/core/phases";
import { lifeOfRow, pathOf, TransitionsOfAll, timeIn } from "../src/run/diagram/path";
import { NO_FILTER, order } from "../src/run/timeline/rows/order";
import { Tree } from "../src/run/timeline/rows/tree";
import { Binner, phaseOfSlot, SLOTS } from "../src/run/timeline/time/bins";
import { timesOf } from "../src/run/timeline/time/times";
import { pack } from "./pack";

const { strip, cases } = vectors;
type Case = (typeof cases)[number];
type Segment = [attempt: number, phase: string, startMs: number, endMs: number | null, flags: number];

const nameOf = (phase: number): string => PHASES.get(phase)?.value ?? (phase ? `unknown_${phase}` : "");
const edgeOf = ([from, to]: readonly [number, number]): string =>
  `${from ? nameOf(from) : "start"} > ${nameOf(to)}`;
const msOf = (ms: number | null): number => ms ?? Number.NaN;

function load({ actions: given }: Case): Actions {
  const actions = new Actions();
  const specs = given.map((action) => ({
    ...action,
    phase: phaseOf(action.phase),
    createdMs: msOf(action.createdMs),
    endedMs: msOf(action.endedMs),
    segments: (action.segments as Segment[]).map(([attempt, phase, startMs, endMs, flags]) => ({
      attempt,
      phase: phaseOf(phase),
      startMs,
      endMs: msOf(endMs),
      flags,
    })),
  }));
  actions.apply(pack(specs, { baseMs: 0 }));
  return actions;
}

describe.each(cases)("$name", (run) => {
  const actions = load(run);
  const clock = { nowMs: run.nowMs, runOver: run.over };
  const rows = [...run.actions.keys()];

  test("times", () => {
    const attempts = rows.map((row) =>
      timesOf(actions, row, clock).attempts.map((attempt) => ({
        startMs: attempt.startMs,
        endMs: attempt.endMs,
        outcome: nameOf(attempt.outcome),
        startInferred: attempt.startInferred,
        endInferred: attempt.endInferred,
        spans: attempt.spans.map(({ phase, startMs, endMs }) => [nameOf(phase), startMs, endMs]),
      })),
    );
    expect(attempts).toEqual(run.attempts);
  });

  test("rows", () => {
    const tree = new Tree(actions);
    const shown = order(actions, tree, NO_FILTER, new Map());
    const lines = Array.from({ length: shown.count }, (_, i) => {
      const item = shown.item[i]!;
      const fold = `${tree.labelOf(-1 - item)} ×${shown.sizeOf(-1 - item)}`;
      return "  ".repeat(shown.level[i]!) + (item >= 0 ? actions.name[item] || actions.id[item] : fold);
    });
    expect(lines).toEqual(run.rows);
  });

  test("strip", () => {
    const binner = new Binner(actions, clock, strip, true);
    for (const row of rows) binner.add(row);
    const { counts } = binner.finish();
    const slots: Record<string, number[]> = {};
    for (let slot = 0; slot < SLOTS; slot++) {
      const from = slot * (strip.steps + 1);
      const found = [...counts.subarray(from, from + strip.steps)];
      if (found.some((n) => n !== 0)) slots[nameOf(phaseOfSlot(slot)) || "unknown"] = found;
    }
    expect(slots).toEqual(run.strip);
    expect(Object.keys(slots)).toEqual(Object.keys(run.strip));
  });

  test("paths", () => {
    const paths = rows.map((row) => {
      const path = pathOf(lifeOfRow(actions, row));
      const visits = [...path.visits].map(([phase, n]) => [nameOf(phase), n]);
      const spentMs = [...path.visits.keys()]
        .map((phase) => [nameOf(phase), timeIn(path, phase, run.nowMs)] as const)
        .filter(([, ms]) => ms !== null);
      return {
        visits: Object.fromEntries(visits),
        spentMs: Object.fromEntries(spentMs),
        edges: path.edges.map(edgeOf),
      };
    });
    expect(paths).toEqual(run.paths);
    const canonical = new Set(CANONICAL_EDGES.map(edgeOf));
    const all = new TransitionsOfAll().read(actions).map(edgeOf);
    expect(all.filter((edge) => canonical.has(edge)).sort()).toEqual(run.edges);
  });
});
