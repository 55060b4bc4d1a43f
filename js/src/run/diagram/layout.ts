// Where everything of the state diagram stands, for a container's width: two of the tables in shared/diagram.json. Pure.
// A line starts 2 off its node's border and ends 4 before the next one's: the arrowhead's tip touches.
import tables from "../../../../flyte_widgets/shared/diagram.json";
import { CANONICAL_EDGES, Phase, phaseOf } from "../../core/phases";
import { narrowRoute, wideRoute } from "./routes";
import type { Box, Edge, Layout, Point } from "./types";

/** A number, or one at the compact width and one at the full width, for those in between. */
type Coordinate = number | readonly number[];

type Lines = Readonly<Record<string, readonly (readonly Coordinate[])[]>>;

interface Table {
  sizePx: readonly Coordinate[];
  active: readonly Coordinate[];
  terminal: readonly Coordinate[];
  titleX: readonly Coordinate[];
  start: readonly Coordinate[];
  abort: readonly Coordinate[];
  /** By phase, and "unknown": x, y, width, height. */
  nodes: Readonly<Record<string, readonly Coordinate[]>>;
  /** By transition, "running > paused"; "active > aborted" is one for many. */
  lines: Lines;
  /** Those that are drawn for local runs only. */
  localLines: Lines;
}

/** Under the first the labels do not fit side by side; over the second nothing is scaled up. */
const [COMPACT_PX, WIDE_PX] = tables.wide.sizePx[0] as [number, number];
/** The column: as narrow as its words allow, and as it is where there is room. */
const [SLIM_PX, COLUMN_PX] = tables.narrow.sizePx[0] as [number, number];
/** Share of the way from compact to full width under which nodes are drawn with less air. */
const TIGHT = 0.75;

/** The layout for a container. A width of 0 is not known yet. */
export function layoutFor(widthPx: number, narrow: boolean): Layout {
  if (narrow || (widthPx > 0 && widthPx < COMPACT_PX)) {
    const { heightWithUnknown } = tables.narrow;
    const column = Math.min(COLUMN_PX, Math.max(SLIM_PX, widthPx || COLUMN_PX));
    const layout = placed(tables.narrow, (column - SLIM_PX) / (COLUMN_PX - SLIM_PX));
    return { ...layout, kind: "narrow", compact: false, heightWithUnknown, route: narrowRoute(layout.start) };
  }
  const width = Math.min(WIDE_PX, Math.max(COMPACT_PX, widthPx || WIDE_PX));
  const share = (width - COMPACT_PX) / (WIDE_PX - COMPACT_PX);
  const layout = placed(tables.wide, share);
  const route = wideRoute(layout, share);
  return { ...layout, kind: "wide", compact: share < TIGHT, width, heightWithUnknown: layout.height, route };
}

type Placed = Omit<Layout, "kind" | "compact" | "heightWithUnknown" | "route">;

function placed(table: Table, share: number): Placed {
  const ends = (value: Coordinate): readonly number[] => (typeof value === "number" ? [value, value] : value);
  /** The sum of these, at this share. Half pixels are sharp on most screens. */
  const at = (...values: Coordinate[]): number => {
    const [compact, wide] = [0, 1].map((i) =>
      values.reduce((sum: number, value) => sum + ends(value)[i]!, 0),
    );
    return Math.round((compact! + (wide! - compact!) * share) * 2) / 2;
  };
  const point = ([x, y]: readonly Coordinate[]): Point => [at(x!), at(y!)];
  // Both edges are placed, not the width: lines begin and end at them.
  const box = ([x, y, w, h]: readonly Coordinate[]): Box => ({
    x: at(x!),
    y: at(y!),
    w: at(x!, w!) - at(x!),
    h: at(h!),
  });
  const edges = (lines: Lines): Edge[] =>
    Object.entries(lines).map(([name, points]) => ({ pairs: pairsOf(name), line: points.map(point) }));
  const { unknown, ...nodes } = table.nodes;
  const [width, height] = point(table.sizePx);
  return {
    width,
    height,
    active: box(table.active),
    terminal: box(table.terminal),
    titleX: point(table.titleX),
    nodes: new Map(Object.entries(nodes).map(([value, values]) => [phaseOf(value), box(values)])),
    unknown: box(unknown!),
    start: point(table.start),
    abort: point(table.abort),
    edges: edges(table.lines),
    localEdges: edges(table.localLines),
  };
}

function pairsOf(name: string): Edge["pairs"] {
  const [from, to] = name.split(" > ") as [string, string];
  if (from === "active") return CANONICAL_EDGES.filter(([, end]) => end === Phase.Aborted);
  return [[from === "start" ? 0 : phaseOf(from), phaseOf(to)]];
}
