// This run beside an earlier one: read from Python, summed up in a band, placed among the rows. Both runs start at 0.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { ago, duration } from "../../../core/format";
import type { Comparison } from "../../../core/protocol";
import { Band } from "../../../ui/band";
import { h } from "../../../ui/dom";
import type { View } from "../../../ui/view-state";
import type { TimelineModel } from "../model";
import type { Order } from "../rows/order";
import { timesOf } from "../time/times";

/** Smaller differences are told in grey. */
const LARGE_MS = 10_000;
const LARGE_SHARE = 0.1;
export const MEDIAN = "median";
/** Stands in the picker for a run whose name is typed. */
const TYPED = "…";

/** The earlier bar of a row, and how much longer this one is. Milliseconds from the start of the run. */
export interface Ghost {
  fromMs: number;
  toMs: number;
}

export interface Delta {
  text: string;
  /** Worth a look. */
  isLarge: boolean;
}

export interface PlacedComparison {
  ghostAt(index: number): Ghost | null;
  deltaAt(index: number): Delta;
}

export function mountCompareBand(view: View, parent: HTMLElement): ReadonlySignal<Comparison | null> {
  const { store, ui } = view;
  const found = signal<Comparison | null>(null);
  const refusal = signal("");
  const other = ui.compareWith;
  const given = store.traits.compare_with.peek();
  if (given) other.value = given;
  const isTyping = signal(false);
  if (other.peek()) ui.lens.value = "compare";
  const band = new Band(view);
  parent.append(band.element);
  const picker = h("select", { class: "fw-compare-picker", "aria-label": "Run to compare with" });
  picker.addEventListener(
    "change",
    () => {
      if (picker.value === TYPED) {
        isTyping.value = true;
        field.focus();
      } else other.value = picker.value;
    },
    { signal: view.signal },
  );
  const field = h("input", {
    class: "fw-input fw-compare-picker",
    type: "text",
    placeholder: "name of a run",
    "aria-label": "Name of the run to compare with",
  });
  field.addEventListener(
    "change",
    () => {
      other.value = field.value.trim() || other.peek();
      isTyping.value = false;
    },
    { signal: view.signal },
  );

  const read = async (): Promise<void> => {
    const asked = other.peek();
    try {
      const { payload } = await store.request("compare", { other: asked }, { signal: view.signal });
      if (other.peek() === asked && ui.lens.peek() === "compare") found.value = payload;
      refusal.value = "";
    } catch (error) {
      if (other.peek() !== asked) return;
      found.value = null;
      refusal.value = (error as Error).message;
    }
  };
  view.effect(() => {
    void [other.value, store.traits.connection.value];
    if (ui.lens.value === "compare") void read();
    else {
      found.value = null;
      refusal.value = "";
      isTyping.value = false;
    }
  });
  view.effect(() => {
    if (ui.lens.value !== "compare") {
      band.update(null);
      return;
    }
    const comparison = found.value;
    if (isTyping.value && field.isConnected) return; // drawn again, it would lose the focus
    if (comparison) fillPicker(picker, comparison, other.peek());
    const { startedMs, durationMs, because } = comparison ?? {
      startedMs: null,
      durationMs: null,
      because: "",
    };
    const when = startedMs === null ? "" : `${ago(store.clockMs() - startedMs)} ago, `;
    band.update({
      key: "compare",
      name: "Comparison with an earlier run",
      tone: "plain",
      mark: { icon: "compare" },
      sentence: comparison
        ? [h("strong", {}, comparison.verdict), joint(comparison.verdict), isTyping.value ? field : picker]
        : [refusal.value || "Reading the other run…", ...(refusal.value ? [" ", field] : [])],
      secondary: comparison
        ? [durationMs === null ? "" : `${when}${duration(durationMs)}`, because].filter(Boolean)
        : [],
      spoken: comparison ? `${comparison.verdict}${joint(comparison.verdict)}${comparison.other}` : "",
      dismiss: () => {
        ui.lens.value = "";
      },
    });
  });
  return found;
}

const joint = (verdict: string): string =>
  verdict.endsWith(" as") ? " " : / (so far|in all)$/.test(verdict) ? ", beside " : " than ";

function fillPicker(picker: HTMLSelectElement, { other, earlier }: Comparison, chosen: string): void {
  const names = [...new Set([other, ...earlier])];
  const key = names.join();
  if (picker.dataset.names !== key) {
    picker.dataset.names = key;
    const options = names.map((name) => h("option", { value: name }, name));
    const median = earlier.length >= 3 ? [h("option", { value: MEDIAN }, "the median of five")] : [];
    picker.replaceChildren(...options, ...median, h("option", { value: TYPED }, "another run…"));
  }
  picker.value = chosen === MEDIAN ? MEDIAN : other;
  picker.title = other;
}

/** When the last of the other run's actions ended, from its start. */
export function lastMs({ rows, gone }: Comparison): number {
  const ends = rows.map(([, startMs, lengthMs]) => (startMs ?? 0) + (lengthMs ?? 0));
  return [...ends, ...gone.map(([, , , toMs]) => toMs)].reduce((last, ms) => Math.max(last, ms), 0);
}

/** Find ghost and difference of each row; those of a fold are of all its actions together. */
export function placeComparison(comparison: Comparison, model: TimelineModel): PlacedComparison {
  const { actions, order } = model;
  const byRow = new Map(
    comparison.rows.flatMap((row) => {
      const at = actions.rowOf.get(row[0]);
      return at === undefined ? [] : [[at, row] as const];
    }),
  );
  const known = new Map<number, { ghost: Ghost | null; delta: Delta }>();
  const at = (index: number) => {
    const before = known.get(index);
    if (before) return before;
    const rows = rowsOf(order, index);
    const compared = rows.map((row) => byRow.get(row)).filter((row) => row !== undefined);
    const starts = compared.flatMap(([, startMs]) => startMs ?? []);
    const ends = compared.flatMap(([, startMs, lengthMs]) =>
      startMs === null ? [] : startMs + (lengthMs ?? 0),
    );
    const ghost = starts.length > 0 ? { fromMs: Math.min(...starts), toMs: Math.max(...ends) } : null;
    const found = { ghost, delta: deltaOf(model, rows, compared[0]?.[3] ?? null, ghost) };
    known.set(index, found);
    return found;
  };
  return { ghostAt: (index) => at(index).ghost, deltaAt: (index) => at(index).delta };
}

function rowsOf(order: Order, index: number): number[] {
  const item = order.item[index]!;
  return item >= 0 ? [item] : [...order.members(-1 - item)];
}

function deltaOf(
  model: TimelineModel,
  rows: readonly number[],
  ownMs: number | null,
  ghost: Ghost | null,
): Delta {
  if (!ghost) return { text: "new", isLarge: false };
  let differenceMs = ownMs;
  if (rows.length > 1) {
    const times = rows.map((row) => timesOf(model.actions, row, model.clock));
    if (times.some((time) => time.open)) return { text: "", isLarge: false };
    const lengthMs =
      Math.max(...times.map(({ endMs }) => endMs)) - Math.min(...times.map((time) => time.createdMs));
    differenceMs = lengthMs - (ghost.toMs - ghost.fromMs);
  }
  if (differenceMs === null) return { text: "", isLarge: false };
  const size = Math.abs(differenceMs);
  if (size < 50) return { text: "0s", isLarge: false };
  const text = `${differenceMs < 0 ? "−" : "+"}${duration(size)}`;
  return { text, isLarge: size >= LARGE_MS || size >= LARGE_SHARE * (ghost.toMs - ghost.fromMs) };
}
