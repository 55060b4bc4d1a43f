// The glyphs of the phases (flyte_widgets/shared/glyphs.json) and the icons of the toolbar, in a 16 box, in currentColor. Always decoration:
// a word stands beside them or in their button's label, so they are hidden from screen readers.

import glyphs from "../../../flyte_widgets/shared/glyphs.json";
import { cssName, PHASES } from "../core/phases";
import { svg } from "./dom";

/** A shape in the 16 box: filled, or a line of `strokePx` with round ends. */
export interface GlyphPart {
  d: string;
  fill?: boolean;
  strokePx?: number;
}

const circle = (cx: number, cy: number, r: number): string =>
  `M${cx} ${cy - r}a${r} ${r} 0 1 1 0 ${2 * r}a${r} ${r} 0 1 1 0 ${-2 * r}z`;
/** By the phase's value. All fill a circle of 12, so that they look equally large. */
const GLYPHS: Record<string, readonly GlyphPart[]> = glyphs;

/** The shapes of a phase's glyph, for `Path2D` on a canvas. */
export function glyphParts(phase: number): readonly GlyphPart[] {
  return GLYPHS[PHASES.get(phase)?.value ?? "unknown"]!;
}

const ICONS = {
  copy: [
    { d: "M6.7 5.2h6a1 1 0 0 1 1 1v6.3a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1V6.2a1 1 0 0 1 1-1z" },
    { d: "M3.3 10.6a1 1 0 0 1-1-1V3.3a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1" },
  ],
  check: [{ d: "M2.9 8.7 6.3 12 13.1 4.4", strokePx: 2 }],
  open: [
    {
      d:
        "M6.6 3.2H4a1.4 1.4 0 0 0-1.4 1.4V12A1.4 1.4 0 0 0 4 13.4h7.4a1.4 1.4 0 0 0 1.4-1.4V9.4" +
        "M9.4 2.4h4.2v4.2M13.4 2.6 7.6 8.4",
    },
  ],
  search: [{ d: circle(6.9, 6.9, 4.3) }, { d: "M10.2 10.2 13.9 13.9" }],
  sort: [{ d: "M2 4h12M2 8h7.5M2 12h4M12 8.6v4.6M10.2 11.4 12 13.2l1.8-1.8" }],
  filter: [{ d: "M1.8 4h12.4M4 8h8M6.2 12h3.6" }],
  "chevron-right": [{ d: "M6 3.6 10.4 8 6 12.4", strokePx: 1.5 }],
  "chevron-down": [{ d: "M3.6 6 8 10.4 12.4 6", strokePx: 1.5 }],
  fit: [{ d: "M1.8 3.4v9.2M14.2 3.4v9.2M4.2 8h7.6M6 6 4 8l2 2M10 6l2 2-2 2" }],
  live: [{ d: "M2 8h8.4M7 4.6 10.4 8 7 11.4M13.8 3.4v9.2", strokePx: 1.6 }],
  retry: [{ d: "M13.1 8.4a5.1 5.1 0 1 1-1.5-4l1.6 1.6" }, { d: "M13.4 2.6V6h-3.4" }],
  close: [{ d: "M3.8 3.8 12.2 12.2M12.2 3.8 3.8 12.2", strokePx: 1.5 }],
  warning: [{ d: "M8 2.3 14.4 13.3H1.6zM8 6.4v3.2" }, { d: circle(8, 11.4, 0.85), fill: true }],
  lock: [
    { d: "M4.2 7h7.6a1 1 0 0 1 1 1v4.6a1 1 0 0 1-1 1H4.2a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z", strokePx: 1.6 },
    { d: "M5.2 7V5.2a2.8 2.8 0 0 1 5.6 0V7", strokePx: 1.6 },
  ],
  "not-found": [
    { d: circle(6.9, 6.9, 4.5), strokePx: 1.6 },
    { d: "M10.3 10.3 14 14M5.4 5.4l3 3M8.4 5.4l-3 3", strokePx: 1.6 },
  ],
  unlink: [
    {
      d: "M2 2l12 12M6.4 4.2h-.6M9.6 4.2H11a3.8 3.8 0 0 1 2.1 7M10 11.8" + "M6.4 11.8H5a3.8 3.8 0 0 1-2-7",
    },
  ],
  info: [{ d: circle(8, 8, 5.6) }, { d: "M8 7.4v3.6" }, { d: circle(8, 5.2, 0.85), fill: true }],
  clock: [{ d: circle(8, 8, 5.5) }, { d: "M8 5V8L10.2 9.6" }],
  wrap: [{ d: "M2.5 4H13.5M2.5 8H11.2A2.2 2.2 0 0 1 11.2 12.4H8.5M10 10.6L8.2 12.4L10 14.2M2.5 12.4H5" }],
  download: [{ d: "M8 2.5V9.8M5 7L8 10L11 7M2.5 10.5V13.5H13.5V10.5" }],
  follow: [{ d: "M8 2.5V9.5M5 6.8L8 9.8L11 6.8M3.5 13H12.5" }],
  maximise: [{ d: "M9.5 2.5H13.5V6.5M13.2 2.8L9.4 6.6M6.5 13.5H2.5V9.5M2.8 13.2L6.6 9.4" }],
  restore: [{ d: "M13.5 6.5H9.5V2.5M9.8 6.2L13.6 2.4M2.5 9.5H6.5V13.5M6.2 9.8L2.4 13.6" }],
  "chevron-left": [{ d: "M9.5 4.5L6 8L9.5 11.5" }],
  "chevron-up": [{ d: "M4.5 9.5L8 6L11.5 9.5" }],
  file: [{ d: "M4 2.5H9L12.5 6V13.5H4ZM9 2.5V6H12.5" }],
  folder: [{ d: "M2.5 12.5V3.5H6.5L8 5.5H13.5V12.5Z" }],
  table: [{ d: "M2.5 3.5H13.5V12.5H2.5ZM2.5 6.5H13.5M6.5 6.5V12.5M2.5 9.5H13.5" }],
  opaque: [{ d: "M8 2.2L13.2 5V11L8 13.8L2.8 11V5ZM2.8 5L8 7.8L13.2 5M8 7.8V13.8" }],
  path: [{ d: "M2 4H6.2V8H10V12H14" }],
  compare: [
    { d: "M3.5 3.5h9a1 1 0 0 1 1 1v2a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-2a1 1 0 0 1 1-1z" },
    { d: "M2.5 11.8H9.5M9.5 10.2V13.4" },
  ],
  undo: [{ d: "M3 6H10A3.5 3.5 0 0 1 10 13H6M5.5 3.5L3 6L5.5 8.5" }],
  view: [
    { d: "M2.5 4.5H8M11.5 4.5H13.5M2.5 11.5H4.5M8 11.5H13.5" },
    { d: `${circle(9.8, 4.5, 1.7)}${circle(6.2, 11.5, 1.7)}` },
  ],
  panel: [
    {
      d:
        "M8 2.4L9.9 6.6C9.9 8 9 8.9 8 8.9S6.1 8 6.1 6.6ZM2.6 11.4L5.3 7.7C6.5 7 7.7 7.4 8.2 8.3S8.4 10.4 7.2 11.1Z" +
        "M13.4 11.4L8.8 11.1C7.6 10.4 7.3 9.2 7.8 8.3S9.5 7 10.7 7.7Z",
      fill: true,
    },
  ],
  cell: [{ d: "M2.5 3.5H13.5V12.5H2.5ZM5 6.2L6.8 8L5 9.8M8.6 10H11" }],
  spinner: [{ d: "M8 2.2A5.8 5.8 0 0 1 13.8 8", strokePx: 1.6 }],
} satisfies Record<string, readonly GlyphPart[]>;

export type IconName = keyof typeof ICONS;

/** The shapes of an icon. */
export const iconParts = (name: IconName): readonly GlyphPart[] => ICONS[name];

function draw(parts: readonly GlyphPart[], sizePx: number): SVGSVGElement {
  const root = svg("svg", { viewBox: "0 0 16 16", width: sizePx, height: sizePx, "aria-hidden": "true" });
  for (const { d, fill, strokePx = 1.4 } of parts) {
    root.append(
      fill
        ? svg("path", { d, fill: "currentColor" })
        : svg("path", {
            d,
            fill: "none",
            stroke: "currentColor",
            "stroke-width": strokePx,
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
          }),
    );
  }
  return root;
}

/** The bare glyph of a phase in currentColor: set `color: var(--fw-ink-<phase>)` on it or around it. */
export function glyph(phase: number, sizePx: number): SVGSVGElement {
  return draw(glyphParts(phase), sizePx);
}

/** The glyph on a rounded square in the phase's colour. */
export function chip(phase: number, sizePx: number): SVGSVGElement {
  const name = cssName(phase);
  const root = svg("svg", {
    class: "fw-chip",
    viewBox: `0 0 ${sizePx} ${sizePx}`,
    width: sizePx,
    height: sizePx,
    "aria-hidden": "true",
  });
  const square = svg("rect", { width: sizePx, height: sizePx, rx: Math.round(sizePx * 0.2 * 2) / 2 });
  square.style.fill = `var(--fw-${name})`;
  const mark = draw(glyphParts(phase), sizePx * 0.72);
  mark.setAttribute("x", String(sizePx * 0.14));
  mark.setAttribute("y", String(sizePx * 0.14));
  mark.style.color = `var(--fw-on-${name})`;
  root.append(square, mark);
  return root;
}

/** A toolbar icon in currentColor. The spinner turns by its class, where motion is welcome. */
export function icon(name: IconName, sizePx = 14): SVGSVGElement {
  const root = draw(ICONS[name], sizePx);
  root.classList.add("fw-icon", `fw-icon-${name}`);
  if (name === "spinner") {
    const track = svg("circle", { cx: 8, cy: 8, r: 5.8, fill: "none", stroke: "currentColor" });
    track.setAttribute("stroke-width", "1.6");
    track.setAttribute("opacity", "0.3");
    root.prepend(track);
  }
  return root;
}
