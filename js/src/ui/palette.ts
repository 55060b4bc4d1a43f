// Every colour of the view, as data and as custom properties. The values are look.md §2 and models-to-follow.md §4.

import { cssName, PHASES, Phase } from "../core/phases";
import { contrast, luminance, mix } from "./colour";

export type Pattern = "solid" | "outline" | "hatch" | "back-hatch" | "cross-hatch" | "dots" | "stripes";

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

/** Names as in look.md: `line2` is --fw-line-2, `dangerBg` is --fw-danger-bg. */
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

const LIGHT: Own = {
  bg: "#ffffff",
  panel: "#f6f7f9",
  code: "#f6f7f9",
  hover: "#eceff3",
  press: "#e2e6eb",
  line: "#e2e5ea",
  line2: "#c8cdd5",
  line3: "#8a929c",
  fg: "#1a1d21",
  fg2: "#545b64",
  fg3: "#636a74",
  edge: "#c3c9d1",
  edgeOn: "#3b424b",
  accent: "#1f5fc4",
  danger: "#c01a08",
  dangerBg: "#fdf1ef",
  dangerLine: "#f0b9b1",
  dangerPress: "#fbdcd6",
  warn: "#8a5f00",
  warnBg: "#fdf6e3",
  warnLine: "#ead9a8",
  live: "#218055",
};

const DARK: Own = {
  bg: "#1e1e1e",
  panel: "#252627",
  code: "#191a1b",
  hover: "#2f3133",
  press: "#393b3e",
  line: "#35373a",
  line2: "#4d5056",
  line3: "#7d838b",
  fg: "#e6e8ea",
  fg2: "#acb1b8",
  fg3: "#949aa2",
  edge: "#50545a",
  edgeOn: "#c6cacf",
  accent: "#6ea6ff",
  danger: "#ff8f7a",
  dangerBg: "#33211e",
  dangerLine: "#6b362c",
  dangerPress: "#4a2a24",
  warn: "#f0c767",
  warnBg: "#2e2819",
  warnLine: "#5a4b22",
  live: "#66c8a0",
};

/** Windows' high contrast and its like: the user's colours; glyph, pattern and word tell the phases apart. */
const SURFACES = "bg panel code hover press sel sel2 dangerBg dangerPress warnBg".split(" ");
const forcedColour = (name: string): string => (SURFACES.includes(name) ? "Canvas" : "CanvasText");
const FORCED = Object.fromEntries(
  [...Object.keys(LIGHT), "sel", "sel2"].map((name) => [name, forcedColour(name)]),
) as unknown as Colours;
Object.assign(FORCED, { edge: "GrayText", accent: "Highlight" });

const PATTERNS: Record<number, Pattern> = {
  [Phase.Queued]: "outline",
  [Phase.WaitingForResources]: "hatch",
  [Phase.Paused]: "dots",
  [Phase.Aborted]: "cross-hatch",
  [Phase.TimedOut]: "back-hatch",
  [Phase.Recovered]: "stripes",
};

const FILL_LIGHT: Record<number, string> = {
  [Phase.Queued]: "#767e87",
  [Phase.WaitingForResources]: "#b88a29",
  [Phase.Initializing]: "#1c9fd5",
  [Phase.Running]: "#1c43a0",
  [Phase.Paused]: "#a45eb1",
  [Phase.Succeeded]: "#218055",
  [Phase.Failed]: "#e11e09",
  [Phase.Aborted]: "#3a3a3a",
  [Phase.TimedOut]: "#742700",
  [Phase.Recovered]: "#749c8c",
};

const FILL_DARK: Record<number, string> = {
  [Phase.Queued]: "#8f8f8f",
  [Phase.WaitingForResources]: "#fcc852",
  [Phase.Initializing]: "#8fe0ff",
  [Phase.Running]: "#2575ef",
  [Phase.Paused]: "#c694f5",
  [Phase.Succeeded]: "#66c8a0",
  [Phase.Failed]: "#cf2402",
  [Phase.Aborted]: "#666871",
  [Phase.TimedOut]: "#e17f1a",
  [Phase.Recovered]: "#c8fde3",
};

const ON_DARK_WHITE: readonly number[] = [Phase.Running, Phase.Failed, Phase.Aborted];
/** Too faint as a small bare glyph, so a fifth of the text's colour goes in. */
const FAINT_LIGHT: readonly number[] = [Phase.WaitingForResources, Phase.Initializing, Phase.Recovered];
const FAINT_DARK: readonly number[] = [Phase.Failed, Phase.Aborted];
/** So bright that their ring would outshout the current state's. */
const LOUD_DARK: readonly number[] = [
  Phase.WaitingForResources,
  Phase.Initializing,
  Phase.Paused,
  Phase.Succeeded,
  Phase.Recovered,
];

function phaseColours(phase: number, dark: boolean, colours: Own): PhaseColours {
  const fill = (dark ? FILL_DARK : FILL_LIGHT)[phase] ?? colours.line3;
  return {
    fill,
    on: dark && !ON_DARK_WHITE.includes(phase) ? "#161719" : "#ffffff",
    ink: (dark ? FAINT_DARK : FAINT_LIGHT).includes(phase) ? mix(fill, colours.fg, 0.8) : fill,
    ring: dark && LOUD_DARK.includes(phase) ? mix(fill, colours.bg, 0.62) : fill,
    pattern: PATTERNS[phase] ?? (PHASES.has(phase) ? "solid" : "outline"),
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
      pattern: PATTERNS[phase] ?? (PHASES.has(phase) ? "solid" : "outline"),
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
  const colours: Colours = {
    ...own,
    sel: mix(own.accent, own.bg, dark ? 0.12 : 0.07),
    sel2: mix(own.accent, own.bg, dark ? 0.24 : 0.16),
  };
  const phases = new Map([...PHASES.keys(), 0].map((phase) => [phase, phaseColours(phase, dark, own)]));
  return { dark, forced, colours, phase: (phase) => phases.get(phase) ?? phases.get(0)! };
}

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
  all.set("--fw-tint", scheme.dark ? "24%" : "13%");
  return all;
}
