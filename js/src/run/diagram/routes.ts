// Lines for transitions that the model does not have, through what is free in each table. Pure.
import { bottom, ENTER, LEAVE, midX, midY, right, START_RADIUS } from "./box";
import { line } from "./geometry";
import type { Box, Layout, Line } from "./types";

/** Free between the two rows of the active group. */
const LANES_Y = [76, 72, 80];

/** `share`: how far the layout is from its compact width (0) to its full one (1). */
export function wideRoute({ start, terminal }: Pick<Layout, "start" | "terminal">, share: number) {
  const x = (compact: number, wide: number) => Math.round((compact + (wide - compact) * share) * 2) / 2;
  const outcomeX = terminal.x + 8;
  const isOutcome = (box: Box) => box.x === outcomeX;
  const besideX = x(482, 764);
  return (from: Box | null, to: Box, lane: number): Line => {
    const laneY = LANES_Y[lane % LANES_Y.length]!;
    const aside = x(20, 28) + 6 * (lane % LANES_Y.length); // clear of RUNNING⇄PAUSED
    if (from && isOutcome(from) && isOutcome(to)) {
      const [fromY, toY, outerX] = [midY(from) - 3, midY(to) + 3, right(from) + 14];
      return line(right(from) + LEAVE, fromY, outerX, fromY, outerX, toY, right(to) + ENTER, toY);
    }
    const away = !from
      ? [start[0], start[1] + START_RADIUS + LEAVE, start[0], laneY]
      : isOutcome(from)
        ? [from.x - LEAVE, midY(from) + 5, besideX, midY(from) + 5, besideX, laneY]
        : [
            midX(from) + aside,
            from.y < laneY ? bottom(from) + LEAVE : from.y - LEAVE,
            midX(from) + aside,
            laneY,
          ];
    const home = isOutcome(to)
      ? [besideX, laneY, besideX, midY(to), outcomeX - ENTER, midY(to)]
      : [midX(to) - aside, laneY, midX(to) - aside, to.y < laneY ? bottom(to) + ENTER : to.y - ENTER];
    return line(...away, ...home);
  };
}

/** Left of the column, between the recovery's line and the group's border. */
export function narrowRoute(start: Layout["start"]) {
  return (from: Box | null, to: Box, lane: number): Line => {
    const x = 19 - 3 * (lane % 2);
    const [fromX, fromY] = from
      ? [from.x - LEAVE, midY(from) + 4]
      : [start[0] - START_RADIUS - LEAVE, start[1]];
    return line(fromX, fromY, x, fromY, x, midY(to) - 4, to.x - ENTER, midY(to) - 4);
  };
}
