// The error of an attempt, or who aborted the action and why.

import type { ActionDetail, ErrorInfo } from "../../core/protocol";
import { copyButton } from "../../ui/copy";
import { h } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { redrawn } from "./redraw";
import type { DrawerTab } from "./tab";
import { errorOf, exitCode, splitMessage } from "./why";

export const errorTab: DrawerTab = {
  id: "error",
  label: ({ detail, attempt }) => (errorOf(detail, attempt) ? "Error" : "Abort"),
  isThere: ({ detail, attempt }) => errorOf(detail, attempt) !== null || detail.abort !== null,
  mount(view, panel, subject) {
    redrawn(
      view,
      panel,
      subject,
      ({ detail, attempt }) => ({ error: errorOf(detail, attempt), abort: detail.abort }),
      ({ error, abort }) => errorNodes(view, error, abort),
    );
  },
};

const KINDS: Readonly<Record<string, string>> = { user: "User error", system: "System error" };

function errorNodes(view: View, error: ErrorInfo | null, abort: ActionDetail["abort"]): HTMLElement[] {
  return [...(abort ? [abortNode(abort)] : []), ...(error ? drawError(view, error) : [])];
}

function abortNode({ reason, by }: NonNullable<ActionDetail["abort"]>): HTMLElement {
  const who = by ? `Aborted by ${by}.` : "Aborted.";
  return h(
    "p",
    { class: "fw-abort-reason" },
    h("b", {}, who),
    " ",
    h("span", { dir: "auto" }, reason || "No reason was given."),
  );
}

function drawError(view: View, error: ErrorInfo): HTMLElement[] {
  const [head, end] = splitMessage(error.message);
  const line = h(
    "div",
    { class: "fw-error-line" },
    h("span", { class: "fw-error-kind" }, KINDS[error.kind] ?? "Error"),
    h("b", { class: "fw-error-title fw-cut", dir: "auto", title: error.title || null }, error.title),
    h("span", { class: "fw-error-code" }, exitCode(error)),
    copyButton(view, "Copy the error", () => error.message, "Copy"),
  );
  const text = h(
    "pre",
    { class: "fw-error-text fw-mono", dir: "auto", tabindex: 0, role: "group", "aria-label": "Error text" },
    head && `${head}\n`,
    h("span", { class: "fw-error-end" }, end || "The backend gave no message."),
  );
  return [line, text];
}
