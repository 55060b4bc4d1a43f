// The inputs of a rerun as fields.
import { expect, test } from "vitest";
import type { RerunField } from "../../src/core/protocol";
import { RerunForm } from "../../src/run/rerun/form";
import type { View } from "../../src/ui/view-state";

const field = (name: string, kind: RerunField["kind"], text: string): RerunField => ({
  name,
  type: "dict",
  kind,
  text,
  choices: [],
});

function filled(...fields: RerunField[]) {
  const form = new RerunForm({ signal: new AbortController().signal } as View, () => {});
  form.fill(fields);
  document.body.append(form.element);
  form.element.hidden = false;
  const at = (i: number): HTMLElement => form.element.querySelector(`#fw-rerun-${i}`)!;
  return { form, at };
}

test("a value of many parts is one line until it is used, and does not fold under the pointer again", () => {
  const { at } = filled(field("cfg", "text", "{'lr': 0.1}"), field("n", "line", "20"));
  expect(at(0).dataset.open).toBeUndefined();
  at(0).focus();
  expect(at(0).dataset.open).toBe("");
  at(1).focus();
  expect([at(0).dataset.open, at(1).dataset.open]).toEqual(["", undefined]);
});

test("a value of many lines is unfolded from the start", () => {
  const { at } = filled(field("note", "text", "first\nsecond"));
  expect(at(0).dataset.open).toBe("");
});
