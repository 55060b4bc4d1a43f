// Colours of the view. (Contract for the parts; the frame's author fills it in.)
import type { ReadonlySignal } from "@preact/signals-core";

export type Pattern = "solid" | "outline" | "hatch" | "back-hatch" | "cross-hatch" | "dots" | "stripes";

export interface PhaseColours {
  /** Bars, chips, rings. */
  fill: string;
  /** The glyph on a filled chip. */
  on: string;
  /** The bare glyph. */
  ink: string;
  /** The ring of a visited state. */
  ring: string;
  pattern: Pattern;
}

/** The same values as the custom properties on the host (--fw-bg …), read once per change, for canvases. */
export interface Palette {
  dark: boolean;
  forced: boolean;
  bg: string;
  panel: string;
  hover: string;
  line: string;
  line2: string;
  line3: string;
  fg: string;
  fg2: string;
  fg3: string;
  accent: string;
  sel: string;
  fontFamily: string;
  monoFamily: string;
  phase(phase: number): PhaseColours;
}

export interface Theme {
  readonly palette: ReadonlySignal<Palette>;
}
