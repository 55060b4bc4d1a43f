// What went wrong with an attempt, and why it waits. Pure.
import { isTerminal, Phase, phaseOf } from "../../core/phases";
import type { ActionDetail, Attempt, ClusterEvent, ErrorInfo } from "../../core/protocol";

/** The phase in which an attempt is now: its last transition's, for the status lags behind after a retry. */
export function phaseNow(detail: ActionDetail, attempt: Attempt | undefined): number {
  if (!attempt || attempt !== detail.attempts.at(-1)) return attempt ? phaseOf(attempt.phase) : 0;
  if (isTerminal(phaseOf(detail.phase))) return phaseOf(detail.phase);
  return phaseOf(attempt.transitions.at(-1)?.phase ?? attempt.phase);
}

/** The error of an attempt; the action's own belongs to its newest. */
export function errorOf(detail: ActionDetail, attempt: Attempt | undefined): ErrorInfo | null {
  const isNewest = attempt === detail.attempts.at(-1);
  return attempt?.error ?? (isNewest ? detail.error : null);
}

/** "exit code 1", where the code or the text says so. */
export function exitCode({ code, message }: ErrorInfo): string {
  const found = /\bexit(?:ed)?[ _-]?(?:with )?(?:code|status)[ :=]*(-?\d+)/i.exec(`${code}\n${message}`);
  return found ? `exit code ${found[1]}` : "";
}

/** A longer text without a traceback: its last line is its end, as it is in a log. */
const SHORT_LINES = 4;

/** The begin of an exception group, and the line below its frames: what it holds follows, further in. */
const GROUP = /^\s*\+ Exception Group Traceback \(most recent call last\):/;
const GROUP_ITSELF = /^\s*\| \S/;

/**
 * A text, and what it ends in: all after a traceback's last indented line, of an exception group itself and all that
 * it holds; a short text is all end.
 */
export function splitMessage(message: string): [head: string, end: string] {
  const lines = message.trimEnd().split("\n");
  const group = lines.findLastIndex((line) => GROUP.test(line));
  const itself = lines.findIndex((line, at) => at > group && GROUP_ITSELF.test(line));
  // What raised it again stands below it: then that is the end.
  if (group >= 0 && itself >= 0 && lines.slice(itself).every((line) => /^\s+\S|^$/.test(line)))
    return [lines.slice(0, itself).join("\n"), lines.slice(itself).join("\n")];
  let from = lines.findLastIndex((line) => /^\s+\S/.test(line)) + 1;
  // Cut off inside of a traceback, or none at all.
  if (from === 0 || from === lines.length) from = lines.length > SHORT_LINES ? lines.length - 1 : 0;
  return [lines.slice(0, from).join("\n"), lines.slice(from).join("\n")];
}

export interface Waiting {
  /** "Why waiting:", "Waited 42 s for resources:". */
  waitedMs: number | null;
  text: string;
  /** A resource's name, after the text. */
  code: string;
}

/** Why an attempt waits, or why it waited; null where nothing was told. */
export function waitingOf(attempt: Attempt | undefined, nowPhase: number): Waiting | null {
  if (!attempt) return null;
  const warning = attempt.events.findLast((event) => event.warning);
  const { Queued, WaitingForResources, Initializing } = Phase;
  if (([Queued, WaitingForResources, Initializing] as number[]).includes(nowPhase)) {
    const event = warning ?? (nowPhase === WaitingForResources ? attempt.events.at(-1) : undefined);
    return event ? { waitedMs: null, ...plainWords(event, "have") } : null;
  }
  const wait = attempt.transitions.find((t) => phaseOf(t.phase) === WaitingForResources);
  if (!wait || wait.startMs === null || wait.endMs === null) return null;
  const { startMs, endMs } = wait;
  const during = attempt.events.findLast(
    ({ warning: isWarning, atMs }) => isWarning && atMs !== null && atMs >= startMs && atMs <= endMs,
  );
  return during ? { waitedMs: endMs - startMs, ...plainWords(during, "had") } : null;
}

/** Kubernetes' "0/12 nodes are available: 12 Insufficient cpu." in plain words; all else as it is. */
function plainWords({ message, reason }: ClusterEvent, verb: string): { text: string; code: string } {
  const none = /^0\/(\d+) nodes (?:are )?available: \1 insufficient ([\w./-]+?)\.?(?: preemption:.*)?$/is;
  const found = none.exec(message.trim());
  if (found) return { text: `${found[1]} of ${found[1]} nodes ${verb} no free `, code: found[2]! };
  return { text: message.trim() || reason, code: "" };
}
