// What cannot be known of a run that is followed all the same: a call is refused, or the stream loses updates.
import { afterEach, expect, test } from "vitest";
import type { Connection } from "../../src/core/protocol";
import { scenario } from "../scenario";
import { type Mounted, mount, withoutCanvas } from "../view";

const LOST = "This Flyte's stream lost updates: asking every 5 s.";
let view: Mounted | undefined;

afterEach(() => {
  view?.close();
  view = undefined;
});

function said(more: Partial<Connection>): string {
  withoutCanvas();
  const traits = scenario.running();
  view = mount({ ...traits, connection: { ...traits.connection, ...more } });
  return view.frame.textContent ?? "";
}

test.each<[string, Partial<Connection>]>([
  ["polling", { state: "polling", pollS: 5, message: LOST }],
  ["live", { state: "live", message: LOST }],
])("it is said while the view is %s", (_, connection) => {
  expect(said(connection)).toContain(LOST);
});

test("nothing is said where all can be known", () => {
  expect(said({ state: "live", message: "" })).not.toContain("lost updates");
});
