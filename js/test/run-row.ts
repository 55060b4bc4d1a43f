// A row of the list of runs, as Python sends it.
import type { RunListRow } from "../src/core/protocol";

/** A run that is going on, and was started at epoch 0 by nobody known. */
export function runRow(run: string, more: Partial<RunListRow> = {}): RunListRow {
  return {
    run,
    task: "etl.pipeline",
    phase: "running",
    createdMs: 0,
    endedMs: null,
    owner: "",
    mine: false,
    waiting: false,
    ...more,
  };
}
