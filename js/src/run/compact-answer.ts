// What a run in one row asks of a person: Yes and No in the row, and for any other answer the way to where it is typed.
import type { Signal } from "@preact/signals-core";
import type { WaitingCondition } from "../core/protocol";
import { textButton } from "../ui/buttons";
import { h } from "../ui/dom";
import type { View } from "../ui/view-state";
import { Answering, promptOf } from "./condition/answering";
import { AnswerControl } from "./condition/control";

/** Buttons that appear where another was take no click for so long. */
const GUARD_MS = 600;

export interface CompactAnswer {
  element: HTMLElement;
  /** What is asked, and how an answer stands; "" where nothing is. */
  words(): string;
}

export function mountCompactAnswer(view: View, open: Signal<boolean>): CompactAnswer {
  const { waiting } = view.store.traits;
  const answering = Answering.of(view.store);
  const first = (): WaitingCondition | undefined => waiting.value[0];
  const control = new AnswerControl(
    view,
    (value, label) => {
      const asked = waiting.peek()[0];
      if (asked) answering.send(asked.id, value, label);
    },
    () => {},
  );
  const elsewhere = textButton("Answer");
  elsewhere.addEventListener(
    "click",
    () => {
      open.value = true;
    },
    { signal: view.signal },
  );
  const element = h("span", { class: "fw-compact-answer" }, control.element, elsewhere);
  let shown = "";
  let sinceMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  view.signal.addEventListener("abort", () => clearTimeout(timer));

  const draw = (): void => {
    const asked = first();
    element.hidden = !asked || open.value;
    if (!asked) return;
    if (asked.id !== shown) {
      [shown, sinceMs] = [asked.id, Date.now()];
      clearTimeout(timer);
      timer = setTimeout(draw, GUARD_MS + 20); // clocks differ by a millisecond or so: then it would stay off
    }
    const isYesNo = asked.type === "bool";
    control.element.hidden = !isYesNo;
    elsewhere.hidden = isYesNo;
    // The signals first: what is not read is not watched.
    const isOff = answering.isSent(asked.id) || answering.isAway || Date.now() - sinceMs < GUARD_MS;
    if (isYesNo) control.update(asked.id, asked.type, asked.name, isOff);
  };
  view.effect(draw);

  return {
    element,
    words() {
      const asked = first();
      if (!asked) return "";
      const failure = answering.failure(asked.id);
      if (failure) return `Not sent: ${failure}`;
      const local = answering.local(asked.id);
      return local?.at === "sent" ? `${local.label} sent` : promptOf(asked);
    },
  };
}
