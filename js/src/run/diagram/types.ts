// The types of the state diagram's drawing. Units are CSS pixels, never scaled.

export type Point = readonly [x: number, y: number];
export type Line = readonly Point[];

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
  /** A local run goes from QUEUED to RUNNING, and its actions begin RUNNING: they wait for nothing, in no container. */
  localEdges: readonly Edge[];
  /** A line for a transition outside the model, from the start where `from` is null. `lane` keeps several apart. */
  route(from: Box | null, to: Box, lane: number): Line;
}
