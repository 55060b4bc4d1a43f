// Rounded lines, and colours that follow from the palette: the vectors of tests/unit/test_vectors.py.
import { expect, test } from "vitest";
import vectors from "../../tests/vectors/drawing.json";
import { PHASES } from "../src/core/phases";
import { pathOf } from "../src/run/diagram/geometry";
import type { Line } from "../src/run/diagram/types";
import { schemeOf } from "../src/ui/palette";

test("lines have the corners of the static diagram", () => {
  const lines = vectors.lines as unknown as [Line, string][];
  expect(lines.map(([line]) => [line, pathOf(line)])).toEqual(lines);
});

test.each([
  ["light", false],
  ["dark", true],
] as const)("colours in %s are derived as in the static view", (name, dark) => {
  const scheme = schemeOf(dark, false);
  const derived = [...PHASES.keys(), 0].map((number) => {
    const { fill, on, ink, ring } = scheme.phase(number);
    return [PHASES.get(number)?.value ?? "unknown", [fill, on, ink, ring]];
  });
  expect(Object.fromEntries(derived)).toEqual(vectors.colours[name]);
});
