// The page of test_timeline.py: the widget as it ships, on a run that the test has go on.
import runWidget from "../../js/src/widget";
import { type ActionSpec, Packer } from "../../js/test/pack";
import { BASE_MS, RecordedModel, scenario } from "../../js/test/scenario";

const NOW_MS = 102_000;
const RUNNING = 4;
const FAILED = 6;
// Time stands still, so that what moves is what the test moves.
Date.now = () => BASE_MS + NOW_MS;

const packer = new Packer();
let specs: ActionSpec[] = [];
let model: RecordedModel;

const at = { baseMs: BASE_MS, nowMs: BASE_MS + NOW_MS };
const action = (id: string, name: string, parent: number): ActionSpec => ({
  id,
  name,
  parent,
  phase: RUNNING,
  flags: 1,
  createdMs: 1_000,
  endedMs: Number.NaN,
  segments: [{ phase: RUNNING, startMs: 2_000, endMs: Number.NaN }],
});

function mount(snapshot?: DataView): void {
  model = new RecordedModel({ ...scenario.running(NOW_MS, ""), ...(snapshot && { snapshot }) });
  const widget = runWidget();
  widget.initialize({ model: model as never });
  widget.render({ model: model as never, el: document.querySelector("main")! });
}

const page = {
  /** The run of the pictures. */
  running: (): void => mount(),
  /** A root with two stages, of which the second has `count` steps; the last may have failed. */
  stages(count: number, failed = false): void {
    specs = [action("a0", "main", -1), action("a1", "first", 0), action("a2", "second", 0)];
    for (let i = 0; i < count; i++) specs.push(action(`a${specs.length}`, `step_${i}`, 2));
    if (failed) specs[specs.length - 1]!.phase = FAILED;
    mount(packer.snapshot(specs, at));
  },
  /** Folds only, each with three kinds of phases in it. */
  folds(count: number): void {
    specs = [action("a0", "main", -1)];
    for (let i = 0; i < count * 6; i++) {
      const phase = [1, RUNNING, FAILED][i % 3]!;
      specs.push({ ...action(`a${i + 1}`, `fold_${Math.floor(i / 6)}`, 0), phase });
    }
    mount(packer.snapshot(specs, at));
  },
  /** `count` actions come under the first stage: above what is under the second. */
  come(count: number): void {
    const rows = new Map<number, ActionSpec>();
    for (let i = 0; i < count; i++) {
      const row = specs.length;
      specs.push(action(`a${row}`, `late_${row}`, 1));
      rows.set(row, specs[row]!);
    }
    model.message({ kind: "columns" }, packer.delta(rows, at));
  },
};

declare global {
  interface Window {
    timeline: typeof page;
  }
}
window.timeline = page;
