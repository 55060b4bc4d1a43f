// What Python really sent, for runs of the simulator: record.py writes the files.
import type { RunTraits } from "../src/core/protocol";
import aborted from "./recorded/aborted.json";
import failed from "./recorded/failed.json";
import olderThanKept from "./recorded/older-than-kept.json";
import oneAction from "./recorded/one-action.json";
import paused from "./recorded/paused.json";
import recovered from "./recorded/recovered.json";
import running from "./recorded/running.json";
import statusOnly from "./recorded/status-only.json";
import succeeded from "./recorded/succeeded.json";
import timedOut from "./recorded/timed-out.json";
import twoHundred from "./recorded/two-hundred.json";
import unknownPhase from "./recorded/unknown-phase.json";
import waiting from "./recorded/waiting.json";

/** As JSON has it: the packed columns are base64. */
type Sent = { snapshot: string; [name: string]: unknown };

const FILES: Record<string, Sent> = {
  running,
  waiting,
  paused,
  aborted,
  succeeded,
  failed,
  "timed-out": timedOut,
  "one-action": oneAction,
  recovered,
  "two-hundred": twoHundred,
  "older-than-kept": olderThanKept,
  "status-only": statusOnly,
  "unknown-phase": unknownPhase,
};

function traitsOf({ snapshot, ...sent }: Sent): RunTraits {
  const bytes = Uint8Array.from(atob(snapshot), (c) => c.charCodeAt(0));
  return { ...sent, snapshot: new DataView(bytes.buffer) } as unknown as RunTraits;
}

/** New traits by name, at each call. */
export const RECORDED: ReadonlyMap<string, () => RunTraits> = new Map(
  Object.entries(FILES).map(([name, sent]) => [name, () => traitsOf(sent)]),
);
