// Who is where now: since when the action that is there longest has been there, and how many attempts failed of actions
// that went on.
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Actions } from "../core/actions";
import { isTerminal, Phase } from "../core/phases";
import { Kind, Seg } from "../core/protocol";
import type { Store } from "../core/store";

export interface Census {
  /** By active phase, epoch ms; without it: nobody is there, or nobody's start is known. */
  sinceMs: ReadonlyMap<number, number>;
  /** Attempts that failed of actions that go on, or ended otherwise; and those actions. */
  failedAttempts: number;
  retried: readonly string[];
  /** Conditions that wait for a person. */
  needAnswer: number;
}

const kept = new WeakMap<Store, ReadonlySignal<Census>>();

/** The census of a run, taken once for all its views after each change. */
export function censusIn(store: Store): ReadonlySignal<Census> {
  const known = kept.get(store);
  if (known) return known;
  const census = computed(() => {
    void store.revision.value;
    return censusOf(store.actions);
  });
  kept.set(store, census);
  return census;
}

const ENDED_BADLY: readonly number[] = [Phase.Failed, Phase.TimedOut];

export function censusOf(actions: Actions): Census {
  const sinceMs = new Map<number, number>();
  let failedAttempts = 0;
  let needAnswer = 0;
  const retried: string[] = [];
  for (let row = 0; row < actions.count; row++) {
    const phase = actions.phase[row]!;
    if (actions.attempts[row]! > 1 && !ENDED_BADLY.includes(phase)) {
      failedAttempts += actions.attempts[row]! - 1;
      retried.push(actions.id[row]!);
    }
    if (isTerminal(phase)) continue;
    if (phase === Phase.Paused && actions.kind[row] === Kind.Condition) needAnswer++;
    const ms = actions.baseMs + enteredMs(actions, row, phase);
    if (ms < (sinceMs.get(phase) ?? Number.POSITIVE_INFINITY)) sinceMs.set(phase, ms);
  }
  return { sinceMs, failedAttempts, retried, needAnswer };
}

/** When an action came into the phase in which it is; NaN where that is not known. */
function enteredMs(actions: Actions, row: number, phase: number): number {
  const last = actions.segFrom[row]! + actions.segCount[row]! - 1;
  if (actions.segCount[row]! === 0) return phase === Phase.Queued ? actions.createdMs[row]! : Number.NaN;
  // One stretch for the whole life says nothing of a single phase.
  const isWhole = (actions.segFlags[last]! & Seg.StatusOnly) !== 0;
  return isWhole || actions.segPhase[last] !== phase ? Number.NaN : actions.segStartMs[last]!;
}
