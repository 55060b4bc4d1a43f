// The phases of an action: the data of flyte_widgets/shared/phases.json. Phases are wire numbers here.
import shared from "../../../flyte_widgets/shared/phases.json";

const { phases, stackOrder, summaryOrder, reportedCounts, edges } = shared;

export interface PhaseInfo {
  /** The SDK's word for it, as in traits and messages. */
  value: string;
  label: string;
  shortLabel: string;
  /** Name of the bar's pattern. */
  pattern: string;
}

export const Phase = {
  Queued: phases.queued.number,
  WaitingForResources: phases.waiting_for_resources.number,
  Initializing: phases.initializing.number,
  Running: phases.running.number,
  Paused: phases.paused.number,
  Succeeded: phases.succeeded.number,
  Failed: phases.failed.number,
  Aborted: phases.aborted.number,
  TimedOut: phases.timed_out.number,
  Recovered: phases.recovered.number,
} as const;

const ROWS = Object.entries(phases).map(([value, row]) => ({ value, ...row }));
const BY_VALUE = new Map(ROWS.map(({ value, number }) => [value, number]));
/** Wire numbers of values that stand in the shared data. */
const numbers = (values: readonly string[]): readonly number[] => values.map((value) => BY_VALUE.get(value)!);

export const PHASES: ReadonlyMap<number, PhaseInfo> = new Map(ROWS.map((row) => [row.number, row]));

export const ACTIVE: readonly number[] = ROWS.filter((row) => !row.terminal).map((row) => row.number);
export const TERMINAL: readonly number[] = ROWS.filter((row) => row.terminal).map((row) => row.number);

/** Done work first: the order of the strip and of stacked bars. */
export const STACK_ORDER = numbers(stackOrder);
/** The order in which one phase is chosen for many: what still goes on, then the worst end. */
export const SUMMARY_ORDER = { going: numbers(summaryOrder.going), ended: numbers(summaryOrder.ended) };
/** The counts that stand in words beside the strip, in reading order. */
export const REPORTED_COUNTS = {
  going: numbers(reportedCounts.going),
  ended: numbers(reportedCounts.ended),
};

/** From and to; 0 is the start. */
export const CANONICAL_EDGES: readonly (readonly [number, number])[] = Object.entries(edges).flatMap(
  ([from, ends]) => numbers(ends).map((to) => [BY_VALUE.get(from) ?? 0, to] as const),
);

const unknownLabels = new Map<number, string>();
const OTHER = 255;

/** Said wherever a run, or a condition of it, waits for a person: the same words everywhere. */
export const NEEDS_ANSWER = "needs an answer";

export const isTerminal = (phase: number): boolean => TERMINAL.includes(phase);
export const isActive = (phase: number): boolean => phase !== 0 && !isTerminal(phase);

/** Learn the labels that Python gives to phases which the table does not have. */
export function learnLabels(labels: Record<string, string>): void {
  for (const [number, label] of Object.entries(labels)) unknownLabels.set(Number(number), label);
}

/** The phase's part of custom properties: "waiting-for-resources" in `--fw-ink-waiting-for-resources`. */
export function cssName(phase: number): string {
  return PHASES.get(phase)?.value.replaceAll("_", "-") ?? "unknown";
}

export function label(phase: number): string {
  if (phase === 0) return "Unknown";
  return PHASES.get(phase)?.label ?? unknownLabels.get(phase) ?? `Unknown (${phase})`;
}

/** For tight places, beside the phase's glyph: "Waiting", "Phase 11". */
export function shortLabel(phase: number): string {
  return (
    PHASES.get(phase)?.shortLabel ??
    label(phase).replace(/^Unknown \((?:(\d+)|(.+))\)$/, (_, n, name) => name ?? `Phase ${n}`)
  );
}

/** Wire number of an SDK value; 0 where there is none. A value nobody knows keeps a number of its own. */
export function phaseOf(value: string): number {
  if (!value) return 0;
  const known = BY_VALUE.get(value);
  if (known !== undefined) return known;
  const text = `Unknown (${value.replace(/^unknown_/, "").replaceAll("_", " ")})`;
  for (const [number, name] of unknownLabels) if (name === text) return number;
  const numbered = /^unknown_(\d+)$/.exec(value);
  const number = numbered ? Number(numbered[1]) : OTHER;
  unknownLabels.set(number, text);
  return number;
}
