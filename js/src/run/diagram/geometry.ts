// Lines with right angles: their rounded paths, and the gaps where another line crosses. Pure.

import type { Line, Point } from "./types";

/** `line(x, y, x, y, …)`. */
export function line(...numbers: number[]): Line {
  return numbers.flatMap((x, i) => (i % 2 === 0 ? [[x, numbers[i + 1]!] as const] : []));
}

const CORNER_PX = 6;
const GAP_PX = 6;

const distance = (a: Point, b: Point): number => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);

/** The point `px` from `a` on the way to `b`. */
function towards(a: Point, b: Point, px: number): Point {
  const length = distance(a, b);
  return length === 0 ? a : [a[0] + ((b[0] - a[0]) * px) / length, a[1] + ((b[1] - a[1]) * px) / length];
}

const format = ([x, y]: Point): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;

/** The path of a line with rounded corners, lifted for a gap around each of `crossings`. */
export function pathOf(points: Line, crossings: readonly Point[] = []): string {
  const out = [`M${format(points[0]!)}`];
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1]!;
    const to = points[i]!;
    for (const gap of gapsOn(from, to, crossings)) {
      out.push(`L${format(towards(gap, from, GAP_PX / 2))}M${format(towards(gap, to, GAP_PX / 2))}`);
    }
    const next = points[i + 1];
    if (!next) {
      out.push(`L${format(to)}`);
      break;
    }
    // Two corners share the stretch between them; the first and the last stretch have only one.
    const before = distance(from, to) / (i > 1 ? 2 : 1);
    const after = distance(to, next) / (i + 2 < points.length ? 2 : 1);
    const radius = Math.min(CORNER_PX, before, after);
    out.push(`L${format(towards(to, from, radius))}Q${format(to)} ${format(towards(to, next, radius))}`);
  }
  return out.join("");
}

function gapsOn(from: Point, to: Point, crossings: readonly Point[]): Point[] {
  return crossings
    .filter(([x, y]) =>
      from[1] === to[1]
        ? y === from[1] && x > Math.min(from[0], to[0]) && x < Math.max(from[0], to[0])
        : x === from[0] && y > Math.min(from[1], to[1]) && y < Math.max(from[1], to[1]),
    )
    .sort((a, b) => distance(from, a) - distance(from, b));
}

/** Where `over` crosses `under`, well inside both: where lines meet, turn or end together there is no crossing. */
export function crossings(under: Line, over: Line): Point[] {
  const found: Point[] = [];
  for (let i = 1; i < under.length; i++) {
    for (let k = 1; k < over.length; k++) {
      const at = crossing(under[i - 1]!, under[i]!, over[k - 1]!, over[k]!);
      if (at) found.push(at);
    }
  }
  return found;
}

function crossing(a: Point, b: Point, c: Point, d: Point): Point | null {
  const flat = a[1] === b[1];
  if (flat === (c[1] === d[1])) return null;
  const at: Point = flat ? [c[0], a[1]] : [a[0], c[1]];
  const [h1, h2, v1, v2] = flat ? [a, b, c, d] : [c, d, a, b];
  const inside = (value: number, p: number, q: number) =>
    value - Math.min(p, q) >= CORNER_PX && Math.max(p, q) - value >= CORNER_PX;
  return inside(at[0], h1[0], h2[0]) && inside(at[1], v1[1], v2[1]) ? at : null;
}
