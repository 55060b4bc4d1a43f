// What a condition asks, and the answer; once it was given, who answered and what.
import { duration, wallClock } from "../../../core/format";
import type { ActionDetail, ConditionInfo } from "../../../core/protocol";
import { copyButton } from "../../../ui/copy";
import { h, setText } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";
import { Answering, promptOf } from "../../condition/answering";
import { AnswerControl, pythonOf } from "../../condition/control";
import { inline } from "../../condition/markdown";
import type { Subject } from "../subject";
import css from "./answer.css";
import { blocks } from "./blocks";

export function mountAnswer(view: View, panel: HTMLElement, subject: Subject): void {
  const { store } = view;
  view.style(css);
  const answering = Answering.of(store);
  panel.classList.add("fw-answer");
  const question = h("div");
  const status = h("div", { class: "fw-answer-status" });
  const control = new AnswerControl(
    view,
    (value, label) => answering.send(subject.id.peek(), value, label),
    (why) => setText(status, why),
  );
  const code = h("code", { class: "fw-code" });
  const line = h(
    "div",
    { class: "fw-answer-code" },
    code,
    copyButton(view, "Copy the line of Python", () => code.textContent ?? ""),
  );
  panel.append(question, control.element, status, line);
  let drawn = "";
  view.effect(() => {
    const detail = subject.detail.value;
    const condition = detail?.condition;
    if (!detail || !condition) return;
    const key = JSON.stringify([detail.id, condition.prompt, condition.description]);
    if (key !== drawn) question.replaceChildren(...asked(detail, condition));
    drawn = key;
    const waits = store.traits.waiting.value.some(({ id }) => id === detail.id) && detail.phase === "paused";
    const isSent = answering.isSent(detail.id);
    control.element.hidden = !waits || isSent;
    line.hidden = !waits || isSent;
    control.update(detail.id, condition.type, condition.prompt || detail.name, answering.isAway);
    setText(code, `run.actions["${detail.id}"].signal(${pythonOf(condition.type, "")})`);
    const words = statusOf(detail, condition, answering, waits);
    status.replaceChildren(...words);
    status.dataset.bad = String(waits && !isSent && words.length > 0);
  });
}

function asked({ name }: ActionDetail, { prompt, description, markdown }: ConditionInfo): HTMLElement[] {
  const words = promptOf({ prompt, name });
  const more = description
    ? markdown
      ? blocks(description)
      : [h("p", { class: "fw-plain" }, description)]
    : [];
  return [
    h("div", { class: "fw-answer-prompt", dir: "auto" }, ...(markdown ? inline(words) : [words])),
    h("div", { class: "fw-answer-description", dir: "auto" }, ...more),
  ];
}

function statusOf(
  { id, phase, startMs, endMs }: ActionDetail,
  { answer, by }: ConditionInfo,
  answering: Answering,
  waits: boolean,
): (Node | string)[] {
  const local = answering.local(id);
  const remote = answering.remote(id);
  if (waits && answering.isSent(id)) {
    const label = local?.at === "sent" ? local.label : (remote?.value ?? "");
    return [icon("spinner", 12), `${label} was sent`];
  }
  if (waits) {
    const why = answering.failure(id);
    return why ? [icon("warning", 13), `Not sent: ${why}`] : [];
  }
  const when = endMs === null ? "" : ` · ${wallClock(endMs)}`;
  const waited = endMs !== null && startMs !== null ? ` · waited ${duration(endMs - startMs)}` : "";
  if (answer !== null) {
    const who = remote?.state === "answered" ? "You answered" : by ? `${by} answered` : "Answered";
    return [icon("check", 13), `${who} ${answer}${when}${waited}`];
  }
  return phase === "timed_out" ? [`Nobody answered in time${when}${waited}`] : [];
}
