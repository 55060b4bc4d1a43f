// What the details panel tells of an action's attempts: their phases in time. Pure.
import { wallClock } from "../../core/format";
import { ACTIVE, isTerminal, label, Phase, phaseOf } from "../../core/phases";
import type { ActionDetail, Attempt } from "../../core/protocol";

/** A stretch of an attempt. `from` and `share` are parts of the attempt's whole time, 0 … 1. */
export interface Stretch {
  phase: number;
  /** Null where it is not known. */
  durationMs: number | null;
  from: number;
  share: number;
}

export interface PhaseRow extends Stretch {
  reached: boolean;
  current: boolean;
}

export interface AttemptModel {
  attempt: number;
  phase: number;
  /** "failed", "end inferred"; "" while it goes on. */
  note: string;
  /** "ended 14:36:17", "since 14:33:19"; "" where it is not known. */
  when: string;
  durationMs: number | null;
  rows: PhaseRow[];
  /** All in one line, in the colours of the timeline's bar. */
  bar: Stretch[];
}

/** What a task goes through where nothing goes wrong. */
const EXPECTED = ACTIVE.filter((phase) => phase !== Phase.Paused);

/** Newest first. The open attempt ends now. */
export function attemptsOf(detail: ActionDetail, nowMs: number): AttemptModel[] {
  const isOver = isTerminal(phaseOf(detail.phase));
  return detail.attempts
    .map((attempt, i) => {
      const isNewest = i === detail.attempts.length - 1;
      const isOpen = isNewest && !isOver && attempt.endMs === null && !isTerminal(phaseOf(attempt.phase));
      return readAttempt(attempt, isOpen, nowMs, isOpen && detail.kind === "task" ? EXPECTED : []);
    })
    .reverse();
}

function readAttempt(
  attempt: Attempt,
  isOpen: boolean,
  nowMs: number,
  expected: readonly number[],
): AttemptModel {
  const { startMs, endMs, transitions } = attempt;
  const phase = phaseOf(attempt.phase);
  const untilMs = endMs ?? (isOpen ? nowMs : null);
  const wholeMs = startMs === null || untilMs === null ? null : Math.max(0, untilMs - startMs);
  const part = (ms: number) => (wholeMs ? Math.min(1, Math.max(0, ms / wholeMs)) : 0);
  const active = transitions.filter((t) => !isTerminal(phaseOf(t.phase)));
  const rows = active.map((step, i): PhaseRow => {
    const stepEndMs = step.endMs ?? active[i + 1]?.startMs ?? untilMs;
    const known = step.startMs !== null && stepEndMs !== null;
    const durationMs = known ? Math.max(0, stepEndMs - step.startMs!) : null;
    const from = known && startMs !== null ? part(step.startMs! - startMs) : 0;
    return {
      phase: phaseOf(step.phase),
      durationMs,
      from,
      share: durationMs === null ? 0 : Math.min(part(durationMs), 1 - from),
      reached: true,
      current: isOpen && i === active.length - 1,
    };
  });
  const furthest = Math.max(-1, ...rows.map((row) => expected.indexOf(row.phase as never)));
  const missing = expected.slice(furthest + 1).map(
    (next): PhaseRow => ({
      phase: next,
      durationMs: null,
      from: 0,
      share: 0,
      reached: false,
      current: false,
    }),
  );
  const bar = rows.map(({ phase: of, ...rest }, i) => ({
    ...rest,
    phase: of === Phase.Running && i === rows.length - 1 && isTerminal(phase) ? phase : of,
  }));
  return {
    attempt: attempt.attempt,
    phase,
    note: isOpen ? "" : attempt.endInferred ? "end inferred" : label(phase).toLowerCase(),
    when: whenOf(attempt, isOpen),
    durationMs: wholeMs,
    rows: [...rows, ...missing],
    bar,
  };
}

function whenOf({ startMs, endMs, endInferred }: Attempt, isOpen: boolean): string {
  if (isOpen) return startMs === null ? "" : `since ${wallClock(startMs)}`;
  return endMs === null || endInferred ? "" : `ended ${wallClock(endMs)}`;
}

/** The time of the whole action; null where its start is not known. */
export function durationOf({ startMs, endMs, phase }: ActionDetail, nowMs: number): number | null {
  if (startMs === null || (endMs === null && isTerminal(phaseOf(phase)))) return null;
  return Math.max(0, (endMs ?? nowMs) - startMs);
}

const CACHE: Readonly<Record<string, string>> = {
  hit: "from the cache",
  miss: "not in the cache",
  populated: "written to the cache",
  "lookup failure": "cache could not be read",
  "put failure": "cache could not be written",
  skipped: "cache skipped",
  evicted: "evicted from the cache",
};

/** What the cache had to do with it, in words; "" where it is off. A state that nobody knows is told as it is. */
export function cacheWords(cache: string): string {
  return CACHE[cache] ?? (cache === "" || cache === "disabled" ? "" : `cache: ${cache}`);
}

/** The one line of an action without attempts. */
export function statusLine({ kind, phase, notKept, cache }: ActionDetail): string {
  if (notKept)
    return "The backend keeps the details of this action no more. This is what its list still tells.";
  const now = phaseOf(phase);
  if (kind === "trace") return "A trace is recorded once, at its end. It has no attempts.";
  if (now === Phase.Recovered) return "Recovered from a prior run: it did not run again.";
  if (kind === "task") {
    if (cache === "hit") return "Taken from the cache: it did not run.";
    return isTerminal(now) ? "No attempts are kept, or none were reported." : "No attempts were reported.";
  }
  if (now === Phase.Paused) return "A condition: it waits for its signal.";
  if (now === Phase.Succeeded) return "A condition: its signal came.";
  if (now === Phase.TimedOut) return "A condition: no signal came in time.";
  return "A condition: it waits for a signal once it is paused.";
}
