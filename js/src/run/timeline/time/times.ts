// The times of an action, completed: every attempt and segment gets a start and an end. Pure.
// The static view does the same (widgets/static_view/spans.py): tests/vectors/runs.json.
// All times are milliseconds from the block's base. No result is NaN. Negative durations count as 0.
import type { Actions } from "../../../core/actions";
import { isTerminal, Phase } from "../../../core/phases";
import { Seg } from "../../../core/protocol";

export interface Clock {
  /** The end of what is open. */
  nowMs: number;
  /** The run is over: nothing grows any more, whatever the backend still says of it. */
  runOver: boolean;
}

/** Actions may outlive their run by as much: their abort takes its time. */
const OUTLIVE_MS = 3_600_000;

/** No action can have a time like this: a clock or a zone is wrong somewhere. */
const isAbsurd = (ms: number, { nowMs }: Clock): boolean => ms > nowMs + OUTLIVE_MS;

/**
 * A time as it can be: nothing has happened after now, nor long after the run's end. What claims to counts as then, so
 * that no bar lies right of now, and one year 9999 does not make all the rest invisible.
 */
export function believed(ms: number, clock: Clock): number {
  return ms > clock.nowMs && (!clock.runOver || isAbsurd(ms, clock)) ? clock.nowMs : ms;
}

export interface Span {
  phase: number;
  startMs: number;
  endMs: number;
  open: boolean;
}

export interface AttemptSpan {
  attempt: number;
  startMs: number;
  endMs: number;
  open: boolean;
  /** The phase it ended in; 0: not ended, or not known. */
  outcome: number;
  startInferred: boolean;
  endInferred: boolean;
  /** The run is over, and of this attempt no end was reported. */
  noEnd: boolean;
  /** "seen": the phases' times are those at which this client saw them; "status": only the latest phase is known. */
  known: Known;
  spans: Span[];
}

export interface RowTimes {
  createdMs: number;
  /** Of the first attempt; of what is known where there is none. */
  startMs: number;
  endMs: number;
  open: boolean;
  attempts: AttemptSpan[];
}

/** How well the phases in between are known. */
export type Known = "all" | "seen" | "status";

/** When what is open in this row ends. */
export function limitMs(actions: Actions, row: number, clock: Clock): number {
  const ended = actions.endedMs[row]!;
  if (Number.isFinite(ended)) return believed(ended, clock);
  if (!isTerminal(actions.phase[row]!)) return clock.nowMs;
  // It has ended, and nobody says when: the latest time that is known of it.
  let latest = Number.isFinite(actions.createdMs[row]!) ? actions.createdMs[row]! : Number.NEGATIVE_INFINITY;
  const from = actions.segFrom[row]!;
  for (let k = from; k < from + actions.segCount[row]!; k++) {
    if (actions.segStartMs[k]! > latest) latest = actions.segStartMs[k]!;
    if (actions.segEndMs[k]! > latest) latest = actions.segEndMs[k]!;
  }
  return latest > Number.NEGATIVE_INFINITY ? believed(latest, clock) : clock.nowMs;
}

/** Start of segment k, or the end of what was before it where there is none. */
export function startOf(actions: Actions, k: number, beforeMs: number, clock: Clock): number {
  const start = actions.segStartMs[k]!;
  return Number.isFinite(start) ? believed(start, clock) : beforeMs;
}

/** End of segment k: its own, else the start of the next, else the limit; never before its start. */
export function endOf(
  actions: Actions,
  k: number,
  lastK: number,
  startMs: number,
  limit: number,
  clock: Clock,
): number {
  let end = actions.segEndMs[k]!;
  if (!Number.isFinite(end)) {
    const next = k < lastK ? actions.segStartMs[k + 1]! : Number.NaN;
    end = Number.isFinite(next) ? next : limit;
  }
  return Math.max(startMs, believed(end, clock));
}

export function timesOf(actions: Actions, row: number, clock: Clock): RowTimes {
  const phase = actions.phase[row]!;
  const limit = limitMs(actions, row, clock);
  const rowOver = isTerminal(phase);
  const from = actions.segFrom[row]!;
  const lastK = from + actions.segCount[row]! - 1;
  const created = believed(actions.createdMs[row]!, clock);
  const ended = actions.endedMs[row]!;
  const attempts: AttemptSpan[] = [];
  let before = Number.isFinite(created) ? created : limit;
  let current: AttemptSpan | undefined;
  for (let k = from; k <= lastK; k++) {
    const attempt = actions.segAttempt[k]!;
    const flags = actions.segFlags[k]!;
    const segPhase = actions.segPhase[k]!;
    const startMs = startOf(actions, k, before, clock);
    const endMs = endOf(actions, k, lastK, startMs, limit, clock);
    before = endMs;
    if (current?.attempt !== attempt) {
      const startInferred = (flags & Seg.StartInferred) !== 0;
      const spans: Span[] = [];
      current = {
        attempt,
        startMs,
        endMs,
        open: false,
        outcome: 0,
        startInferred,
        endInferred: false,
        noEnd: false,
        known: "all",
        spans,
      };
      attempts.push(current);
    }
    const unended = !Number.isFinite(actions.segEndMs[k]!) && k === lastK && !isTerminal(segPhase);
    current.endMs = Math.max(current.endMs, endMs);
    current.open = unended && !rowOver && !clock.runOver;
    current.noEnd = unended && !rowOver && clock.runOver;
    // An action's end is the backend's word even where its phases were only seen.
    const seenEnd = (flags & Seg.Observed) !== 0 && !(Number.isFinite(ended) && endMs >= ended);
    const absurd = isAbsurd(actions.segEndMs[k]!, clock) || (rowOver && isAbsurd(ended, clock));
    current.endInferred = (flags & Seg.EndInferred) !== 0 || seenEnd || absurd || (unended && rowOver);
    if (flags & Seg.StatusOnly) current.known = "status";
    else if (flags & Seg.Observed) current.known = "seen";
    if (isTerminal(segPhase)) current.outcome = segPhase;
    // A terminal phase has no length of its own, but where it is all that is known, it stands for the whole.
    if (!isTerminal(segPhase) || endMs > startMs) {
      current.spans.push({ phase: segPhase, startMs, endMs, open: current.open });
    }
  }
  for (const [i, attempt] of attempts.entries()) {
    if (attempt.outcome !== 0) continue;
    // The backend never says that a retried attempt failed: the next one just starts.
    if (i < attempts.length - 1) {
      attempt.outcome = Phase.Failed;
      attempt.endInferred = true;
      attempt.open = attempt.noEnd = false;
    } else if (rowOver) attempt.outcome = phase;
  }
  if (attempts.length === 0 && rowOver && Number.isFinite(created) && phase !== Phase.Recovered) {
    const spans = [{ phase, startMs: created, endMs: Math.max(created, limit), open: false }];
    attempts.push({
      attempt: 1,
      startMs: created,
      endMs: Math.max(created, limit),
      open: false,
      outcome: phase,
      startInferred: false,
      endInferred: !Number.isFinite(ended) || isAbsurd(ended, clock),
      noEnd: false,
      known: "status",
      spans,
    });
  }
  const first = attempts[0];
  const last = attempts.at(-1);
  const startMs = first?.startMs ?? (Number.isFinite(created) ? created : limit);
  return {
    createdMs: Number.isFinite(created) ? Math.min(created, startMs) : startMs,
    startMs,
    endMs: Math.max(startMs, last?.endMs ?? limit),
    open: last ? last.open : !rowOver && !clock.runOver,
    attempts,
  };
}
