// The critical path, while it is looked at: read from Python, kept fresh, summed up in a band above the rows.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { duration, grouped, plural } from "../../../core/format";
import { label } from "../../../core/phases";
import { Band } from "../../../ui/band";
import { h } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";
import { byPhase, type PathPiece, percent, piecesOf } from "./path";

/** So often it is read anew while the run goes on. */
const AGAIN_MS = 5_000;
const FOUND_HOW = "Found from times: Flyte records no dependencies.";

/** The pieces; null while it is not looked at, or not read. */
export function mountPathBand(view: View, parent: HTMLElement): ReadonlySignal<readonly PathPiece[] | null> {
  const { store, ui } = view;
  const pieces = signal<readonly PathPiece[] | null>(null);
  const band = new Band(view);
  const info = h("span", { class: "fw-path-info", role: "img", title: FOUND_HOW, "aria-label": FOUND_HOW });
  info.append(icon("info"));
  band.controls.append(info);
  parent.append(band.element);
  let reading = false;

  const read = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      const { payload } = await store.request("critical_path", {}, { signal: view.signal });
      if (ui.lens.peek() === "path") pieces.value = piecesOf(payload, store.actions);
    } catch {
      // A kernel that is gone, or busy: what was read stays.
    } finally {
      reading = false;
    }
  };
  view.effect(() => {
    void store.traits.connection.value;
    if (ui.lens.value === "path") void read();
    else pieces.value = null;
  });
  view.everyTick(AGAIN_MS, () => {
    if (ui.lens.peek() === "path") void read();
  });
  view.effect(() => {
    if (ui.lens.value !== "path") {
      band.update(null);
      return;
    }
    const found = pieces.value;
    const totalMs = found?.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) ?? 0;
    const deciding = new Set(found?.map(({ row }) => row)).size;
    const soFar = store.traits.is_terminal.value ? "" : " so far";
    const all = ui.narrow.value ? grouped(store.actions.count) : plural(store.actions.count, "action");
    const words = found?.length
      ? `${grouped(deciding)} of ${all} decided ${duration(totalMs)}${soFar}`
      : store.kernelAlive.value
        ? "Reading the critical path…"
        : "The critical path was not kept: run the cell again to read it.";
    band.update({
      key: "path",
      name: "Critical path",
      tone: "plain",
      mark: { icon: "path" },
      sentence: [h("strong", {}, words)],
      secondary: found?.length
        ? byPhase(found).map(([phase, ms]) =>
            h(
              "span",
              { class: "fw-path-phase" },
              h("span", { class: "fw-fill fw-path-swatch", "data-phase": phase }),
              `${phase ? label(phase).toLowerCase() : "other"} `,
              h("strong", {}, percent(ms / totalMs)),
              ` ${duration(ms)}`,
            ),
          )
        : [],
      dismiss: () => {
        ui.lens.value = "";
      },
    });
  });
  return pieces;
}
