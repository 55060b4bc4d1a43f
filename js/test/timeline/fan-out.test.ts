import { describe, expect, it } from "vitest";
import cases from "../../../tests/vectors/fan_out.json";
import { FanOut } from "../../src/run/timeline/rows/fan-out";
import { Tree } from "../../src/run/timeline/rows/tree";
import { action, load, root } from "./help";

type Told = [name: string, group: string, createdMs: number | null];

describe("which of its like an action is", () => {
  it.each(cases)("$what", ({ actions: told, indices }) => {
    const specs = (told as Told[]).map(([name, group, createdMs], i) =>
      action({ id: `a${i + 1}`, name, group, createdMs: createdMs ?? Number.NaN }),
    );
    const actions = load([root, ...specs]);
    const fanOut = new FanOut();
    const tree = new Tree(actions);
    expect(specs.map((_, i) => fanOut.placeOf(actions, tree, i + 1)?.index ?? null)).toEqual(indices);
    expect(fanOut.placeOf(actions, tree, 0)).toBeNull();
  });

  it("is not told of a part that was saved", () => {
    const specs = [1, 2].map((n) => action({ id: `a${n}`, name: "t", group: "g", createdMs: n }));
    const actions = load([root, ...specs]);
    actions.known = 50;
    expect(new FanOut().placeOf(actions, new Tree(actions), 1)).toBeNull();
  });
});
