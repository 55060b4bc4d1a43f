// The phase table, and what becomes of phases that it does not have.
import { expect, test } from "vitest";
import {
  ACTIVE,
  CANONICAL_EDGES,
  cssName,
  isActive,
  isTerminal,
  label,
  learnLabels,
  PHASES,
  phaseOf,
  STACK_ORDER,
  TERMINAL,
} from "../src/core/phases";
import { glyphParts } from "../src/ui/icons";

test("each phase is active or terminal, and stands once in the stack's order", () => {
  const all = [...PHASES.keys()].sort();
  expect([...ACTIVE, ...TERMINAL].sort()).toEqual(all);
  expect([...STACK_ORDER].sort()).toEqual(all);
  for (const phase of all) expect(isActive(phase)).toBe(!isTerminal(phase));
  expect(isActive(0)).toBe(false);
});

test("no edge leaves a terminal state, and every state can be reached", () => {
  for (const [from] of CANONICAL_EDGES) expect(isTerminal(from)).toBe(false);
  expect(new Set(CANONICAL_EDGES.map(([, to]) => to))).toEqual(new Set(PHASES.keys()));
});

test("values of the SDK lead to wire numbers, and names of custom properties", () => {
  expect(phaseOf("waiting_for_resources")).toBe(2);
  expect(phaseOf("")).toBe(0);
  expect(cssName(2)).toBe("waiting-for-resources");
  expect(cssName(42)).toBe("unknown");
});

test("a phase that nobody knows has a number, a word, is active, and never throws", () => {
  expect(phaseOf("unknown_42")).toBe(42);
  expect(label(42)).toBe("Unknown (42)");
  expect(label(77)).toBe("Unknown (77)");
  learnLabels({ 77: "Unknown (hibernating)" });
  expect(label(77)).toBe("Unknown (hibernating)");
  expect(phaseOf("hibernating")).toBe(77);
  expect(isActive(77)).toBe(true);
});

test("ten glyphs and the unknown one are all different", () => {
  const drawn = [...PHASES.keys(), 42].map((phase) => JSON.stringify(glyphParts(phase)));
  expect(new Set(drawn).size).toBe(11);
});
