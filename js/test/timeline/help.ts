// Short ways to say what a test is about.
import { Actions } from "../../src/core/actions";
import { Phase } from "../../src/core/phases";
import { type Filter, NO_FILTER, type Order, order, type Toggles } from "../../src/run/timeline/rows/order";
import { Tree } from "../../src/run/timeline/rows/tree";
import { type ActionSpec, pack, type SegmentSpec } from "../pack";

/** One action; what is not said is a running task under the root. */
export function action(spec: Partial<ActionSpec> & { id: string }): ActionSpec {
  return {
    name: spec.id,
    parent: 0,
    phase: Phase.Running,
    createdMs: 0,
    endedMs: Number.NaN,
    segments: [],
    ...spec,
  };
}

export const root = action({ id: "a0", name: "main", parent: -1 });

export const segment = (
  phase: number,
  startMs: number,
  endMs = Number.NaN,
  more: Partial<SegmentSpec> = {},
) => ({
  phase,
  startMs,
  endMs,
  ...more,
});

export function load(specs: readonly ActionSpec[]): Actions {
  const actions = new Actions();
  actions.apply(pack(specs));
  return actions;
}

export function ordered(
  specs: readonly ActionSpec[],
  filter: Partial<Filter> = {},
  toggles: Toggles = new Map(),
): { actions: Actions; tree: Tree; order: Order } {
  const actions = load(specs);
  const tree = new Tree(actions);
  return { actions, tree, order: order(actions, tree, { ...NO_FILTER, ...filter }, toggles) };
}

/** The rows as text: two blanks a level, a fold as "name ×n". */
export function lines({ actions, tree, order: o }: ReturnType<typeof ordered>): string[] {
  return Array.from({ length: o.count }, (_, i) => {
    const item = o.item[i]!;
    const name = item >= 0 ? actions.id[item] : `${tree.labelOf(-1 - item)} ×${o.sizeOf(-1 - item)}`;
    return "  ".repeat(o.level[i]!) + name;
  });
}
