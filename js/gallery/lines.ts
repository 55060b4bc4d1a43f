// The one line in all its states, over a run that is in such a state. record_lines.py writes the words: they are Python's.
import type { Line, RunTraits } from "../src/core/protocol";
import { BASE_MS, scenario } from "../test/scenario";
import recorded from "./recorded/lines.json";
import type { State } from "./states";

/** Clocks count from the start of the run. */
export function lineOf(name: keyof typeof recorded): Line {
  const line = recorded[name] as unknown as Line;
  const shifted = (parts: Line["sentence"]): Line["sentence"] =>
    parts.map(([text, style, since]) => [text, style, since === null ? null : since + BASE_MS]);
  return {
    ...line,
    sentence: shifted(line.sentence),
    answer: shifted(line.answer),
    place: shifted(line.place),
    compact: shifted(line.compact),
  };
}

const OVER: Partial<Record<keyof typeof recorded, () => RunTraits>> = {
  failed: () => scenario.failed(""),
  several: () => scenario.failed(""),
  long: () => scenario.failed(""),
  killed: () => scenario.failed(""),
  "timed-out": () => scenario.failed(""),
  estimate: () => scenario.running(130_000, ""),
  overdue: () => scenario.running(242_000, ""),
  succeeded: () => scenario.succeeded(),
  aborted: () => scenario.aborted(),
};

/** By name, as states of the gallery. */
export const LINES: Record<string, () => State> = Object.fromEntries(
  (Object.keys(recorded) as (keyof typeof recorded)[]).map((name) => [
    `line-${name}`,
    () => ({ traits: { ...(OVER[name]?.() ?? scenario.running(102_000, "")), summary: lineOf(name) } }),
  ]),
);

/** Runs in one row. */
export const COMPACT: Record<string, () => State> = Object.fromEntries(
  (["estimate", "gpu", "failed", "succeeded", "aborted"] as const).map((name) => [
    `compact-${name}`,
    () => {
      const traits = OVER[name]?.() ?? scenario.running(102_000, "");
      return { traits: { ...traits, view: "compact", summary: lineOf(name) } };
    },
  ]),
);
