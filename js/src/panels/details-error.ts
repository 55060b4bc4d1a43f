// The error of an attempt, or who aborted the action and why.
import { h } from "../dom";
import { icon } from "../icons";
import type { ActionDetail, ErrorInfo } from "../protocol";
import type { View } from "../ui";
import { copyText } from "./copy";
import { exitCode, splitMessage } from "./details-why";

const SHOWN_MS = 1_500;
const KINDS: Readonly<Record<string, string>> = { user: "User error", system: "System error" };

export function errorNodes(view: View, error: ErrorInfo | null, abort: ActionDetail["abort"]): HTMLElement[] {
  return [...(abort ? [abortNode(abort)] : []), ...(error ? drawError(view, error) : [])];
}

function abortNode({ reason, by }: NonNullable<ActionDetail["abort"]>): HTMLElement {
  const who = by ? `Aborted by ${by}.` : "Aborted.";
  return h("p", { class: "fw-abort-reason" }, h("b", {}, who), ` ${reason || "No reason was given."}`);
}

function drawError(view: View, error: ErrorInfo): HTMLElement[] {
  const [head, end] = splitMessage(error.message);
  const line = h(
    "div",
    { class: "fw-error-line" },
    h("span", { class: "fw-error-kind" }, KINDS[error.kind] ?? "Error"),
    h("b", { class: "fw-error-title fw-cut", title: error.title || null }, error.title),
    h("span", { class: "fw-error-code" }, exitCode(error)),
    copyButton(view, error.message),
  );
  const text = h(
    "pre",
    { class: "fw-error-text fw-mono", tabindex: 0, role: "group", "aria-label": "Error text" },
    head && `${head}\n`,
    h("span", { class: "fw-error-end" }, end || "The backend gave no message."),
  );
  return [line, text];
}

function copyButton(view: View, text: string): HTMLButtonElement {
  const word = h("span", {}, "Copy");
  const button = h("button", { class: "fw-button fw-copy", "aria-label": "Copy the error" });
  const show = (name: "copy" | "check" | "warning", words: string) => {
    word.textContent = words;
    button.replaceChildren(icon(name), word);
  };
  show("copy", "Copy");
  let timer: ReturnType<typeof setTimeout> | undefined;
  button.addEventListener("click", async () => {
    const copied = await copyText(text, button);
    show(copied ? "check" : "warning", copied ? "Copied" : "Not allowed");
    view.announce(copied ? "Error copied" : "The browser did not let it be copied");
    clearTimeout(timer);
    timer = setTimeout(() => show("copy", "Copy"), SHOWN_MS);
  });
  return button;
}
