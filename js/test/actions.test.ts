// Blocks of columns: what was packed is what the rows say, snapshot or delta, aligned or not.
import { expect, test } from "vitest";
import { Actions, ColumnsError } from "../src/core/actions";
import { Phase } from "../src/core/phases";
import { Row, Seg } from "../src/core/protocol";
import { type ActionSpec, Packer, pack, type SegmentSpec } from "./pack";
import { bigRun } from "./scenario";

const action = (id: string, more: Partial<ActionSpec> = {}): ActionSpec => ({
  id,
  name: `task ${id}`,
  parent: -1,
  phase: Phase.Running,
  createdMs: 0,
  endedMs: Number.NaN,
  segments: [],
  ...more,
});

function segmentsOf(actions: Actions, row: number): Required<SegmentSpec>[] {
  const from = actions.segFrom[row]!;
  return Array.from({ length: actions.segCount[row]! }, (_, k) => ({
    attempt: actions.segAttempt[from + k]!,
    phase: actions.segPhase[from + k]!,
    startMs: actions.segStartMs[from + k]!,
    endMs: actions.segEndMs[from + k]!,
    flags: actions.segFlags[from + k]!,
  }));
}

function rowOf(actions: Actions, row: number): unknown {
  return {
    id: actions.id[row],
    name: actions.name[row],
    group: actions.group[row],
    parent: actions.parent[row],
    phase: actions.phase[row],
    flags: actions.flags[row],
    attempts: actions.attempts[row],
    createdMs: actions.createdMs[row],
    endedMs: actions.endedMs[row],
    segments: segmentsOf(actions, row),
  };
}

const specOf = ({ group = "", flags = 0, attempts, segments, ...rest }: ActionSpec): unknown => ({
  ...rest,
  group,
  flags,
  attempts: attempts ?? Math.max(1, ...segments.map((s) => s.attempt ?? 1)),
  segments: segments.map((s) => ({ attempt: 1, flags: 0, ...s })),
});

function expectRows(actions: Actions, specs: readonly ActionSpec[]): void {
  expect(actions.count).toBe(specs.length);
  expect(specs.map((_, row) => rowOf(actions, row))).toEqual(specs.map(specOf));
  for (const [row, { id }] of specs.entries()) expect(actions.rowOf.get(id)).toBe(row);
}

test("a snapshot gives every column back, unknown times as NaN and texts in any script", () => {
  const specs = [
    action("a0", { name: "träume.夢 🛫", createdMs: 0.25, flags: Row.History }),
    action("a1", {
      parent: 0,
      group: "shards",
      phase: Phase.Failed,
      attempts: 3,
      createdMs: Number.NaN,
      endedMs: 90_000_000.5,
      segments: [
        { attempt: 1, phase: Phase.Queued, startMs: 0, endMs: 5, flags: Seg.StartInferred },
        { attempt: 2, phase: Phase.Running, startMs: 5, endMs: Number.NaN, flags: Seg.EndInferred },
      ],
    }),
  ];
  const actions = new Actions();
  expect(actions.apply(pack(specs, { baseMs: 1_000, nowMs: 2_000, known: 9, phases: { 42: "Odd" } }))).toBe(
    "ok",
  );
  expectRows(actions, specs);
  expect(actions).toMatchObject({
    seq: 1,
    baseMs: 1_000,
    nowMs: 2_000,
    known: 9,
    phaseLabels: { 42: "Odd" },
  });
});

test("a block may lie at any offset of a larger buffer", () => {
  const specs = [action("a0"), action("a1", { parent: 0 })];
  const block = pack(specs);
  for (const offset of [1, 4, 7]) {
    const larger = new Uint8Array(block.byteLength + offset + 3);
    larger.set(new Uint8Array(block.buffer), offset);
    const actions = new Actions();
    actions.apply(new DataView(larger.buffer, offset, block.byteLength));
    expectRows(actions, specs);
  }
});

test("deltas add and change rows, keep the rest, and reuse strings that came before", () => {
  const packer = new Packer();
  const actions = new Actions();
  let specs = [action("a0"), action("a1", { parent: 0 })];
  actions.apply(packer.snapshot(specs));
  const before = actions.treeRevision;
  const changed = { ...specs[1]!, phase: Phase.Succeeded, endedMs: 7 };
  actions.apply(packer.delta(new Map([[1, changed]])));
  expect(actions.treeRevision).toBe(before); // neither parent nor name changed
  const added = action("a2", { parent: 1, name: "task a1" });
  actions.apply(packer.delta(new Map([[2, added]])));
  expect(actions.treeRevision).toBe(before); // what is new goes to the end of what is there
  specs = [specs[0]!, changed, added];
  expectRows(actions, specs);
  expect([...actions.changedIn.subarray(0, 3)]).toEqual([1, 2, 3]);
});

test.each([
  ["parent", { parent: 2 }],
  ["name", { name: "other" }],
  ["group", { group: "other" }],
])("a row that gets another %s changes the tree; so does a snapshot", (_, change) => {
  const packer = new Packer();
  const actions = new Actions();
  const specs = [action("a0"), action("a1", { parent: 0 }), action("a2", { parent: 0 })];
  actions.apply(packer.snapshot(specs));
  const before = actions.treeRevision;
  actions.apply(packer.delta(new Map([[1, { ...specs[1]!, ...change }]])));
  expect(actions.treeRevision).toBe(before + 1);
  actions.apply(packer.snapshot(specs));
  expect(actions.treeRevision).toBe(before + 2);
});

test("a delta that does not follow is a gap, one from before is old, and neither changes anything", () => {
  const packer = new Packer();
  const actions = new Actions();
  const specs = [action("a0")];
  actions.apply(packer.snapshot(specs));
  const second = packer.delta(new Map([[0, { ...specs[0]!, phase: Phase.Failed }]]));
  const third = packer.delta(new Map([[0, { ...specs[0]!, phase: Phase.Aborted }]]));
  expect(actions.apply(third)).toBe("gap");
  expectRows(actions, specs);
  expect(actions.apply(second)).toBe("ok");
  expect(actions.apply(third)).toBe("ok");
  expect(actions.apply(second)).toBe("old");
  expect(actions.phase[0]).toBe(Phase.Aborted);
});

test("a snapshot forgets what was there", () => {
  const actions = new Actions();
  const packer = new Packer();
  actions.apply(packer.snapshot([action("a0"), action("a1"), action("a2")]));
  const specs = [action("b0", { segments: [{ phase: Phase.Queued, startMs: 1, endMs: 2 }] })];
  actions.apply(packer.snapshot(specs));
  expectRows(actions, specs);
  expect(actions.rowOf.has("a1")).toBe(false);
});

test("rows whose segments grow and shrink for long stay right and do not eat memory", () => {
  const packer = new Packer();
  const actions = new Actions();
  const specs = Array.from({ length: 20 }, (_, i) => action(`a${i}`));
  actions.apply(packer.snapshot(specs));
  for (let round = 1; round <= 300; round++) {
    const row = (round * 7) % specs.length;
    const segments = Array.from({ length: (round * 13) % 31 }, (_, k) => ({
      phase: Phase.Running,
      startMs: round * 100 + k,
      endMs: round * 100 + k + 1,
    }));
    specs[row] = { ...specs[row]!, segments };
    actions.apply(packer.delta(new Map([[row, specs[row]!]])));
  }
  expectRows(actions, specs);
  expect(actions.segStartMs.length).toBeLessThan(4_096);
});

test("ten thousand actions come through", () => {
  const specs = bigRun(10_000, 600_000);
  const actions = new Actions();
  actions.apply(pack(specs));
  expectRows(actions, specs);
});

test("what is no block, or cut short, is refused and changes nothing", () => {
  const actions = new Actions();
  const specs = [action("a0")];
  const block = pack(specs);
  actions.apply(block);
  const cut = new DataView(block.buffer, 0, block.byteLength - 16);
  for (const bad of [new DataView(new ArrayBuffer(0)), new DataView(new ArrayBuffer(64)), cut]) {
    expect(() => actions.apply(bad)).toThrow(ColumnsError);
  }
  expectRows(actions, specs);
});
