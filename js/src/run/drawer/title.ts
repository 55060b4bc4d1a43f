// The title row of the details: what it is, how often and how long; which attempt, abort, size, the console, the way out.
import type { ReadonlySignal } from "@preact/signals-core";
import { duration, plural } from "../../core/format";
import { phaseOf } from "../../core/phases";
import type { ActionDetail } from "../../core/protocol";
import { iconButton, iconLink, pointLink } from "../../ui/buttons";
import { dotted, h, setAttribute, setText } from "../../ui/dom";
import { icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";
import { abortOfAction, abortWords } from "./abort";
import { tinted } from "./attempts";
import { cacheWords, durationOf } from "./model";
import { AttemptPicker } from "./picker";
import type { Subject } from "./subject";

export class TitleRow {
  readonly close = iconButton("Close the details", "close");
  readonly #title = h("div", { class: "fw-details-title" });
  readonly #facts = h("span", { class: "fw-details-facts" });
  readonly #aborted = h("span", { class: "fw-details-aborted fw-cut" });
  readonly #console = iconLink("Open in the Flyte console");
  readonly element = h("div", { class: "fw-details-head" });
  #detail: ActionDetail | null = null;
  #key = "";

  /** `isSingle`: the attempts have no column of their own, so that one is picked here. */
  constructor(
    private readonly view: View,
    subject: Subject,
    isSingle: ReadonlySignal<boolean>,
  ) {
    const { ui } = view;
    const picker = new AttemptPicker((attempt) => subject.chooseAttempt(attempt));
    const abort = abortOfAction(view, subject, this.element);
    const maximise = iconButton("Maximise (M)", "maximise");
    const tools = [abort.note, this.#aborted, picker.element, abort.button];
    const icons = h("span", { class: "fw-details-icons" }, maximise, this.#console, this.close);
    const gap = h("span", { class: "fw-gap" });
    this.element.append(this.#title, this.#facts, gap, ...tools, icons, abort.question.element);
    maximise.addEventListener(
      "click",
      () => {
        ui.detailsMaximised.value = !ui.detailsMaximised.peek();
      },
      { signal: view.signal },
    );
    view.effect(() => {
      const isLarge = ui.detailsMaximised.value;
      const name = isLarge ? "Restore" : "Maximise";
      setAttribute(maximise, "aria-label", name);
      setAttribute(maximise, "title", `${name} (M)`);
      maximise.replaceChildren(icon(isLarge ? "restore" : "maximise"));
    });
    view.effect(() => {
      const detail = subject.detail.value;
      if (detail)
        picker.update(detail, subject.attempt.value?.attempt ?? 0, isSingle.value, ui.compact.value);
      const words = abortWords(view, subject);
      setText(this.#aborted, words);
      setAttribute(this.#aborted, "title", words || null);
      this.#aborted.hidden = words === "" || ui.compact.value;
    });
  }

  /** Gives the action's name. Before the details are here the list of actions knows some of it. */
  update(id: string, detail: ActionDetail | null): string {
    this.#detail = detail;
    const { actions } = this.view.store;
    const row = actions.rowOf.get(id);
    const name = detail?.name || (row === undefined ? "" : actions.name[row]!) || id;
    const phase = detail ? phaseOf(detail.phase) : row === undefined ? 0 : actions.phase[row]!;
    const key = JSON.stringify([id, name, phase]);
    if (key !== this.#key) {
      this.#key = key;
      this.#title.replaceChildren(
        tinted(phase, 14),
        h("span", { class: "fw-details-name fw-cut", dir: "auto", title: name }, name),
        h("span", { class: "fw-details-id fw-mono fw-cut" }, id),
      );
    }
    pointLink(this.#console, detail?.consoleUrl ?? "");
    this.tick();
    return name;
  }

  tick(): void {
    const detail = this.#detail;
    const facts = this.#facts;
    const wholeMs = detail && durationOf(detail, this.view.store.nowMs());
    const texts = detail
      ? [
          attemptWords(detail),
          cacheWords(detail.cache || (detail.attempts.at(-1)?.cache ?? "")),
          wholeMs === null ? "" : duration(wholeMs),
        ].filter(Boolean)
      : [];
    if (facts.textContent === texts.join("")) return;
    // An empty first node, so that there is a dot after the id as well.
    facts.replaceChildren(
      ...(texts.length ? dotted([h("span"), ...texts.map((text) => h("span", {}, text))]) : []),
    );
  }
}

function attemptWords({ attempts, attemptCount, kind }: ActionDetail): string {
  if (kind !== "task") return kind;
  const n = Math.max(attempts.length, attemptCount);
  if (n > 1) return plural(n, "attempt");
  return attempts[0] ? `attempt ${attempts[0].attempt}` : "";
}
