// The narrow table: 318 × 404, one column read downwards. Pure.
import { ACTIVE, CANONICAL_EDGES, Phase, TERMINAL } from "../../core/phases";
import { ABORT_RADIUS, bottom, ENTER, LEAVE, midY, START_RADIUS } from "./box";
import { type Line, line, type Point } from "./geometry";
import type { Box, Edge, Layout } from "./layout";

const { Queued, WaitingForResources, Initializing, Running, Paused } = Phase;
const { Succeeded, Failed, Aborted, TimedOut, Recovered } = Phase;
const COLUMN = { x: 36, w: 232 };
const RIGHT = COLUMN.x + COLUMN.w;
const ACTIVE_Y = [42, 82, 122, 162, 204];
/** The lines downwards, at the chips' centres, and the one upwards. */
const DOWN_X = 52;
const UP_X = 76;
/** Right of the column, from the inside: the trunk of RUNNING and PAUSED, INITIALIZING's failure, aborts. */
const TRUNK_X = 284;
const FAIL_X = 292;
const ABORT_X = 309;

export function narrowLayout(): Layout {
  const nodes = new Map<number, Box>([
    ...ACTIVE.map((phase, i): [number, Box] => [phase, { ...COLUMN, y: ACTIVE_Y[i]!, h: 28 }]),
    ...TERMINAL.map((phase, i): [number, Box] => [phase, { ...COLUMN, y: 272 + 24 * i, h: 20 }]),
  ]);
  const y = (phase: number) => midY(nodes.get(phase)!);
  const top = (phase: number) => nodes.get(phase)!.y;
  const foot = (phase: number) => bottom(nodes.get(phase)!);
  const start: Point = [DOWN_X, 8];
  const abort: Point = [300, 218];
  const besideStart = start[0] - START_RADIUS - LEAVE;

  const single = (from: number, to: number, ...numbers: number[]): Edge => ({
    pairs: [[from, to]],
    line: line(...numbers),
  });
  const down = (from: number, to: number): Edge =>
    single(from, to, DOWN_X, foot(from) + LEAVE, DOWN_X, top(to) - ENTER);
  const around = (from: number, to: number, x = TRUNK_X): Edge =>
    single(from, to, RIGHT + LEAVE, y(from), x, y(from), x, y(to), RIGHT + ENTER, y(to));
  const edges: Edge[] = [
    single(0, Queued, DOWN_X, start[1] + START_RADIUS + LEAVE, DOWN_X, top(Queued) - ENTER),
    down(Queued, WaitingForResources),
    down(WaitingForResources, Initializing),
    down(Initializing, Running),
    down(Running, Paused),
    single(Paused, Running, UP_X, top(Paused) - LEAVE, UP_X, foot(Running) + ENTER),
    ...[Running, Paused].flatMap((from) => [Succeeded, Failed, TimedOut].map((to) => around(from, to))),
    around(Initializing, Failed, FAIL_X),
    {
      pairs: CANONICAL_EDGES.filter(([, to]) => to === Aborted),
      line: line(
        abort[0] + ABORT_RADIUS,
        abort[1],
        ABORT_X,
        abort[1],
        ABORT_X,
        y(Aborted),
        RIGHT + ENTER,
        y(Aborted),
      ),
    },
    single(
      0,
      Recovered,
      besideStart,
      start[1],
      12,
      start[1],
      12,
      y(Recovered),
      COLUMN.x - ENTER,
      y(Recovered),
    ),
  ];

  /** Left of the column, between the recovery's line and the group's border. */
  const route = (from: Box | null, to: Box, lane: number): Line => {
    const x = 19 - 3 * (lane % 2);
    const [fromX, fromY] = from ? [COLUMN.x - LEAVE, midY(from) + 4] : [besideStart, start[1]];
    return line(fromX, fromY, x, fromY, x, midY(to) - 4, COLUMN.x - ENTER, midY(to) - 4);
  };

  return {
    kind: "narrow",
    compact: false,
    width: 318,
    height: 404,
    heightWithUnknown: 444,
    active: { x: 24, y: 18, w: 276, h: 220 },
    terminal: { x: 24, y: 248, w: 276, h: 150 },
    titleX: [68, COLUMN.x],
    nodes,
    unknown: { ...COLUMN, y: 408, h: 28 },
    start,
    abort,
    edges,
    route,
  };
}
