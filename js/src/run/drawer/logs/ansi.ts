// Reads a terminal's colours out of a line: SGR escapes become spans, all others were dropped by the kernel. Pure.

/** One of the sixteen colours: 0–7 as SGR 30–37, 8–15 as 90–97. */
export interface Style {
  ink?: number;
  ground?: number;
  bold?: boolean;
  dim?: boolean;
  underline?: boolean;
}

export interface Span {
  text: string;
  style: Style;
}

const ESCAPE = new RegExp(`${String.fromCharCode(27)}\\[([0-9;:]*)m`, "g");
const BRIGHT = 8;
const WHITE = 7;
const GREY = 8;
/** Hue in degrees to colour: red, yellow, green, cyan, blue, magenta. */
const HUES: readonly (readonly [degrees: number, colour: number])[] = [
  [0, 1],
  [60, 3],
  [120, 2],
  [180, 6],
  [240, 4],
  [300, 5],
  [360, 1],
];

/** The text of a line in pieces of one style each. Without escapes it is one piece. */
export function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let style: Style = {};
  let from = 0;
  const add = (to: number): void => {
    if (to > from) spans.push({ text: line.slice(from, to), style });
  };
  for (const found of line.matchAll(ESCAPE)) {
    add(found.index);
    from = found.index + found[0].length;
    style = applied(style, found[1]!);
  }
  add(line.length);
  return spans;
}

/** The text alone. */
export const plainText = (line: string): string => line.replace(ESCAPE, "");

function applied(before: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let style = { ...before };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(i + 1));
      style = { ...style, ...(code === 38 ? { ink: colour } : { ground: colour % BRIGHT }) };
      i += used;
    } else style = withCode(style, code);
  }
  return style;
}

function withCode(style: Style, code: number): Style {
  const { ink: _ink, ...noInk } = style;
  const { ground: _ground, ...noGround } = style;
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 24) return { ...style, underline: false };
  if (code >= 30 && code <= 37) return { ...style, ink: code - 30 };
  if (code === 39) return noInk;
  if (code >= 40 && code <= 47) return { ...style, ground: code - 40 };
  if (code === 49) return noGround;
  if (code >= 90 && code <= 97) return { ...style, ink: code - 90 + BRIGHT };
  if (code >= 100 && code <= 107) return { ...style, ground: code - 100 };
  return style;
}

/** The nearest of the sixteen for "5;n" and "2;r;g;b", and how many codes that took. */
function extended(codes: readonly number[]): [colour: number, used: number] {
  if (codes[0] === 2) return [nearest(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), 4];
  const n = codes[1] ?? 0;
  if (n < 16) return [n, 2];
  if (n >= 232) return [nearest((n - 232) * 10 + 8, (n - 232) * 10 + 8, (n - 232) * 10 + 8), 2];
  const level = (step: number): number => (step ? step * 40 + 55 : 0);
  const [r, g, b] = [Math.floor((n - 16) / 36), Math.floor((n - 16) / 6) % 6, (n - 16) % 6].map(level);
  return [nearest(r!, g!, b!), 2];
}

function nearest(r: number, g: number, b: number): number {
  const [low, high] = [Math.min(r, g, b), Math.max(r, g, b)];
  const light = (low + high) / 510;
  if (high - low < 40) return light > 0.55 ? WHITE : GREY;
  const span = high - low;
  const sector = high === r ? (g - b) / span + 6 : high === g ? (b - r) / span + 2 : (r - g) / span + 4;
  const hue = (sector % 6) * 60;
  const [, colour] = HUES.reduce((best, one) =>
    Math.abs(one[0] - hue) < Math.abs(best[0] - hue) ? one : best,
  );
  return colour + (light > 0.6 ? BRIGHT : 0);
}
