// The phase colours, recomputed from palette.ts: legible, and told apart also by those who see colours otherwise.
import { describe, expect, test } from "vitest";
import { label, PHASES } from "../src/core/phases";
import { contrast, parseColour } from "../src/ui/colour";
import { glyph } from "../src/ui/icons";
import { schemeOf } from "../src/ui/palette";

type Linear = readonly [number, number, number];

/** How the three kinds of colour blindness see linear sRGB: Machado, Oliveira, Fernandes 2009, severity 1. */
const SIGHT: Readonly<Record<string, readonly [Linear, Linear, Linear]>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Linear {
  const [r, g, b] = parseColour(hex)!;
  const one = (n: number) => (n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4);
  return [one(r), one(g), one(b)];
}

const dot = (row: Linear, [r, g, b]: Linear): number => row[0] * r + row[1] * g + row[2] * b;
const clamp = (n: number): number => Math.min(1, Math.max(0, n));

/** OKLab, whose distances are near to what eyes tell apart: about 0.02 is just noticeable. */
function oklab([r, g, b]: Linear): Linear {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function distance(a: string, b: string, sight: string): number {
  const see = (hex: string) =>
    oklab(SIGHT[sight]!.map((row) => clamp(dot(row, linear(hex)))) as unknown as Linear);
  const [x, y] = [see(a), see(b)];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

const ALL = [...PHASES.keys()];
const PAIRS = ALL.flatMap((a, i) => ALL.slice(i + 1).map((b) => [a, b] as const));
/** Three times what is just noticeable; five times where no pattern helps. */
const APART = 0.06;
const APART_IF_ALIKE = 0.1;

test("a distance of nothing is none, and of black and white is one", () => {
  expect(distance("#123456", "#123456", "full")).toBe(0);
  expect(distance("#000000", "#ffffff", "full")).toBeCloseTo(1, 3);
  // Red and green of one lightness are far apart for most, and near for a deuteranope.
  expect(distance("#c05050", "#508050", "deuteranopia")).toBeLessThan(
    distance("#c05050", "#508050", "full") / 2,
  );
});

describe.each([
  ["light", schemeOf(false, false)],
  ["dark", schemeOf(true, false)],
] as const)("in %s", (_name, { colours, phase }) => {
  const { bg, panel, code, hover, press, sel, sel2, dangerBg, warnBg } = colours;

  test("fills, rings and glyphs are at least 3:1 on what they stand on", () => {
    for (const number of [...ALL, 0]) {
      const { fill, on, ink, ring } = phase(number);
      const grounds = number === 0 ? [bg] : [bg, hover, sel];
      const ratios = {
        fill: contrast(fill, bg),
        ring: contrast(ring, bg),
        on: contrast(on, fill),
        ink: Math.min(...grounds.map((ground) => contrast(ink, ground))),
      };
      for (const [what, ratio] of Object.entries(ratios))
        expect.soft(ratio, `${label(number)}: ${what}`).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(colours.line3, bg)).toBeGreaterThanOrEqual(3); // idle glyphs, handles
  });

  test("words are at least 4.5:1 on every ground they stand on", () => {
    const strong = [bg, panel, code, hover, press, sel, sel2, dangerBg, warnBg];
    const legible: (readonly [text: string, grounds: readonly string[]])[] = [
      [colours.fg, strong],
      [colours.fg2, strong],
      [colours.fg3, [bg, panel, hover, sel]],
      [colours.danger, [bg, panel, code, dangerBg]],
      [colours.warn, [bg, warnBg]],
      [colours.accent, [bg]],
      [bg, [colours.accent]], // the "now" pill
    ];
    for (const [text, grounds] of legible) {
      for (const ground of grounds)
        expect.soft(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(Object.keys(SIGHT))("any two phases differ to %s sight, most where both are solid", (sight) => {
    for (const [a, b] of PAIRS) {
      const alike = phase(a).pattern === phase(b).pattern;
      const apart = distance(phase(a).fill, phase(b).fill, sight);
      const pair = `${label(a)} and ${label(b)}`;
      expect.soft(apart, pair).toBeGreaterThanOrEqual(alike ? APART_IF_ALIKE : APART);
    }
  });
});

test("hue is never alone: every phase has a glyph of its own", () => {
  const drawn = [...ALL, 0].map((number) => glyph(number, 16).outerHTML);
  expect(new Set(drawn).size).toBe(drawn.length);
});
