// What a row says: to a screen reader, in its label, in its tooltip. Pure.
import { clockRange, duration, grouped, plural, wallClock } from "../../../core/format";
import { isActive, isTerminal, label, NEEDS_ANSWER } from "../../../core/phases";
import type { TimelineModel } from "../model";
import { type AttemptSpan, type RowTimes, timesOf } from "../time/times";
import { isFailure, needsAnswer } from "./failures";

/** "1m 28s" as a screen reader says it well: "1 m 28 s". */
const spaced = (text: string): string => text.replace(/(\d)([a-z])/g, "$1 $2");

/** "train_model, running, 3 m 12 s, attempt 2". */
export function actionName(model: TimelineModel, row: number, times: RowTimes): string {
  const { actions } = model;
  const attempt = actions.attempts[row]!;
  return [
    model.labelOf(row),
    needsAnswer(actions, row) ? NEEDS_ANSWER : label(actions.phase[row]!).toLowerCase(),
    spaced(duration(times.endMs - times.startMs)),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ].join(", ");
}

/** "square, 40 actions, 32 succeeded, 7 running, 1 failed". */
export function foldName(name: string, size: number, counts: ReadonlyMap<number, number>): string {
  return [
    name,
    plural(size, "action"),
    ...inReadingOrder(counts).map(([p, n]) => `${n} ${label(p).toLowerCase()}`),
  ].join(", ");
}

/** What went well, what goes on, what went wrong: the last catches the eye at the end of the line. */
export function inReadingOrder(counts: ReadonlyMap<number, number>): [phase: number, count: number][] {
  const place = (phase: number): number => (phase === 5 || phase === 10 ? 0 : isTerminal(phase) ? 2 : 1);
  return [...counts].filter(([, n]) => n > 0).sort(([a], [b]) => place(a) - place(b));
}

/** Those that a narrow place has room for: failures, then the most numerous; in reading order. */
export function mainKinds(
  counts: ReadonlyMap<number, number>,
  most: number,
): [phase: number, count: number][] {
  const kinds = inReadingOrder(counts);
  const weight = ([phase, n]: [number, number]): number => (isFailure(phase) ? Number.POSITIVE_INFINITY : n);
  const chosen = new Set([...kinds].sort((a, b) => weight(b) - weight(a)).slice(0, most));
  return kinds.filter((kind) => chosen.has(kind));
}

export interface TooltipText {
  title: string;
  aside: string;
  lines: { phase: number; text: string; value: string; strong: boolean }[];
  footer: string[];
}

export function tooltipOf(
  model: TimelineModel,
  index: number,
  atMs: number,
  countsOf: (bucket: number) => ReadonlyMap<number, number>,
): TooltipText {
  const item = model.order.item[index]!;
  if (item >= 0) return actionTooltip(model, item, atMs);
  const bucket = -1 - item;
  const size = model.order.sizeOf(bucket);
  return {
    title: model.tree.labelOf(bucket),
    aside: plural(size, "action"),
    lines: inReadingOrder(countsOf(bucket)).map(([phase, n]) => ({
      phase,
      text: label(phase),
      value: grouped(n),
      strong: isActive(phase),
    })),
    footer: [`Click to ${model.order.fold[index] === 2 ? "fold" : "unfold"}`],
  };
}

function actionTooltip(model: TimelineModel, row: number, atMs: number): TooltipText {
  const { actions, clock } = model;
  const times = timesOf(actions, row, clock);
  const attempt = nearest(times.attempts, atMs);
  const title = model.labelOf(row);
  const place = model.placeOf(row);
  const which = place ? [`number ${place.index + 1} of ${grouped(place.of)} by when it was queued`] : [];
  if (!attempt) {
    const phase = actions.phase[row]!;
    const value = times.open ? duration(clock.nowMs - times.createdMs) : "";
    return {
      title,
      aside: "not started",
      lines: [{ phase, text: label(phase), value, strong: times.open }],
      footer: [`created ${wallClock(actions.baseMs + times.createdMs)}`, ...which],
    };
  }
  const byPhase = new Map<number, { ms: number; open: boolean }>();
  for (const { phase, startMs, endMs, open } of attempt.spans) {
    const sum = byPhase.get(phase) ?? { ms: 0, open: false };
    byPhase.set(phase, { ms: sum.ms + endMs - startMs, open: sum.open || open });
  }
  return {
    title,
    aside: `attempt ${attempt.attempt}`,
    lines: [...byPhase].map(([phase, { ms, open }]) => ({
      phase,
      text: label(phase),
      value: duration(ms),
      strong: open,
    })),
    footer: [...ending(attempt, actions.baseMs), ...which],
  };
}

const KNOWN = {
  all: [],
  seen: ["phases as seen from here"],
  status: ["phases not read yet"],
} as const;

function ending(attempt: AttemptSpan, baseMs: number): string[] {
  const { startMs, endMs, outcome } = attempt;
  if (attempt.open) {
    const since = attempt.spans.findLast((span) => span.open)?.startMs ?? startMs;
    return [`since ${wallClock(baseMs + since)}, still open`, ...KNOWN[attempt.known]];
  }
  const how = outcome === 0 ? "" : `, ${label(outcome).toLowerCase()}`;
  const end = attempt.noEnd ? ["no end reported"] : attempt.endInferred ? ["end inferred"] : [];
  return [`${clockRange(baseMs + startMs, baseMs + endMs)}${how}`, ...end, ...KNOWN[attempt.known]];
}

function nearest(attempts: readonly AttemptSpan[], atMs: number): AttemptSpan | undefined {
  const distance = ({ startMs, endMs }: AttemptSpan) => Math.max(startMs - atMs, atMs - endMs, 0);
  return attempts.reduce<AttemptSpan | undefined>(
    (best, attempt) => (!best || distance(attempt) < distance(best) ? attempt : best),
    undefined,
  );
}
