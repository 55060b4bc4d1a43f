// The band under a run from which another one was started, and the chip of a run that was started from another one.
import { signal } from "@preact/signals-core";
import { wallClock } from "../../core/format";
import { Band } from "../../ui/band";
import { safeUrl } from "../../ui/buttons";
import { copyText } from "../../ui/copy";
import { h, setAttribute } from "../../ui/dom";
import { icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";

const COPIED_MS = 2_000;
const NEW_TAB = { target: "_blank", rel: "noopener noreferrer" };

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
    const { state, run, reference, atMs, url } = traits.rerun_state.value;
    const label = copied.value || "Copy code";
    if (state !== "started" || dismissed.value === run) {
      band.update(null);
      return;
    }
    const href = safeUrl(url);
    band.update({
      key: run,
      name: "A run that was started from this one",
      tone: "plain",
      mark: { icon: "retry" },
      sentence: [h("span", { class: "fw-mono" }, run), " started from this run"],
      secondary: [
        ...(atMs === null ? [] : [wallClock(atMs)]),
        ...(href ? [h("a", { class: "fw-link", href, ...NEW_TAB }, "Open in the Flyte console")] : []),
      ],
      actions: [
        {
          id: "copy",
          label,
          kind: "button",
          title: reference,
          press: (button) => void copy(reference, button),
        },
      ],
      dismiss: () => {
        dismissed.value = run;
      },
    });
  });
}

/** "recovers r4p2bdpt7f". It leads to that run's page, where it has one. */
export function mountLineage(view: View, parent: HTMLElement): void {
  const { traits } = view.store;
  const words = h("span");
  const run = h("span", { class: "fw-mono fw-cut" });
  const chip = h("a", { class: "fw-lineage", ...NEW_TAB }, icon("retry", 12), words, run);
  parent.append(chip);
  view.effect(() => {
    const relation = traits.relation.value;
    chip.hidden = relation === null;
    words.textContent = relation?.kind === "recover" ? "recovers " : "rerun of ";
    run.textContent = relation?.run ?? "";
    setAttribute(chip, "href", safeUrl(relation?.url ?? "") || null);
    setAttribute(chip, "title", relation ? `${words.textContent}${relation.run}` : null);
  });
}
