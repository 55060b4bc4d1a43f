// Colours as numbers: read, mixed, and compared by WCAG's contrast. Pure.

/** Red, green, blue 0 … 255, alpha 0 … 1. */
export type Rgba = readonly [number, number, number, number];

/** "#abc", "#aabbcc", "#aabbccdd", "rgb(…)", "rgba(…)", "color(srgb …)"; null for all else. */
export function parseColour(text: string): Rgba | null {
  const value = text.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3,8})$/.exec(value)?.[1];
  if (hex) {
    const wide = hex.length < 6 ? [...hex].map((digit) => digit + digit).join("") : hex;
    if (wide.length !== 6 && wide.length !== 8) return null;
    const at = (i: number) => Number.parseInt(wide.slice(i, i + 2), 16);
    return [at(0), at(2), at(4), wide.length === 8 ? at(6) / 255 : 1];
  }
  const call = /^(rgba?|color)\(([^)]*)\)$/.exec(value);
  if (!call) return null;
  const srgb = call[1] === "color";
  const words = call[2]!.split(/[\s,/]+/).filter((word) => word && word !== "srgb");
  const parts = words.map((word) => {
    const n = Number.parseFloat(word);
    return word.endsWith("%") ? n / 100 : n;
  });
  if (parts.length < 3 || parts.some(Number.isNaN)) return null;
  const scale = srgb || words[0]!.endsWith("%") ? 255 : 1;
  return [parts[0]! * scale, parts[1]! * scale, parts[2]! * scale, parts[3] ?? 1];
}

export function toHex([r, g, b]: Rgba): string {
  const two = (n: number) =>
    Math.round(Math.min(255, Math.max(0, n)))
      .toString(16)
      .padStart(2, "0");
  return `#${two(r)}${two(g)}${two(b)}`;
}

/** `share` of `a`, the rest of `b`; both opaque hex colours. */
export function mix(a: string, b: string, share: number): string {
  const x = parseColour(a)!;
  const y = parseColour(b)!;
  const at = (i: 0 | 1 | 2) => x[i] * share + y[i] * (1 - share);
  return toHex([at(0), at(1), at(2), 1]);
}

/** A translucent colour as it looks on an opaque one. */
export function over(top: Rgba, below: string): string {
  return mix(toHex(top), below, top[3]);
}

/** Relative luminance, 0 … 1 (WCAG 2). */
export function luminance(hex: string): number {
  const [r, g, b] = parseColour(hex)!;
  const linear = (n: number) => {
    const s = n / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Contrast ratio, 1 … 21 (WCAG 2). */
export function contrast(a: string, b: string): number {
  const x = luminance(a);
  const y = luminance(b);
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
