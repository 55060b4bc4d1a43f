// How many actions are where: numbers for the strip and words beside it. Pure.
import { brief, grouped } from "../../core/format";
import { isTerminal, label, Phase, phaseOf, REPORTED_COUNTS, STACK_ORDER } from "../../core/phases";

export interface Count {
  phase: number;
  n: number;
}

export interface Tally {
  total: number;
  done: number;
  active: number;
  /** In the order of the strip, zeros left out. */
  parts: Count[];
}

/** `counts` by SDK value, as in the trait. Phases that nobody knows come last, as active. */
export function tally(counts: Readonly<Record<string, number>>): Tally {
  const known = new Map<number, number>();
  for (const [value, n] of Object.entries(counts)) {
    const phase = phaseOf(value);
    if (n > 0) known.set(phase, (known.get(phase) ?? 0) + n);
  }
  const place = (phase: number) =>
    STACK_ORDER.includes(phase) ? STACK_ORDER.indexOf(phase) : STACK_ORDER.length;
  const parts = [...known]
    .map(([phase, n]) => ({ phase, n }))
    .sort((a, b) => place(a.phase) - place(b.phase));
  const total = parts.reduce((sum, part) => sum + part.n, 0);
  const done = parts.reduce((sum, part) => sum + (isTerminal(part.phase) ? part.n : 0), 0);
  return { total, done, active: total - done, parts };
}

/** How many are in one of these phases. */
export const countIn = ({ parts }: Tally, ...phases: number[]): number =>
  parts.reduce((sum, { phase, n }) => sum + (phases.includes(phase) ? n : 0), 0);

/** With more than so many, the words would leave no room for the strip. */
const MANY = 3;

/**
 * What is told beside the strip: while live what runs and what went wrong, at the end how it ended. `brief`, or where
 * it is much: without what went well where something else is to be reported, for that is the rest.
 */
export function reported(sums: Tally, over: boolean, brief: boolean): Count[] {
  const all = REPORTED_COUNTS[over ? "ended" : "going"].flatMap((phase) =>
    sums.parts.filter((part) => part.phase === phase),
  );
  const well: readonly number[] = [Phase.Succeeded, Phase.Recovered];
  const bad = all.filter(({ phase }) => !well.includes(phase));
  return (brief || all.length > MANY) && bad.length > 0 ? bad : all;
}

/** "37/50"; where that takes more than seven letters in short: "12K/12K". */
export function fraction({ done, total }: Tally): string {
  const exact = `${grouped(done)}/${grouped(total)}`;
  if (total === 0) return "";
  return exact.length > 7 ? `${brief(done)}/${brief(total)}` : exact;
}

export const words = ({ phase, n }: Count): string => `${grouped(n)} ${label(phase).toLowerCase()}`;
