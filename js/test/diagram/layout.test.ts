import { describe, expect, test } from "vitest";
import { CANONICAL_EDGES, PHASES, Phase } from "../../src/core/phases";
import { crossings, line, pathOf } from "../../src/run/diagram/geometry";
import { layoutFor } from "../../src/run/diagram/layout";
import type { Box, Layout } from "../../src/run/diagram/types";

const LAYOUTS: [string, Layout][] = [
  ["wide", layoutFor(958, false)],
  ["wider than its table", layoutFor(1600, false)],
  ["halfway compressed", layoutFor(800, false)],
  ["compressed", layoutFor(638, false)],
  ["narrow", layoutFor(318, true)],
  ["narrower than its table", layoutFor(288, true)],
  ["as narrow as can be", layoutFor(258, true)],
];
const contains = (outer: Box, [x, y]: readonly [number, number]) =>
  x >= outer.x && x <= outer.x + outer.w && y >= outer.y && y <= outer.y + outer.h;
const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
/** From a point to the nearest point of a box. */
const gap = (box: Box, [x, y]: readonly [number, number]) =>
  Math.hypot(Math.max(box.x - x, 0, x - box.x - box.w), Math.max(box.y - y, 0, y - box.y - box.h));

describe.each(LAYOUTS)("%s", (_name, layout) => {
  const boxes = [...layout.nodes.values(), layout.unknown];
  const whole: Box = { x: 0, y: 0, w: layout.width, h: layout.heightWithUnknown };

  test("has a place for every phase and one for those that it does not know", () => {
    expect([...layout.nodes.keys()].sort()).toEqual([...PHASES.keys()].sort());
    expect(layout.nodes.size).toBe(10);
  });

  test("keeps every state inside, apart from all others", () => {
    for (const [i, box] of boxes.entries()) {
      expect(contains(whole, [box.x, box.y]) && contains(whole, [box.x + box.w, box.y + box.h])).toBe(true);
      for (const other of boxes.slice(i + 1)) expect(overlap(box, other)).toBe(false);
    }
  });

  test("has exactly one line for every transition of the model", () => {
    const drawn = layout.edges.flatMap(({ pairs }) => pairs.map(String));
    expect(drawn.sort()).toEqual(CANONICAL_EDGES.map(String).sort());
  });

  test("lets lines leave 2 off their state and end 4 before the next, at right angles, through no other", () => {
    for (const { pairs, line: points } of [...layout.edges, ...layout.localEdges]) {
      for (const [from, to] of pairs) {
        expect(gap(layout.nodes.get(to)!, points.at(-1)!)).toBeCloseTo(4);
        // All that is active shares one line to ABORTED, from the group's border.
        if (pairs.length === 1 && from !== 0) expect(gap(layout.nodes.get(from)!, points[0]!)).toBeCloseTo(2);
      }
      for (let i = 1; i < points.length; i++) {
        const [[x, y], [nextX, nextY]] = [points[i - 1]!, points[i]!];
        expect(x === nextX || y === nextY).toBe(true);
        for (const step of [0, 0.25, 0.5, 0.75, 1]) {
          const at = [x + (nextX - x) * step, y + (nextY - y) * step] as const;
          expect(boxes.slice(0, -1).some((box) => contains(box, at))).toBe(false);
          expect(contains(whole, at)).toBe(true);
        }
      }
    }
  });

  test("finds a way for every transition that the model does not have", () => {
    const known = new Set(CANONICAL_EDGES.map(String));
    for (const from of [0, ...PHASES.keys(), 42]) {
      for (const to of [...PHASES.keys(), 42]) {
        if (from === to || known.has(String([from, to]))) continue;
        const [start, end] = [
          from && (layout.nodes.get(from) ?? layout.unknown),
          layout.nodes.get(to) ?? layout.unknown,
        ];
        for (const lane of [0, 1, 2]) {
          const points = layout.route(start || null, end, lane);
          expect(gap(end, points.at(-1)!)).toBeLessThanOrEqual(4);
          if (start) expect(gap(start, points[0]!)).toBeLessThanOrEqual(2);
          for (const point of points) expect(contains(whole, point)).toBe(true);
        }
      }
    }
  });
});

test("is never scaled up: wider than its table it stays as it is", () => {
  expect(layoutFor(1600, false).width).toBe(958);
});

test("turns to the column where the labels no longer fit side by side", () => {
  expect(layoutFor(600, false).kind).toBe("narrow");
  expect(layoutFor(638, false).kind).toBe("wide");
  expect(layoutFor(0, false).kind).toBe("wide");
});

test("fits every container from 258 px on", () => {
  for (let px = 258; px <= 1000; px++) expect(layoutFor(px, px < 500).width).toBeLessThanOrEqual(px);
  expect(layoutFor(0, true).width).toBe(318);
});

test("keeps the coordinates of its tables", () => {
  const wide = layoutFor(958, false);
  expect(wide.nodes.get(Phase.WaitingForResources)).toEqual({ x: 208, y: 28, w: 202, h: 36 });
  expect(wide.nodes.get(Phase.Recovered)).toEqual({ x: 802, y: 132, w: 136, h: 20 });
  const narrow = layoutFor(318, true);
  expect(narrow.nodes.get(Phase.Paused)).toEqual({ x: 36, y: 204, w: 232, h: 28 });
  expect(pathOf(wide.localEdges[1]!.line)).toMatch(
    /^M188 56L191 56Q197 56 197 62L197 69Q197 75 203 75L575 75/,
  );
  expect([narrow.width, narrow.height]).toEqual([318, 404]);
});

describe("a line's path", () => {
  test("has corners of 6 px, less where a stretch is shorter", () => {
    expect(pathOf(line(0, 0, 20, 0, 20, 20))).toBe("M0 0L14 0Q20 0 20 6L20 20");
    expect(pathOf(line(0, 0, 20, 0, 20, 8, 40, 8))).toBe("M0 0L16 0Q20 0 20 4L20 4Q20 8 24 8L40 8");
  });

  test("is lifted for 6 px where another line crosses, and only there", () => {
    const under = line(50, 0, 50, 100);
    expect(crossings(under, line(0, 40, 100, 40))).toEqual([[50, 40]]);
    expect(pathOf(under, [[50, 40]])).toBe("M50 0L50 37M50 43L50 100");
    expect(crossings(under, line(0, 100, 100, 100))).toEqual([]);
    expect(crossings(under, line(50, 20, 50, 60))).toEqual([]);
  });
});
