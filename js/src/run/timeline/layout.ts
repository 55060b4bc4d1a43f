// Measures of the timeline (docs/look.md), in px.

export interface Layout {
  narrow: boolean;
  labelPx: number;
  indentPx: number;
  rowPx: number;
  /** Free at the right of a live plot for the "now" pill; of a finished one for the last glyph. */
  liveMarginPx: number;
  overMarginPx: number;
  tickPx: number;
  fadePx: number;
}

export const BAND_PX = 24;
export const PLOT_PAD_PX = 8;
export const BAR_PX = 12;
export const STRIP_PX = 14;
export const BAR_RADIUS_PX = 2.5;
/** Rows that are shown before the list scrolls. */
export const DEFAULT_ROWS = 8;
/** Narrow, the diagram is folded, and leaves room for two more. */
export const NARROW_ROWS = 10;
/** Deeper levels are not indented further, or no name would be seen. */
export const MAX_INDENTS = 8;

/** `numbers`: more of them stand beside the names than usual. */
export function layoutOf(narrow: boolean, tight: boolean, coarse: boolean, numbers = false): Layout {
  const tightLabelPx = numbers ? 152 : 136;
  const narrowLabelPx = tight ? tightLabelPx : 184;
  return {
    narrow,
    labelPx: narrow ? narrowLabelPx : 248,
    indentPx: narrow ? 8 : 14,
    rowPx: coarse ? 28 : 22,
    liveMarginPx: narrow ? 14 : 38,
    overMarginPx: 20,
    tickPx: narrow ? 44 : 80,
    fadePx: narrow ? 16 : 32,
  };
}

/** Where a row's chevron is in its label, and how wide a click on it may be. */
export const chevronPx = (layout: Layout, level: number): number =>
  8 + layout.indentPx * Math.min(level, MAX_INDENTS);
export const CHEVRON_PX = 16;
