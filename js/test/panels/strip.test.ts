// The counts beside the strip: of all actions, or of those that are known so far.
import { expect, test, vi } from "vitest";
import { scenario } from "../scenario";
import { mount, seen, withoutCanvas } from "../view";

test("while actions are still listed, nothing is said to be done", () => {
  withoutCanvas();
  const view = mount({ ...scenario.running(), is_loading: true });
  expect(seen(view.frame, ".fw-counts")).toMatch(/^50 actions so far, loading12 running/);
  view.model.play({ is_loading: false });
  expect(seen(view.frame, ".fw-counts")).toMatch(/^37 of 50 actions done12 running/);
  vi.restoreAllMocks();
});
