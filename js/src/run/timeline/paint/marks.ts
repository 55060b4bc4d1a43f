// Glyphs and icons of the rows as masks over the ink's colour: one element each, however many shapes it has, and one
// attribute to change when a row shows another action.

import { cssName, PHASES } from "../../../core/phases";
import { h, setAttribute } from "../../../ui/dom";
import { type GlyphPart, glyphParts, iconParts } from "../../../ui/icons";

function maskOf(parts: readonly GlyphPart[]): string {
  const shapes = parts.map(({ d, fill, strokePx = 1.4 }) =>
    fill
      ? `<path d='${d}'/>`
      : `<path d='${d}' fill='none' stroke='#000' stroke-width='${strokePx}' stroke-linecap='round' stroke-linejoin='round'/>`,
  );
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${shapes.join("")}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}

const rule = (selector: string, phase: number): string =>
  `${selector}{color:var(--fw-ink-${cssName(phase)});--fw-mask:${maskOf(glyphParts(phase))}}`;

/** A phase that the table does not have has the mark that no attribute chooses. */
export const marksCss = [
  rule(".fw-tl-mark", -1),
  ...[...PHASES.keys()].map((phase) => rule(`.fw-tl-mark[data-phase="${phase}"]`, phase)),
  `.fw-tl-cell::before{--fw-mask:${maskOf(iconParts("chevron-right"))}}`,
  `.fw-tl-attempt::before{--fw-mask:${maskOf(iconParts("retry"))}}`,
].join("");

/** A phase's glyph in its ink. */
export function mark(phase: number): HTMLElement {
  return h("span", { class: "fw-tl-mark", "data-phase": phase });
}

export function setPhase(element: HTMLElement, phase: number): void {
  setAttribute(element, "data-phase", String(phase));
}
