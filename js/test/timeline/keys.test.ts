import { expect, test } from "vitest";
import { actOf } from "../../src/run/timeline/input/keys";

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test("Tab is never taken, nor is what the browser or the notebook has a chord for", () => {
  expect(actOf({ ...plain, key: "Tab" })).toBeNull();
  expect(actOf({ ...plain, key: "Tab", shiftKey: true })).toBeNull();
  for (const modifier of ["ctrlKey", "metaKey", "altKey"] as const) {
    for (const key of ["ArrowDown", "Enter", "0", "-", "l", "n"]) {
      expect(actOf({ ...plain, key, [modifier]: true }), `${modifier} ${key}`).toBeNull();
    }
  }
  expect(actOf({ ...plain, key: "d" })).toBeNull();
});

test("Shift with an arrow pans; letters work in both cases", () => {
  expect(actOf({ ...plain, key: "ArrowLeft", shiftKey: true })).toEqual({ kind: "pan", share: -0.2 });
  expect(actOf({ ...plain, key: "N", shiftKey: true })).toEqual({ kind: "failure", by: 1 });
  expect(actOf({ ...plain, key: "+", shiftKey: true })).toMatchObject({ kind: "zoom" });
});
