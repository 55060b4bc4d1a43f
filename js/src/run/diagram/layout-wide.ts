// The wide table: 958 × 164. Pure.
import { CANONICAL_EDGES, Phase, TERMINAL } from "../../core/phases";
import { ABORT_RADIUS, bottom, ENTER, LEAVE, midX, midY, right, START_RADIUS } from "./box";
import { type Line, line, type Point } from "./geometry";
import type { Box, Edge, Layout } from "./layout";

export const WIDE_PX = 958;
/** Under this the labels no longer fit side by side, and the narrow table is used. */
export const COMPACT_PX = 638;

const { Queued, WaitingForResources, Initializing, Running, Paused } = Phase;
const { Succeeded, Failed, Aborted, TimedOut, Recovered } = Phase;
/** The line through QUEUED … RUNNING and SUCCEEDED, and the one above it. */
const MAIN_Y = 46;
const ABOVE_Y = 16;
const RECOVERED_Y = 142;
/** Free between the two rows of the active group. */
const LANES_Y = [76, 72, 80];

/** Between 638 and 958 px boxes and gaps are compressed in x; heights and text stay. Wider, it stays as at 958. */
export function wideLayout(availablePx: number): Layout {
  const width = Math.min(WIDE_PX, Math.max(COMPACT_PX, availablePx));
  const t = (width - COMPACT_PX) / (WIDE_PX - COMPACT_PX);
  const x = (compact: number, wide: number) => Math.round((compact + (wide - compact) * t) * 2) / 2;
  const node = (phase: number, left: number, until: number, y = 28): [number, Box] => [
    phase,
    { x: left, y, w: until - left, h: 36 },
  ];
  const column = { x: x(365, 572), right: x(461, 710) };
  const outcomes = { x: x(506, 782), w: x(112, 156) };
  const nodes = new Map([
    node(Queued, x(30, 48), x(125, 186)),
    node(WaitingForResources, x(141, 210), x(237, 386)),
    node(Initializing, x(253, 410), x(349, 548)),
    node(Running, column.x, column.right),
    node(Paused, column.x, column.right, 88),
    ...TERMINAL.map((phase, i): [number, Box] => [phase, { ...outcomes, y: 36 + 24 * i, h: 20 }]),
  ]);
  const at = (phase: number) => nodes.get(phase)!;
  const active = { x: x(22, 36), y: 6, w: x(453, 698), h: 126 };
  const start: Point = [x(12, 17), MAIN_Y];
  const abort: Point = [right(active), midY(at(Aborted))];
  const trunkX = x(469, 722);
  const end = outcomes.x - ENTER;

  const straight = (from: number, to: number): Edge => ({
    pairs: [[from, to]],
    line: line(right(at(from)) + LEAVE, MAIN_Y, at(to).x - ENTER, MAIN_Y),
  });
  const byTrunk = (from: number, to: number): Edge => {
    const [y, toY] = [midY(at(from)), midY(at(to))];
    const turns = y === toY ? [] : [trunkX, y, trunkX, toY];
    return { pairs: [[from, to]], line: line(column.right + LEAVE, y, ...turns, end, toY) };
  };
  const single = (from: number, to: number, ...numbers: number[]): Edge => ({
    pairs: [[from, to]],
    line: line(...numbers),
  });
  const [downX, upX] = [column.x + x(38, 58), column.x + x(58, 80)];
  const [initX, failX] = [midX(at(Initializing)), x(489, 754)];
  const besideStart = start[0] + START_RADIUS + LEAVE;
  const belowStart = MAIN_Y + START_RADIUS + LEAVE;
  const edges: Edge[] = [
    single(0, Queued, besideStart, MAIN_Y, at(Queued).x - ENTER, MAIN_Y),
    straight(Queued, WaitingForResources),
    straight(WaitingForResources, Initializing),
    straight(Initializing, Running),
    single(Running, Paused, downX, bottom(at(Running)) + LEAVE, downX, at(Paused).y - ENTER),
    single(Paused, Running, upX, at(Paused).y - LEAVE, upX, bottom(at(Running)) + ENTER),
    ...[Running, Paused].flatMap((from) => [Succeeded, Failed, TimedOut].map((to) => byTrunk(from, to))),
    single(
      Initializing,
      Failed,
      ...[initX, at(Initializing).y - LEAVE, initX, ABOVE_Y, failX, ABOVE_Y],
      ...[failX, midY(at(Failed)), end, midY(at(Failed))],
    ),
    {
      pairs: CANONICAL_EDGES.filter(([, to]) => to === Aborted),
      line: line(abort[0] + ABORT_RADIUS, abort[1], end, abort[1]),
    },
    single(0, Recovered, start[0], belowStart, start[0], RECOVERED_Y, end, RECOVERED_Y),
  ];

  const route = (from: Box | null, to: Box, lane: number): Line => {
    const laneY = LANES_Y[lane % LANES_Y.length]!;
    const aside = x(20, 28) + 6 * (lane % LANES_Y.length); // clear of RUNNING⇄PAUSED
    const besideX = x(482, 744);
    const isOutcome = (box: Box) => box.x === outcomes.x;
    if (from && isOutcome(from) && isOutcome(to)) {
      const [fromY, toY, outerX] = [midY(from) - 3, midY(to) + 3, right(from) + 14];
      return line(right(from) + LEAVE, fromY, outerX, fromY, outerX, toY, right(to) + ENTER, toY);
    }
    const away = !from
      ? [start[0], belowStart, start[0], laneY]
      : isOutcome(from)
        ? [from.x - LEAVE, midY(from) + 5, besideX, midY(from) + 5, besideX, laneY]
        : [
            midX(from) + aside,
            from.y < laneY ? bottom(from) + LEAVE : from.y - LEAVE,
            midX(from) + aside,
            laneY,
          ];
    const home = isOutcome(to)
      ? [besideX, laneY, besideX, midY(to), end, midY(to)]
      : [midX(to) - aside, laneY, midX(to) - aside, to.y < laneY ? bottom(to) + ENTER : to.y - ENTER];
    return line(...away, ...home);
  };

  return {
    kind: "wide",
    compact: t < 0.6,
    width,
    height: 164,
    heightWithUnknown: 164,
    active,
    terminal: { x: outcomes.x - 8, y: 6, w: outcomes.w + 16, h: 152 },
    titleX: [at(Queued).x, outcomes.x],
    nodes,
    unknown: { ...at(Initializing), y: at(Paused).y },
    start,
    abort,
    edges,
    route,
  };
}
