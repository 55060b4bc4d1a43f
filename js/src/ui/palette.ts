// Every colour of the view, as data and as custom properties: flyte_widgets/shared/palette.json, and what follows from it.
import palette from "../../../flyte_widgets/shared/palette.json";
import type patterns from "../../../flyte_widgets/shared/patterns.json";
import { cssName, PHASES } from "../core/phases";
import { contrast, luminance, mix } from "./colour";

/** How a bar is told apart besides its colour; the tiles are in flyte_widgets/shared/patterns.json. */
export type Pattern = keyof typeof patterns;

export interface PhaseColours {
  /** Bars, chips, rings. Never text. */
  fill: string;
  /** The glyph on a filled chip. */
  on: string;
  /** The bare glyph of 10 … 16 px: at least 3:1 also on hover and selection. */
  ink: string;
  /** The ring of a visited state. */
  ring: string;
  pattern: Pattern;
}

/** `line2` is --fw-line-2, `dangerBg` is --fw-danger-bg. */
export interface Colours {
  bg: string;
  panel: string;
  code: string;
  hover: string;
  press: string;
  line: string;
  line2: string;
  line3: string;
  fg: string;
  fg2: string;
  fg3: string;
  edge: string;
  edgeOn: string;
  accent: string;
  sel: string;
  sel2: string;
  danger: string;
  dangerBg: string;
  dangerLine: string;
  dangerPress: string;
  warn: string;
  warnBg: string;
  warnLine: string;
  live: string;
}

export interface Scheme {
  dark: boolean;
  forced: boolean;
  colours: Colours;
  phase(phase: number): PhaseColours;
}

/** Those that a host may set; the rest is derived or our own. */
export type HostColours = Partial<
  Pick<Colours, "bg" | "panel" | "hover" | "line" | "line2" | "fg" | "fg2" | "accent">
>;

type Own = Omit<Colours, "sel" | "sel2">;

const LIGHT: Own = palette.light.colours;
const DARK: Own = palette.dark.colours;

/** Windows' high contrast and its like: the user's colours; glyph, pattern and word tell the phases apart. */
const SURFACES = "bg panel code hover press sel sel2 dangerBg dangerPress warnBg".split(" ");
const forcedColour = (name: string): string => (SURFACES.includes(name) ? "Canvas" : "CanvasText");
const FORCED = Object.fromEntries(
  [...Object.keys(LIGHT), "sel", "sel2"].map((name) => [name, forcedColour(name)]),
) as unknown as Colours;
Object.assign(FORCED, { edge: "GrayText", accent: "Highlight" });

const patternOf = (phase: number): Pattern => (PHASES.get(phase)?.pattern ?? "outline") as Pattern;

function phaseColours(phase: number, dark: boolean, colours: Own): PhaseColours {
  const { fills, whiteGlyphs, faintGlyphs, loudRings } = dark ? palette.dark : palette.light;
  const name = PHASES.get(phase)?.value ?? "unknown";
  const fill = (fills as Record<string, string>)[name] ?? colours.line3;
  const isIn = (names: readonly string[]) => names.includes(name);
  return {
    fill,
    on: isIn(whiteGlyphs) ? palette.glyphOnFill.white : palette.glyphOnFill.dark,
    // Too faint as a small bare glyph, it takes some of the text's colour.
    ink: isIn(faintGlyphs) ? mix(fill, colours.fg, palette.shares.faintGlyph) : fill,
    // So bright a ring would outshout the current state's.
    ring: isIn(loudRings) ? mix(fill, colours.bg, palette.shares.loudRing) : fill,
    pattern: patternOf(phase),
  };
}

/**
 * A host's colours are taken whole or not at all: only if its surfaces are near ours (luminance at least .85 in
 * light, at most .04 in dark), for the phase colours were checked on those, and if its text is legible on them.
 */
export function accepts(host: HostColours, dark: boolean): boolean {
  const own = { ...(dark ? DARK : LIGHT), ...host };
  const surfaces = [own.bg, own.panel, own.hover];
  const near = (hex: string) => (dark ? luminance(hex) <= 0.04 : luminance(hex) >= 0.85);
  return surfaces.every(
    (surface) => near(surface) && [own.fg, own.fg2, own.fg3].every((text) => contrast(text, surface) >= 4.5),
  );
}

/** The colours to show, from what the host has. */
export function schemeOf(dark: boolean, forced: boolean, host: HostColours = {}): Scheme {
  if (forced) {
    const colour = (phase: number): PhaseColours => ({
      fill: "CanvasText",
      on: "Canvas",
      ink: "CanvasText",
      ring: "CanvasText",
      pattern: patternOf(phase),
    });
    return { dark, forced, colours: FORCED, phase: colour };
  }
  const own: Own = { ...(dark ? DARK : LIGHT) };
  if (accepts(host, dark)) {
    const { accent, ...rest } = host;
    Object.assign(own, rest);
    // Links and the "now" pill are read, so a host's brand colour must be legible.
    if (accent && contrast(accent, own.bg) >= 4.5) own.accent = accent;
  }
  const shares = dark ? palette.dark : palette.light;
  const colours: Colours = {
    ...own,
    sel: mix(own.accent, own.bg, shares.selected),
    sel2: mix(own.accent, own.bg, shares.selectedStrong),
  };
  const phases = new Map([...PHASES.keys(), 0].map((phase) => [phase, phaseColours(phase, dark, own)]));
  return { dark, forced, colours, phase: (phase) => phases.get(phase) ?? phases.get(0)! };
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;

const kebab = (name: string): string => name.replace(/[A-Z0-9]/g, (c) => `-${c.toLowerCase()}`);

/** Custom properties, by name. */
export function properties(scheme: Scheme): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of Object.entries(scheme.colours)) all.set(`--fw-${kebab(name)}`, value);
  for (const phase of [...PHASES.keys(), 0]) {
    const { fill, on, ink, ring } = scheme.phase(phase);
    const name = cssName(phase);
    all.set(`--fw-${name}`, fill);
    all.set(`--fw-on-${name}`, on);
    all.set(`--fw-ink-${name}`, ink);
    all.set(`--fw-ring-${name}`, ring);
  }
  all.set("--fw-tint", percent((scheme.dark ? palette.dark : palette.light).badge));
  all.set("--fw-current", percent(palette.shares.currentState));
  return all;
}
