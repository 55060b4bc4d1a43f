// What the state diagram shows, in its two readings: all actions, or the selected one. Pure.

import { brief, grouped, plural, spoken } from "../../core/format";
import { ACTIVE, CANONICAL_EDGES, isTerminal, label, PHASES, TERMINAL } from "../../core/phases";
import { NOWHERE, type Path, START, timeIn } from "./path";

export type Pair = readonly [number, number];

export interface NodeModel {
  /** Actions in this state now, or the selected action's visits to it. */
  amount: number;
  visited: boolean;
  current: boolean;
  /** The timeline shows only these. */
  filtering: boolean;
}

export interface DiagramModel {
  reading: "all" | "action";
  /** By phase; all of the table, then those that are not in it. */
  nodes: ReadonlyMap<number, NodeModel>;
  /** Phases that were met and are not in the table. */
  unknown: readonly number[];
  /** The run's own path, or the selected action's: the times. */
  path: Path;
  /** Observed transitions of the table, and outside it. */
  edges: ReadonlySet<string>;
  odd: readonly Pair[];
}

export const keyOf = ([from, to]: Pair): string => `${from}>${to}`;
const CANONICAL: ReadonlySet<string> = new Set(CANONICAL_EDGES.map(keyOf));

/**
 * How many actions are in each state, and the run's (a0's) way and time. Other actions' transitions light the table's
 * lines, too; their odd ones do not, for in a run of thousands there is always one.
 */
export function readAll(
  counts: ReadonlyMap<number, number>,
  root: Path | null,
  others: readonly Pair[],
  filter: number,
): DiagramModel {
  const path = root ?? NOWHERE;
  const edges = [...path.edges, ...others.filter((pair) => CANONICAL.has(keyOf(pair)))];
  const reached = new Set([...path.visits.keys(), ...edges.flat()]);
  // Whoever is in a terminal state ended there: that needs no history to be known.
  for (const [phase, n] of counts) if (n > 0 && isTerminal(phase)) reached.add(phase);
  return build("all", path, counts, reached, edges, filter);
}

/** The selected action's way: visits and time in each state. */
export function readAction(path: Path, filter: number): DiagramModel {
  return build("action", path, path.visits, new Set(path.visits.keys()), path.edges, filter);
}

function build(
  reading: DiagramModel["reading"],
  path: Path,
  amounts: ReadonlyMap<number, number>,
  reached: ReadonlySet<number>,
  pairs: readonly Pair[],
  filter: number,
): DiagramModel {
  const met = [...amounts.keys(), ...reached, path.phase].filter((p) => p !== START && !PHASES.has(p));
  const unknown = [...new Set(met)].sort((a, b) => a - b);
  const nodes = new Map<number, NodeModel>();
  for (const phase of [...ACTIVE, ...TERMINAL, ...unknown]) {
    nodes.set(phase, {
      amount: amounts.get(phase) ?? 0,
      visited: reached.has(phase),
      current: path.phase === phase,
      filtering: filter === phase,
    });
  }
  return {
    reading,
    nodes,
    unknown,
    path,
    edges: new Set(pairs.map(keyOf).filter((key) => CANONICAL.has(key))),
    odd: path.edges.filter((pair) => !CANONICAL.has(keyOf(pair))),
  };
}

/** The unknown phase that takes the one place there is for such: the current one, else the fullest. */
export function shownUnknown({ unknown, nodes }: DiagramModel): number {
  const weight = (phase: number) => (nodes.get(phase)!.current ? Number.MAX_VALUE : nodes.get(phase)!.amount);
  return unknown.reduce((best, phase) => (best === 0 || weight(phase) > weight(best) ? phase : best), 0);
}

/** "12,345", "2×", and in short "12K"; "" where there is nothing to say. */
export function amountText(model: DiagramModel, phase: number, short = false): string {
  const { amount, visited } = model.nodes.get(phase)!;
  if (amount === 0 && !visited) return "";
  const text = short ? brief(amount) : grouped(amount);
  return model.reading === "all" ? text : `${text}×`;
}

/** "Running, current, 128 actions, 3 minutes 12 seconds". */
export function nameOf(model: DiagramModel, phase: number, nowMs: number): string {
  const { amount, visited, current } = model.nodes.get(phase)!;
  const timeMs = timeIn(model.path, phase, nowMs);
  const parts = [label(phase)];
  if (current) parts.push("current");
  parts.push(model.reading === "all" ? plural(amount, "action") : plural(amount, "visit"));
  if (timeMs !== null) parts.push(spoken(timeMs));
  else if (!visited && amount === 0) parts[parts.length - 1] = "not reached";
  return parts.join(", ");
}

/** "Queued to Succeeded". */
export function transitionName([from, to]: Pair): string {
  return `${from === START ? "Start" : label(from)} to ${label(to)}`;
}

/** What the second lines mean. */
export function captionOf(model: DiagramModel, brief: boolean): string {
  if (model.reading === "all") return brief ? "now · time" : "actions now · time of the run";
  const { attempts } = model.path;
  if (brief || attempts === 0) return "visits · time";
  return attempts === 1 ? "visits · time of attempt 1" : `visits · time over ${attempts} attempts`;
}
