// The blocks that Python packs give the rows that Python expects. Shared with tests/unit/test_columns.py.
import { describe, expect, it } from "vitest";
import vectors from "../../tests/vectors/columns.json";
import { Actions, ColumnsError } from "../src/core/actions";

type SegmentRow = [attempt: number, phase: number, startMs: number, endMs: number | null, flags: number];
type Row = [
  id: string,
  name: string,
  group: string,
  parent: number,
  phase: number,
  kind: number,
  flags: number,
  attempts: number,
  createdMs: number | null,
  endedMs: number | null,
  segments: SegmentRow[],
];
interface Step {
  block: string;
  applied: "ok" | "gap" | "old";
  seq: number;
  known: number;
  phases: Record<string, string>;
  rows: Row[];
}
interface Vector {
  name: string;
  steps: Step[];
}

const cases = vectors.cases as unknown as Vector[];

/** The block in a buffer that it does not begin at, as a comm's buffers come. */
function blockOf(step: Step, offset = 3): DataView {
  const bytes = Uint8Array.from(atob(step.block), (char) => char.charCodeAt(0));
  const buffer = new ArrayBuffer(bytes.length + offset);
  new Uint8Array(buffer).set(bytes, offset);
  return new DataView(buffer, offset, bytes.length);
}

function rowsOf(actions: Actions): Row[] {
  const time = (ms: number): number | null => (Number.isNaN(ms) ? null : actions.baseMs + ms);
  return Array.from({ length: actions.count }, (_, row) => [
    actions.id[row]!,
    actions.name[row]!,
    actions.group[row]!,
    actions.parent[row]!,
    actions.phase[row]!,
    actions.kind[row]!,
    actions.flags[row]!,
    actions.attempts[row]!,
    time(actions.createdMs[row]!),
    time(actions.endedMs[row]!),
    Array.from({ length: actions.segCount[row]! }, (_, k): SegmentRow => {
      const at = actions.segFrom[row]! + k;
      return [
        actions.segAttempt[at]!,
        actions.segPhase[at]!,
        actions.baseMs + actions.segStartMs[at]!,
        time(actions.segEndMs[at]!),
        actions.segFlags[at]!,
      ];
    }),
  ]);
}

describe("blocks packed by Python", () => {
  it.each(cases)("$name", ({ steps }) => {
    const actions = new Actions();
    for (const step of steps) {
      expect(actions.apply(blockOf(step))).toBe(step.applied);
      expect(rowsOf(actions)).toEqual(step.rows);
      expect([actions.seq, actions.known, actions.phaseLabels]).toEqual([step.seq, step.known, step.phases]);
      expect(actions.rowOf).toEqual(new Map(step.rows.map((row, i) => [row[0], i])));
    }
  });

  it("change nothing where they are cut", () => {
    const [first, second] = cases.find(({ name }) => name === "a run grows")!.steps;
    const whole = blockOf(second!, 0);
    const padding = 7; // at the end, there may be so many bytes that say nothing
    for (let length = 0; length < whole.byteLength - padding; length++) {
      const actions = new Actions();
      actions.apply(blockOf(first!));
      expect(() => actions.apply(new DataView(whole.buffer, 0, length))).toThrow(ColumnsError);
      expect(rowsOf(actions)).toEqual(first!.rows);
    }
  });
});
