// The Abort button: confirm in place of the header's row, then what became of the request, then Aborted, which is said
// only when that phase was seen. State: the UI's, but for `abort_state`, which is Python's.
import { signal } from "@preact/signals-core";
import { plural, sentences } from "../../core/format";
import { isActive, phaseOf } from "../../core/phases";
import type { AbortState } from "../../core/protocol";
import { RequestError } from "../../core/requests";
import { h, setAttribute, setText } from "../../ui/dom";
import { icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";
import { BUSY_AFTER_MS, type Local, type Shown, SILENT_AFTER_MS, shown } from "./abort-state";

const RUN = "a0";
/** A confirm that nobody answers goes away, or a stray Enter would abort an hour later. */
const DISARM_MS = 30_000;

const IDLE: Local = { at: "idle" };
const NOTHING: AbortState = { state: "idle", action: RUN, atMs: null, reason: "", message: "" };

/** Appends the confirm row, the note and the button to `row`; `band` shows that a confirm is open. */
export function mountAbort(view: View, row: HTMLElement, band: HTMLElement): void {
  const { store } = view;
  const { traits } = store;
  const local = signal<Local>(IDLE);
  let disarm: ReturnType<typeof setTimeout> | undefined;
  let reason = "";
  let words = h("span");

  const name = h("span", { class: "fw-mono" });
  const question = h("strong", { class: "fw-confirm-name fw-cut" }, "Abort ", name, "?");
  const effectText = h("span", { class: "fw-confirm-count fw-cut" });
  const input = h("input", {
    class: "fw-input fw-reason",
    type: "text",
    placeholder: "Reason (optional)",
    "aria-label": "Reason for the abort, optional",
    maxlength: 500,
    autocomplete: "off",
  });
  const keep = h("button", { class: "fw-button" }, "Keep running");
  const sure = h("button", { class: "fw-button fw-danger-fill" }, "Abort run");
  const confirm = h(
    "div",
    { class: "fw-confirm", role: "group", "aria-label": "Confirm the abort" },
    h("div", { class: "fw-confirm-text" }, question, effectText),
    h("div", { class: "fw-confirm-form" }, input, keep, sure),
  );
  const note = h("span", { class: "fw-abort-note" });
  const button = h("button", { class: "fw-button fw-abort" });
  row.append(confirm, note, button);

  const arm = (): void => {
    clearTimeout(disarm);
    disarm = setTimeout(() => stand(false), DISARM_MS);
  };
  /** Leave the confirm; with `focus`, back to the button it came from. */
  const stand = (focus: boolean): void => {
    clearTimeout(disarm);
    if (local.value.at === "confirm") local.value = IDLE;
    if (focus) button.focus();
  };
  view.signal.addEventListener("abort", () => clearTimeout(disarm));

  const send = (): void => {
    clearTimeout(disarm);
    if (local.value.at === "sent") return; // a double click is one request
    const before = traits.abort_state.peek();
    // What was not answered is sent as the same request: the kernel may have it already.
    const again = local.value.at === "silent" ? local.value.request : undefined;
    local.value = { at: "sent", sinceMs: Date.now() };
    store.abort(RUN, reason, SILENT_AFTER_MS, again).then(
      () => {
        const told = traits.abort_state.peek() !== before;
        local.value = told ? IDLE : { at: "taken", sinceMs: Date.now() };
      },
      (error: RequestError) => {
        local.value = afterError(error);
      },
    );
    setTimeout(draw, BUSY_CHECK_MS);
    button.focus();
  };

  const situation = (): Shown => {
    const remote = traits.abort_state.value;
    return shown({
      local: local.value,
      remote: remote.action === RUN ? remote : NOTHING,
      nowMs: Date.now(),
      clockMs: store.clockMs(),
      terminal: traits.is_terminal.value,
      kernel: store.kernel.state.value,
      busy: store.busy,
      known: traits.phase.value !== "",
    });
  };
  const draw = (): void => {
    if (view.signal.aborted) return;
    const { mode, note: text, button: word } = situation();
    const previous = band.dataset.abort;
    band.dataset.abort = mode;
    setAttribute(confirm, "hidden", mode === "confirm" ? null : "");
    setAttribute(note, "hidden", text ? null : "");
    setAttribute(button, "hidden", word ? null : "");
    setAttribute(button, "aria-disabled", word === "Aborting…" ? "true" : null);
    setText(button, word);
    if (mode !== previous) {
      const bad = mode === "failed";
      words = h("span", { role: bad ? "alert" : null });
      note.replaceChildren(icon(bad ? "warning" : "spinner", bad ? 13 : 12), words);
      if (mode === "busy") view.announce(text, true);
    }
    setText(words, text);
    setAttribute(note, "title", text || null);
  };

  // Once Python reports on it, what this view remembers is old.
  view.effect(() => {
    const { state } = traits.abort_state.value;
    if (state !== "idle" && ["taken", "silent", "refused"].includes(local.peek().at)) local.value = IDLE;
  });
  view.effect(draw);
  view.everyTick(1_000, draw);
  view.effect(() => {
    if (traits.is_terminal.value || !store.kernelAlive.value) stand(false);
  });
  view.effect(() => {
    setText(name, traits.run_name.value);
    setAttribute(question, "title", `Abort ${traits.run_name.value}?`);
    let active = 0;
    for (const [value, n] of Object.entries(traits.counts.value)) if (isActive(phaseOf(value))) active += n;
    const effect = active ? `${plural(active, "active action")} will stop.` : "What is active will stop.";
    setText(effectText, traits.abort_note.value || effect);
    setAttribute(effectText, "title", effectText.textContent);
  });

  const { signal: until } = view;
  button.addEventListener(
    "click",
    () => {
      const { mode, button: word } = situation();
      if (mode === "idle") {
        input.value = "";
        local.value = { at: "confirm" };
        arm();
        input.focus();
      } else if (word === "Try again" || word === "Send again") send();
    },
    { signal: until },
  );
  const go = (): void => {
    if (local.value.at !== "confirm") return;
    reason = input.value.trim();
    send();
  };
  sure.addEventListener("click", go, { signal: until });
  keep.addEventListener("click", () => stand(true), { signal: until });
  input.addEventListener("input", arm, { signal: until });
  confirm.addEventListener(
    "keydown",
    (event) => {
      event.stopPropagation(); // what is typed here is no command for the notebook
      if (event.key === "Escape") stand(true);
      else if (event.key === "Enter" && event.target === input && !event.isComposing) go();
      else return;
      event.preventDefault();
    },
    { signal: until },
  );
}

/** A little after BUSY_AFTER_MS, so that the words are there within 0.3 s though the ticker is slow. */
const BUSY_CHECK_MS = BUSY_AFTER_MS + 5;

function afterError(error: RequestError): Local {
  if (!(error instanceof RequestError)) return { at: "refused", message: String(error) };
  if (error.reason === "timeout") {
    return { at: "silent", sinceMs: Date.now() - SILENT_AFTER_MS, request: error.id };
  }
  if (error.reason === "cancelled") return IDLE;
  return { at: "refused", message: sentences(error.message, error.hint) };
}
