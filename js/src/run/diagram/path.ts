// How one action went through the states: visits, times and transitions, over all its attempts. Pure. The static view
// has the same (widgets/static_view/paths.py): tests/vectors/runs.json.
// Only what the backend reported counts: where no transitions are known there are no times and no edges.
import type { Actions } from "../../core/actions";
import { Changes } from "../../core/changes";
import { isTerminal, phaseOf } from "../../core/phases";
import { type ActionDetail, Seg } from "../../core/protocol";

/** Where every attempt begins. */
export const START = 0;
const EARLIER = Seg.Observed | Seg.StatusOnly;

export interface Step {
  phase: number;
  startMs: number | null;
  endMs: number | null;
}

/** One action, from its details or from the columns. */
export interface Life {
  /** Where it is now; 0: not known. */
  phase: number;
  endMs: number | null;
  attempts: readonly { phase: number; endMs: number | null; steps: readonly Step[] }[];
}

export interface Path {
  phase: number;
  attempts: number;
  visits: ReadonlyMap<number, number>;
  /** Time in each active phase; a phase without a known time is not in it. The open stretch is not counted. */
  closedMs: ReadonlyMap<number, number>;
  /** The stretch that is going on. */
  open: { phase: number; startMs: number } | null;
  /** Transitions in the order in which they first occurred; from START = 0. */
  edges: readonly (readonly [number, number])[];
}

export const NOWHERE: Path = {
  phase: 0,
  attempts: 0,
  visits: new Map(),
  closedMs: new Map(),
  open: null,
  edges: [],
};

export function lifeOfDetail(detail: ActionDetail): Life {
  return {
    phase: phaseOf(detail.phase),
    endMs: detail.endMs,
    attempts: detail.attempts.map(({ phase, endMs, transitions }) => ({
      phase: phaseOf(phase),
      endMs,
      steps: transitions.map((t) => ({ phase: phaseOf(t.phase), startMs: t.startMs, endMs: t.endMs })),
    })),
  };
}

/** What the columns have of an action, before its details are here. */
export function lifeOfRow(actions: Actions, row: number): Life {
  const at = (ms: number) => (Number.isNaN(ms) ? null : actions.baseMs + ms);
  const attempts = new Map<number, Step[]>();
  const from = actions.segFrom[row]!;
  for (let i = from; i < from + actions.segCount[row]!; i++) {
    const steps = attempts.get(actions.segAttempt[i]!) ?? [];
    attempts.set(actions.segAttempt[i]!, steps);
    if ((actions.segFlags[i]! & EARLIER) !== 0) continue;
    const [startMs, endMs] = [at(actions.segStartMs[i]!), at(actions.segEndMs[i]!)];
    steps.push({ phase: actions.segPhase[i]!, startMs, endMs });
  }
  const phase = actions.phase[row]!;
  return {
    phase,
    endMs: at(actions.endedMs[row]!),
    attempts: [...attempts.values()].map((steps) => ({ phase: 0, endMs: null, steps })),
  };
}

export function pathOf(life: Life): Path {
  const visits = new Map<number, number>();
  const closedMs = new Map<number, number>();
  const edges = new Map<string, readonly [number, number]>();
  let open: Path["open"] = null;
  const visit = (phase: number) => visits.set(phase, (visits.get(phase) ?? 0) + 1);
  const go = (from: number, to: number) => {
    if (from !== to) edges.set(`${from}>${to}`, [from, to]);
  };
  for (const [i, { phase, endMs, steps }] of life.attempts.entries()) {
    let before = START;
    for (const [k, step] of steps.entries()) {
      visit(step.phase);
      // An outcome has no length. One that has was put together from the status: it hides what came before.
      const wholeLife =
        isTerminal(step.phase) && (step.endMs ?? 0) > (step.startMs ?? Number.POSITIVE_INFINITY);
      if (!wholeLife) go(before, step.phase);
      before = step.phase;
      if (step.startMs === null || isTerminal(step.phase)) continue;
      const until = step.endMs ?? steps[k + 1]?.startMs ?? endMs ?? life.endMs;
      const spentMs = until === null ? 0 : Math.max(0, until - step.startMs);
      if (until !== null) closedMs.set(step.phase, (closedMs.get(step.phase) ?? 0) + spentMs);
      else if (i === life.attempts.length - 1 && !isTerminal(life.phase))
        open = { phase: step.phase, startMs: step.startMs };
    }
    // The outcome of an attempt may be told without a transition into it.
    if (isTerminal(phase) && before !== phase) {
      visit(phase);
      if (before !== START) go(before, phase);
    }
  }
  if (life.phase !== 0 && !visits.has(life.phase)) visit(life.phase);
  return {
    phase: life.phase,
    attempts: life.attempts.length,
    visits,
    closedMs,
    open,
    edges: [...edges.values()],
  };
}

/** Time in a phase so far; null where it is not known. */
export function timeIn(path: Path, phase: number, nowMs: number): number | null {
  const closed = path.closedMs.get(phase);
  if (path.open?.phase !== phase) return closed ?? null;
  return (closed ?? 0) + Math.max(0, nowMs - path.open.startMs);
}

/**
 * Transitions that any action of a run made, by the histories that are known. Only what has come since is read anew:
 * a run may have 100,000 actions, and is read five times a second.
 */
export class TransitionsOfAll {
  readonly #changes = new Changes();
  readonly #seen = new Uint8Array(256 * 256);
  #snapshots = -1;
  #pairs: [number, number][] = [];

  /** As [from, to]; the same array while there are no others. */
  read(actions: Actions): [number, number][] {
    const { segFrom, segCount, segPhase, segAttempt, segFlags, snapshots } = actions;
    const seen = this.#seen;
    let isNew = snapshots !== this.#snapshots;
    if (isNew) seen.fill(0);
    this.#snapshots = snapshots;
    for (const row of this.#changes.take(actions)) {
      const from = segFrom[row]!;
      const until = from + segCount[row]!;
      let before = START;
      for (let i = from; i < until; i++) {
        if (i === from || segAttempt[i] !== segAttempt[i - 1]) before = START;
        const phase = segPhase[i]!;
        const at = before * 256 + phase;
        if ((segFlags[i]! & EARLIER) !== 0) continue;
        // An attempt that failed and was tried again is no failure of its action.
        const isRetried = isTerminal(phase) && phase !== actions.phase[row];
        if (!isRetried && before !== phase && seen[at] === 0) {
          seen[at] = 1;
          isNew = true;
        }
        before = phase;
      }
    }
    if (isNew) {
      this.#pairs = [];
      for (let at = seen.indexOf(1); at >= 0; at = seen.indexOf(1, at + 1))
        this.#pairs.push([at >> 8, at & 255]);
    }
    return this.#pairs;
  }
}
