// The phase table of flyte_widgets/phases.py, compared with it in tests/unit/test_phases.py. Phases are wire numbers here.

export interface PhaseInfo {
  value: string;
  label: string;
  shortLabel: string;
}

export enum Phase {
  Queued = 1,
  WaitingForResources = 2,
  Initializing = 3,
  Running = 4,
  Paused = 9,
  Succeeded = 5,
  Failed = 6,
  Aborted = 7,
  TimedOut = 8,
  Recovered = 10,
}

export const PHASES: ReadonlyMap<number, PhaseInfo> = new Map([
  [1, { value: "queued", label: "Queued", shortLabel: "Queued" }],
  [2, { value: "waiting_for_resources", label: "Waiting for resources", shortLabel: "Waiting" }],
  [3, { value: "initializing", label: "Initializing", shortLabel: "Init" }],
  [4, { value: "running", label: "Running", shortLabel: "Running" }],
  [9, { value: "paused", label: "Paused", shortLabel: "Paused" }],
  [5, { value: "succeeded", label: "Succeeded", shortLabel: "Success" }],
  [6, { value: "failed", label: "Failed", shortLabel: "Failed" }],
  [7, { value: "aborted", label: "Aborted", shortLabel: "Aborted" }],
  [8, { value: "timed_out", label: "Timed out", shortLabel: "Timeout" }],
  [10, { value: "recovered", label: "Recovered", shortLabel: "Recovered" }],
]);

export const ACTIVE = [1, 2, 3, 4, 9] as const;
export const TERMINAL = [5, 6, 7, 8, 10] as const;

/** Done work first: the order of the strip and of stacked bars. */
export const STACK_ORDER = [5, 10, 6, 7, 8, 4, 9, 3, 2, 1] as const;

/** From and to; 0 is the start. Any active phase may become aborted. */
export const CANONICAL_EDGES: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 10],
  [1, 2],
  [2, 3],
  [3, 4],
  [3, 6],
  [4, 9],
  [9, 4],
  ...[4, 9].flatMap((from) => [5, 6, 8].map((to) => [from, to] as const)),
  ...ACTIVE.map((from) => [from, 7] as const),
];

const BY_VALUE = new Map([...PHASES].map(([number, info]) => [info.value, number]));
const unknownLabels = new Map<number, string>();
const OTHER = 255;

export const isTerminal = (phase: number): boolean => (TERMINAL as readonly number[]).includes(phase);
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
