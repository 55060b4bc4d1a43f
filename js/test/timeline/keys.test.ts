import { expect, test } from "vitest";
import { keyActionOf } from "../../src/run/timeline/input/keys";

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test("Tab is never taken, nor is what the browser or the notebook has a chord for", () => {
  expect(keyActionOf({ ...plain, key: "Tab" })).toBeNull();
  expect(keyActionOf({ ...plain, key: "Tab", shiftKey: true })).toBeNull();
  for (const modifier of ["ctrlKey", "metaKey", "altKey"] as const) {
    for (const key of ["ArrowDown", "Enter", "0", "-", "l", "n"]) {
      expect(keyActionOf({ ...plain, key, [modifier]: true }), `${modifier} ${key}`).toBeNull();
    }
  }
  expect(keyActionOf({ ...plain, key: "d" })).toBeNull();
});

test("Shift with an arrow pans; letters work in both cases", () => {
  expect(keyActionOf({ ...plain, key: "ArrowLeft", shiftKey: true })).toEqual({ kind: "pan", share: -0.2 });
  expect(keyActionOf({ ...plain, key: "N", shiftKey: true })).toEqual({ kind: "failure", by: 1 });
  expect(keyActionOf({ ...plain, key: "+", shiftKey: true })).toMatchObject({ kind: "zoom" });
});
