// The band under a run from which another one was started, and the chip of a run that was started from another one.
import { signal } from "@preact/signals-core";
import { grouped, wallClock } from "../../core/format";
import { Phase } from "../../core/phases";
import { Band } from "../../ui/band";
import { copyText } from "../../ui/copy";
import { h, setAttribute, setText } from "../../ui/dom";
import { icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";
import { countIn, tally } from "../header/counts";
import { kinship, showOther } from "./other-run";

const COPIED_MS = 2_000;

export function mountStarted(view: View, parent: HTMLElement): void {
  const { traits } = view.store;
  const band = new Band(view);
  parent.append(band.element);
  const copied = signal("");
  const dismissed = signal("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  view.signal.addEventListener("abort", () => clearTimeout(timer));
  const copy = async (text: string, button: HTMLButtonElement): Promise<void> => {
    copied.value = (await copyText(text, button)) ? "Copied" : "Not allowed";
    clearTimeout(timer);
    timer = setTimeout(() => {
      copied.value = "";
    }, COPIED_MS);
  };
  view.effect(() => {
    const { state, run, code, atMs, url } = traits.rerun_state.value;
    const label = copied.value || "Copy code";
    if (state !== "started" || dismissed.value === run) {
      band.update(null);
      return;
    }
    band.update({
      key: run,
      name: "A run that was started from this one",
      tone: "plain",
      mark: { icon: "retry" },
      sentence: [h("span", { class: "fw-mono" }, run), " started from this run"],
      secondary: atMs === null ? [] : [wallClock(atMs)],
      actions: [
        {
          id: "copy",
          label,
          kind: "button",
          title: code,
          press: (button) => void copy(code, button),
        },
        { id: "show", label: "Show", kind: "primary", press: () => showOther(view, run, url) },
      ],
      dismiss: () => {
        dismissed.value = run;
      },
    });
  });
}

/** "recovers r4p2bdpt7f"; once it has ended, how much was taken over. It shows that run. */
export function mountLineage(view: View, parent: HTMLElement): void {
  const { traits } = view.store;
  const words = h("span");
  const run = h("span", { class: "fw-mono fw-cut" });
  const chip = h("button", { class: "fw-lineage" }, icon("retry", 12), words, run);
  parent.append(chip);
  chip.addEventListener(
    "click",
    () => {
      const relation = traits.relation.peek();
      if (relation) showOther(view, relation.run, relation.url);
    },
    { signal: view.signal },
  );
  view.effect(() => {
    const relation = traits.relation.value;
    chip.hidden = relation === null;
    if (!relation) return;
    const sums = tally(traits.counts.value);
    const isOver = traits.is_terminal.value && sums.total > 0;
    const done = `recovered ${grouped(countIn(sums, Phase.Recovered))} of ${grouped(sums.total)} from `;
    setText(words, relation.kind === "recover" && isOver ? done : `${kinship(relation.kind)} `);
    setText(run, relation.run);
    setAttribute(chip, "title", `${words.textContent}${relation.run}: show that run here`);
  });
}
