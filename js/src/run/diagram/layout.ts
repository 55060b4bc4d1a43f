// Where everything of the state diagram stands, as data (look.md §6). Pure. Units are CSS pixels, never scaled.
// A line starts 2 off its node's border and ends 4 before the next one's: the arrowhead's tip touches.
import type { Line, Point } from "./geometry";
import { narrowLayout } from "./layout-narrow";
import { COMPACT_PX, WIDE_PX, wideLayout } from "./layout-wide";

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A line that is always drawn. Several transitions may share one. */
export interface Edge {
  pairs: readonly (readonly [number, number])[];
  line: Line;
}

export interface Layout {
  kind: "wide" | "narrow";
  /** Wide, but compressed so much that the nodes give up air for their words. */
  compact: boolean;
  width: number;
  height: number;
  /** The height with the place for an unknown phase in use. */
  heightWithUnknown: number;
  active: Box;
  terminal: Box;
  /** Of the two groups. */
  titleX: readonly [number, number];
  /** By phase. */
  nodes: ReadonlyMap<number, Box>;
  /** For a phase that the model does not have, once one is met. */
  unknown: Box;
  start: Point;
  /** On the border of the active group: whatever is in it may be aborted. */
  abort: Point;
  edges: readonly Edge[];
  /** A line for a transition outside the model, from the start where `from` is null. `lane` keeps several apart. */
  route(from: Box | null, to: Box, lane: number): Line;
}

/** The layout for a container. A width of 0 is not known yet. */
export function layoutFor(widthPx: number, narrow: boolean): Layout {
  return narrow || (widthPx > 0 && widthPx < COMPACT_PX) ? narrowLayout() : wideLayout(widthPx || WIDE_PX);
}
