// What the state diagram shows, in its two readings: all actions, or the selected one. Pure.

import { brief, duration, grouped, plural, spoken } from "../../core/format";
import { ACTIVE, CANONICAL_EDGES, isTerminal, label, PHASES, Phase, TERMINAL } from "../../core/phases";
import type { Census } from "../census";
import { NOWHERE, type Path, START, timeIn } from "./path";

export type Pair = readonly [number, number];

export interface NodeModel {
  /** Actions in this state now, or the selected action's visits to it. */
  amount: number;
  /** One of the actions was here. */
  visited: boolean;
  /** The run is here, or the selected action. */
  current: boolean;
  /** The timeline shows only these. */
  filtering: boolean;
  /** Attempts that ended here of actions that went on: no action failed. */
  retried: number;
  /** Not a state of local runs. */
  skipped: boolean;
}

export interface DiagramModel {
  reading: "all" | "action";
  /** The run is local: it goes from QUEUED to RUNNING, and what it calls begins RUNNING. */
  isLocal: boolean;
  /** Nothing goes on any more. */
  isOver: boolean;
  /** By phase; all of the table, then those that are not in it. */
  nodes: ReadonlyMap<number, NodeModel>;
  /** Phases that were met and are not in the table. */
  unknown: readonly number[];
  /** The run's own path, or the selected action's: the times. */
  path: Path;
  /** Of all actions: since when the one that is there longest has been there, epoch ms. */
  sinceMs: Census["sinceMs"];
  /** Conditions that wait for a person. */
  needAnswer: number;
  /** Observed transitions of the table, and outside it. */
  edges: ReadonlySet<string>;
  odd: readonly Pair[];
}

export const keyOf = ([from, to]: Pair): string => `${from}>${to}`;
const CANONICAL: ReadonlySet<string> = new Set(CANONICAL_EDGES.map(keyOf));
const LOCAL_EDGE = keyOf([Phase.Queued, Phase.Running]);
const LOCAL: ReadonlySet<string> = new Set([...CANONICAL, LOCAL_EDGE, keyOf([START, Phase.Running])]);
const NOT_LOCAL: readonly number[] = [Phase.WaitingForResources, Phase.Initializing];
const ENDED_BADLY: readonly number[] = [Phase.Failed, Phase.TimedOut];
const NOBODY: Census = { sinceMs: new Map(), failedAttempts: 0, retried: [], needAnswer: 0 };

interface Facts {
  reading: DiagramModel["reading"];
  path: Path;
  amounts: ReadonlyMap<number, number>;
  reached: ReadonlySet<number>;
  pairs: readonly Pair[];
  filter: number;
  census: Census;
  isOver: boolean;
  isLocal: boolean;
}

export interface Surroundings {
  /** The state by which the timeline is filtered; 0: none. */
  filter: number;
  isOver?: boolean;
}

/**
 * How many actions are in each state, and for how long. `root` is the run's own (a0's) way; other actions' transitions
 * light the table's lines, too. Their odd ones do not, for in a run of thousands there is always one. `inKernel`: the
 * backend is in the kernel, so the run may be a local one.
 */
export function readAll(
  counts: ReadonlyMap<number, number>,
  root: Path | null,
  others: readonly Pair[],
  { filter, isOver = false, inKernel = false }: Surroundings & { inKernel?: boolean },
  census: Census = NOBODY,
): DiagramModel {
  const path = withoutRetries(root ?? NOWHERE).path;
  const pairs = [...path.edges, ...others.filter((pair) => LOCAL.has(keyOf(pair)))];
  const reached = new Set([...path.visits.keys(), ...pairs.flat()]);
  // Whoever is in a state is there: that needs no history to be known.
  for (const [phase, n] of counts) if (n > 0) reached.add(phase);
  const isLocal =
    inKernel &&
    pairs.some((pair) => keyOf(pair) === LOCAL_EDGE) &&
    !NOT_LOCAL.some((phase) => reached.has(phase));
  return build({ reading: "all", path, amounts: counts, reached, pairs, filter, census, isOver, isLocal });
}

/** The selected action's way: visits and time in each state. Whether the run is local is read from all actions. */
export function readAction(
  whole: Path,
  { filter, isOver = false, isLocal = false }: Surroundings & { isLocal?: boolean },
): DiagramModel {
  const { path, failedAttempts } = withoutRetries(whole);
  const census = { ...NOBODY, failedAttempts };
  const reached = new Set(path.visits.keys());
  const pairs = path.edges;
  return build({
    reading: "action",
    path,
    amounts: path.visits,
    reached,
    pairs,
    filter,
    census,
    isOver,
    isLocal,
  });
}

/** An attempt that failed and was tried again is no failure of its action: it leaves no ring and no line. */
function withoutRetries(path: Path): { path: Path; failedAttempts: number } {
  const visits = new Map(path.visits);
  let failedAttempts = 0;
  for (const phase of ENDED_BADLY) {
    if (path.phase === phase || ENDED_BADLY.includes(path.phase)) continue;
    failedAttempts += visits.get(phase) ?? 0;
    visits.delete(phase);
  }
  if (failedAttempts === 0) return { path, failedAttempts };
  const edges = path.edges.filter(([, to]) => !ENDED_BADLY.includes(to));
  return { path: { ...path, visits, edges }, failedAttempts };
}

function build(facts: Facts): DiagramModel {
  const { reading, path, amounts, reached, pairs, filter, census, isOver, isLocal } = facts;
  const met = [...amounts.keys(), ...reached, path.phase].filter((p) => p !== START && !PHASES.has(p));
  const unknown = [...new Set(met)].sort((a, b) => a - b);
  const canonical = isLocal ? LOCAL : CANONICAL;
  const nodes = new Map<number, NodeModel>();
  for (const phase of [...ACTIVE, ...TERMINAL, ...unknown]) {
    nodes.set(phase, {
      amount: amounts.get(phase) ?? 0,
      visited: reached.has(phase),
      current: path.phase === phase,
      filtering: filter === phase,
      retried: phase === Phase.Failed ? census.failedAttempts : 0,
      skipped: isLocal && NOT_LOCAL.includes(phase),
    });
  }
  return {
    reading,
    isLocal,
    isOver,
    nodes,
    unknown,
    path,
    sinceMs: census.sinceMs,
    needAnswer: census.needAnswer,
    edges: new Set(pairs.map(keyOf).filter((key) => canonical.has(key))),
    odd: path.edges.filter((pair) => !canonical.has(keyOf(pair))),
  };
}

/** The unknown phase that takes the one place there is for such: the current one, else the fullest. */
export function shownUnknown({ unknown, nodes }: DiagramModel): number {
  const weight = (phase: number) => (nodes.get(phase)!.current ? Number.MAX_VALUE : nodes.get(phase)!.amount);
  return unknown.reduce((best, phase) => (best === 0 || weight(phase) > weight(best) ? phase : best), 0);
}

/** "12,345", in short "12K"; of one action "2×" from the second visit on. "" where there is nothing to say. */
export function amountText(model: DiagramModel, phase: number, short = false): string {
  const { amount, visited } = model.nodes.get(phase)!;
  if (model.reading === "action") return amount > 1 ? `${amount}×` : "";
  if (amount === 0) return visited && !model.isOver && !isTerminal(phase) ? "0" : "";
  return short ? brief(amount) : grouped(amount);
}

/** How long: of the action that is there longest, or of the selected one in all; null where it is not known. */
export function timeText(model: DiagramModel, phase: number, nowMs: number): number | null {
  if (model.reading === "action") return timeIn(model.path, phase, nowMs);
  const since = model.sinceMs.get(phase);
  return since === undefined || model.nodes.get(phase)!.amount === 0 ? null : Math.max(0, nowMs - since);
}

/** The second line, in full and in short. */
export function secondLine(model: DiagramModel, phase: number, nowMs: number): readonly [string, string] {
  const { skipped, retried, amount } = model.nodes.get(phase)!;
  if (skipped) return ["not in local runs", "not local"];
  if (retried > 0 && amount === 0) return [plural(retried, "attempt"), `${retried}`];
  const timeMs = timeText(model, phase, nowMs);
  if (timeMs === null) return ["", ""];
  const text = duration(timeMs);
  return [model.reading === "all" ? `longest ${text}` : text, text];
}

/** "Running, current, 128 actions, the longest for 3 minutes 12 seconds". */
export function nameOf(model: DiagramModel, phase: number, nowMs: number): string {
  const { amount, visited, current, retried, skipped } = model.nodes.get(phase)!;
  if (skipped) return `${label(phase)}, not in local runs`;
  const isAll = model.reading === "all";
  const timeMs = timeText(model, phase, nowMs);
  const parts = [label(phase)];
  if (current) parts.push("current");
  if (amount > 0 || (visited && isAll && !model.isOver))
    parts.push(plural(amount, isAll ? "action" : "visit"));
  if (timeMs !== null) parts.push(isAll ? `the longest for ${spoken(timeMs)}` : spoken(timeMs));
  if (retried > 0 && amount === 0) parts.push(`${plural(retried, "attempt")} of actions that went on`);
  else if (!visited && amount === 0 && !current) parts.push("not reached");
  return parts.join(", ");
}

/** "Queued to Succeeded". */
export function transitionName([from, to]: Pair): string {
  return `${from === START ? "Start" : label(from)} to ${label(to)}`;
}

/** What the numbers and the second lines mean. */
export function captionOf(model: DiagramModel): string {
  if (model.reading === "all") {
    return model.isOver
      ? "how many actions ended there"
      : "how many are there now · how long the longest has been there";
  }
  const { attempts } = model.path;
  if (attempts < 2) return "time in each state";
  return `time in each state, over ${attempts} attempts · 2× = twice`;
}
