// One action's row as boxes in pixels. Pure: no canvas, no colours, only phases.
import type { Actions } from "../../../core/actions";
import { isTerminal, Phase } from "../../../core/phases";
import type { Scale } from "./scale";
import { type AttemptSpan, type Clock, type RowTimes, timesOf } from "./times";

export interface Box {
  x0: number;
  x1: number;
  /** Whose colour and pattern it has. */
  phase: number;
  /** Ends at now: fades. */
  open: boolean;
  /** A run of segments under a pixel, drawn as fine lines. */
  dense: boolean;
  /** Rounded: the outer ends of an attempt. */
  left: boolean;
  right: boolean;
}

export interface Cap {
  phase: number;
  /** The glyph's middle. */
  x: number;
  /** Inside of a solid box, in the colour that stands on it; else bare, after the box. */
  inside: boolean;
}

export interface RowBoxes {
  boxes: Box[];
  caps: Cap[];
  /** Dashed lines: the end before it, or the start after it, is not the backend's word. */
  dashes: number[];
  /** Created, not started. */
  dots: { x0: number; x1: number }[];
}

export const CAP_INSIDE_PX = 10;
export const CAP_OUTSIDE_PX = 12;
const CAP_ROOM_PX = 18;
const GAP_PX = 1;
/** Attempts that follow at once still look like two, with room for the dashed line. */
const ATTEMPT_GAP_PX = 4;
const DOTS_FROM_PX = 5;
/** What lies further outside is cut, or canvases overflow at deep zoom. */
const OUTSIDE_PX = 40;

/** Boxes of an action. `isSolid` tells the phases whose fill carries a glyph. */
export function rowBoxes(
  actions: Actions,
  row: number,
  clock: Clock,
  scale: Scale,
  isSolid: (phase: number) => boolean,
): RowBoxes {
  return boxesOf(timesOf(actions, row, clock), actions.phase[row]!, clock, scale, isSolid);
}

export function boxesOf(
  times: RowTimes,
  rowPhase: number,
  clock: Clock,
  scale: Scale,
  isSolid: (phase: number) => boolean,
): RowBoxes {
  const result: RowBoxes = { boxes: [], caps: [], dashes: [], dots: [] };
  const minX = scale.x0 - OUTSIDE_PX;
  const maxX = scale.x1 + OUTSIDE_PX;
  const dotsUntil = times.attempts.length > 0 ? times.startMs : times.open ? clock.nowMs : times.createdMs;
  const dots = { x0: Math.max(minX, scale.x(times.createdMs)), x1: Math.min(maxX, scale.x(dotsUntil) - 4) };
  if (dots.x1 - dots.x0 >= DOTS_FROM_PX) result.dots.push(dots);
  if (times.attempts.length === 0 && !times.open && isTerminal(rowPhase)) {
    pushCap(
      result,
      { phase: rowPhase, x: scale.x(times.startMs) + CAP_OUTSIDE_PX / 2, inside: false },
      scale,
    );
  }
  for (const [i, attempt] of times.attempts.entries()) {
    const next = times.attempts[i + 1];
    const nextX = next ? scale.x(next.startMs) : Number.POSITIVE_INFINITY;
    const x0 = scale.x(attempt.startMs);
    let x1 = Math.max(x0 + 1, scale.x(attempt.endMs));
    if (nextX - x1 < ATTEMPT_GAP_PX) x1 = Math.max(x0 + 1, nextX - ATTEMPT_GAP_PX);
    if (x1 < minX || x0 > maxX) continue;
    const boxes = attemptBoxes(attempt, x0, x1, scale);
    result.boxes.push(...boxes.map((box) => cut(box, minX, maxX)).filter((box) => box.x1 > box.x0));
    if (attempt.startInferred && x1 - x0 > 8) result.dashes.push(x0 - 1.5);
    if ((attempt.endInferred || attempt.noEnd) && x1 <= maxX) result.dashes.push(x1 + 1.5);
    const last = boxes.at(-1);
    if (attempt.outcome === 0 || attempt.open || !last) continue;
    const inside =
      last.phase === attempt.outcome && isSolid(last.phase) && !last.dense && x1 - last.x0 >= CAP_ROOM_PX;
    const after = x1 + 4 + (attempt.endInferred ? 2 : 0) + CAP_OUTSIDE_PX / 2;
    const cap = { phase: attempt.outcome, x: inside ? x1 - 4 - CAP_INSIDE_PX / 2 : after, inside };
    if (inside || after + CAP_OUTSIDE_PX / 2 < nextX) pushCap(result, cap, scale);
  }
  return result;
}

function pushCap(result: RowBoxes, cap: Cap, scale: Scale): void {
  if (cap.x > scale.x0 - OUTSIDE_PX && cap.x < scale.x1 + OUTSIDE_PX) result.caps.push(cap);
}

const cut = (box: Box, minX: number, maxX: number): Box =>
  box.x0 >= minX && box.x1 <= maxX
    ? box
    : { ...box, x0: Math.max(minX, box.x0), x1: Math.min(maxX, box.x1), open: box.open && box.x1 <= maxX };

/** The work of an ended attempt is told in the colour of how it ended. */
const shownPhase = (phase: number, outcome: number): number =>
  phase === Phase.Running && outcome !== 0 ? outcome : phase;

function attemptBoxes(attempt: AttemptSpan, fromX: number, toX: number, scale: Scale): Box[] {
  const boxes: Box[] = [];
  let tiny: { x0: number; x1: number; msByPhase: Map<number, number>; n: number } | null = null;
  const flush = (): void => {
    if (!tiny) return;
    const { x0, msByPhase, n } = tiny;
    const x1 = Math.min(toX, Math.max(tiny.x1, x0 + 1));
    const [phase] = [...msByPhase].reduce((a, b) => (b[1] > a[1] ? b : a));
    boxes.push({ x0, x1, phase, open: false, dense: n > 1 && x1 - x0 > 2, left: false, right: false });
    tiny = null;
  };
  for (const span of attempt.spans) {
    const x0 = Math.min(Math.max(fromX, scale.x(span.startMs)), toX - 1);
    const x1 = Math.min(toX, scale.x(span.endMs));
    const phase = shownPhase(span.phase, attempt.outcome);
    if (x1 - x0 < 1 && !span.open) {
      if (tiny && x0 - tiny.x1 > 1) flush();
      tiny ??= { x0, x1, msByPhase: new Map(), n: 0 };
      tiny.x1 = Math.max(tiny.x1, x1);
      tiny.msByPhase.set(phase, (tiny.msByPhase.get(phase) ?? 0) + span.endMs - span.startMs);
      tiny.n++;
      continue;
    }
    flush();
    boxes.push({
      x0,
      x1: Math.max(x1, x0 + 1),
      phase,
      open: span.open,
      dense: false,
      left: false,
      right: false,
    });
  }
  flush();
  if (boxes.length === 0) {
    const phase = attempt.outcome || Phase.Queued;
    boxes.push({ x0: fromX, x1: toX, phase, open: attempt.open, dense: false, left: true, right: true });
  }
  // The gap comes off the earlier box, down to half a pixel, so that a box begins where its phase began.
  for (const [i, box] of boxes.entries()) {
    const next = boxes[i + 1];
    if (next && next.x0 - box.x1 < GAP_PX) box.x1 = Math.max(box.x0 + 0.5, next.x0 - GAP_PX);
  }
  boxes[0]!.left = true;
  boxes.at(-1)!.right = true;
  return boxes;
}
