import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Question, type QuestionOptions } from "../../src/ui/question";
import { press } from "../view";
import { type PartView, partView } from "./help";

let part: PartView;
let opener: HTMLButtonElement;
let answers: string[];

beforeEach(() => {
  vi.useFakeTimers();
  part = partView();
  opener = document.createElement("button");
  part.root.append(opener);
  answers = [];
});
afterEach(() => {
  part.close();
  vi.useRealTimers();
});

function ask(more: Partial<QuestionOptions> = {}): Question {
  const question = new Question(part.view, {
    name: "Confirm",
    tone: "danger",
    keep: "Keep running",
    sure: "Abort 2 runs",
    answer: (reason) => answers.push(reason),
    ...more,
  });
  part.root.append(question.element);
  question.say(["Abort 2 runs?"], "1 of them is active.");
  question.open(opener);
  return question;
}
const named = (text: string) =>
  [...part.root.querySelectorAll("button")].find((button) => button.textContent === text)!;
const reason = { placeholder: "Reason (optional)", name: "Reason" };

test("without a field the sure button has the focus: Enter starts it, Escape leaves it", () => {
  const question = ask({ tone: "ask", sure: "Start run" });
  expect(document.activeElement).toBe(named("Start run"));
  expect(question.element.textContent).toContain("Abort 2 runs? 1 of them is active.");
  press(document.activeElement!, "Escape");
  expect([question.isOpen.value, question.element.hidden, document.activeElement]).toEqual([
    false,
    true,
    opener,
  ]);
  expect(answers).toEqual([]);
});

test("with a field Enter answers with its text, once", () => {
  ask({ reason });
  const field = document.activeElement as HTMLInputElement;
  field.value = " stuck ";
  press(field, "Enter");
  named("Abort 2 runs").click();
  expect(answers).toEqual(["stuck"]);
});

test("Keep running sends nothing, and the next question begins with an empty field", () => {
  const question = ask({ reason });
  (document.activeElement as HTMLInputElement).value = "old";
  named("Keep running").click();
  expect(document.activeElement).toBe(opener);
  question.open(opener);
  expect((document.activeElement as HTMLInputElement).value).toBe("");
  expect(answers).toEqual([]);
});

test("nobody answers: it goes after half a minute, not while somebody types", () => {
  const question = ask({ reason });
  vi.advanceTimersByTime(29_000);
  document.activeElement!.dispatchEvent(new Event("input", { bubbles: true }));
  vi.advanceTimersByTime(29_000);
  expect(question.isOpen.value).toBe(true);
  vi.advanceTimersByTime(2_000);
  expect(question.isOpen.value).toBe(false);
});

test("what is typed is no command for the notebook", () => {
  ask({ reason });
  const heard = vi.fn();
  document.addEventListener("keydown", heard);
  press(document.activeElement!, "d");
  document.removeEventListener("keydown", heard);
  expect(heard).not.toHaveBeenCalled();
});
