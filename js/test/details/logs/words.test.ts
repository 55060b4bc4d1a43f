// What the footer of a log says.
import { expect, test } from "vitest";
import type { LogNews } from "../../../src/core/protocol";
import { footerWords } from "../../../src/run/drawer/logs/words";

const refused = (total: number): LogNews => ({
  kind: "log",
  key: "a44/1",
  start: 0,
  folds: [],
  nextTryMs: null,
  first: 0,
  total,
  state: "refused",
  message: "You may not read the logs of this project.",
  hint: "Ask for the role that may view them.",
  sinceMs: null,
});

test("why a log is not read, where lines are shown; without any, the pane says it", () => {
  expect(footerWords(refused(0), 0, null)?.parts).toEqual(["not read"]);
  expect(footerWords(refused(6), 0, null)?.parts).toEqual([
    "You may not read the logs of this project.",
    "6 lines so far",
  ]);
});
