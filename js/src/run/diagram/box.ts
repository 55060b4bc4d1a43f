// Shared figures of the two layouts. Pure.
import type { Box } from "./types";

export const START_RADIUS = 4.5;
export const ABORT_RADIUS = 2.5;
/** A line begins this far from a border. */
export const LEAVE = 2;
/** A line ends this far from a border; the arrowhead fills it. */
export const ENTER = 4;

export const midX = (box: Box): number => box.x + box.w / 2;
export const midY = (box: Box): number => box.y + box.h / 2;
export const right = (box: Box): number => box.x + box.w;
export const bottom = (box: Box): number => box.y + box.h;
