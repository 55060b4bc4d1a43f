// The static view in the output below: hidden while a live view shows the same, and only then.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { scenario } from "./scenario";
import { mount, withoutCanvas } from "./view";

const ID = "fw-static-view-0a1b2c3d4e5f";

beforeEach(() => {
  vi.useFakeTimers();
  withoutCanvas();
  document.body.innerHTML = `<div id="${ID}">Failed</div><div id="other">kept</div>`;
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const shown = (id: string): boolean => getComputedStyle(document.getElementById(id)!).display !== "none";

test("the static view is hidden while the view is there, also when it is put in anew, and shows again after it", () => {
  const view = mount({ ...scenario.running(), static_view_id: ID });
  expect([shown(ID), shown("other")]).toEqual([false, true]);
  document.getElementById(ID)!.outerHTML = `<div id="${ID}">Succeeded</div>`;
  expect(shown(ID)).toBe(false);
  view.close();
  expect(shown(ID)).toBe(true);
});

test("an id that is none of ours hides nothing", () => {
  for (const static_view_id of ["", "other", "x{} body", `${ID}, #other`]) {
    const view = mount({ ...scenario.running(), static_view_id });
    expect([shown(ID), shown("other"), shown("other")]).toEqual([true, true, true]);
    view.close();
  }
  expect(document.head.querySelectorAll("style")).toHaveLength(0);
});
