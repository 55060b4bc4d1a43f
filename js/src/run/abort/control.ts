// Abort of a run or of one action: a button, the question, then what became of the request. Aborted is said elsewhere,
// and only when that phase was seen. State: the UI's, but for `abort_state`, which is Python's.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { sentences } from "../../core/format";
import type { AbortState } from "../../core/protocol";
import { RequestError } from "../../core/requests";
import { h, setAttribute, setText } from "../../ui/dom";
import { icon } from "../../ui/icons";
import { Question } from "../../ui/question";
import type { View } from "../../ui/view-state";
import { BUSY_AFTER_MS, type Local, type Shown, SILENT_AFTER_MS, shown } from "./state";

const IDLE: Local = { at: "idle" };
const NOTHING: Omit<AbortState, "action"> = { state: "idle", atMs: null, reason: "", message: "" };
/** A little after BUSY_AFTER_MS, so that the words are there within 0.3 s though the ticker is slow. */
const BUSY_CHECK_MS = BUSY_AFTER_MS + 5;

/** What may be aborted. */
export interface AbortTarget {
  /** The action's id; another one begins anew. */
  id: string;
  terminal: boolean;
  /** Anything is known of it, so that there is something to abort. */
  known: boolean;
  /** What it is called, where more than one can be aborted: a screen reader says it after the button's word. */
  name?: string;
  /** "Abort r4p2bdpt7f?" */
  title: (Node | string)[];
  /** What else it does; "" for nothing. */
  effect: string;
}

export class AbortControl {
  readonly question: Question;
  readonly note = h("span", { class: "fw-abort-note" });
  readonly button = h("button", { class: "fw-button fw-abort" });
  readonly #local = signal<{ id: string; at: Local }>({ id: "", at: IDLE });
  #words = h("span");
  #mode: Shown["mode"] | "" = "";
  #reason = "";

  /** `changed` is called with each new mode: the caller shows a row, or the question in its place. */
  constructor(
    private readonly view: View,
    private readonly target: ReadonlySignal<AbortTarget>,
    sure: string,
    private readonly changed: (mode: Shown["mode"]) => void,
  ) {
    const { signal: until } = view;
    this.question = new Question(view, {
      name: "Confirm the abort",
      tone: "danger",
      keep: "Keep running",
      sure,
      reason: { placeholder: "Reason (optional)", name: "Reason for the abort, optional" },
      answer: (reason) => {
        this.#reason = reason;
        this.#send();
      },
    });
    const draw = () => this.#draw();
    // Once Python reports on it, what this view remembers is old.
    view.effect(() => {
      const { state } = this.#remote;
      if (state !== "idle" && ["taken", "silent", "refused"].includes(this.#here.at)) this.#become(IDLE);
    });
    view.effect(() => {
      const { title, effect } = target.value;
      this.question.say(title, effect);
    });
    let asked = "";
    view.effect(() => {
      const { id, terminal } = target.value;
      if (terminal || !view.store.kernelAlive.value || id !== asked) this.question.close(false);
      asked = id;
    });
    view.effect(draw);
    view.everyTick(1_000, draw);
    this.button.addEventListener("click", () => this.#press(), { signal: until });
  }

  get #here(): Local {
    const { id, at } = this.#local.value;
    return id === this.target.value.id ? at : IDLE;
  }

  #become(at: Local): void {
    this.#local.value = { id: this.target.peek().id, at };
  }

  get #remote(): AbortState {
    const { id } = this.target.value;
    const remote = this.view.store.traits.abort_state.value;
    return remote.action === id ? remote : { ...NOTHING, action: id };
  }

  get #shown(): Shown {
    const { store } = this.view;
    const { terminal, known } = this.target.value;
    return shown({
      asking: this.question.isOpen.value,
      local: this.#here,
      remote: this.#remote,
      nowMs: Date.now(),
      clockMs: store.clockMs(),
      terminal,
      kernel: store.kernel.state.value,
      busy: store.busy,
      known,
    });
  }

  #press(): void {
    const { mode, button } = this.#shown;
    if (mode === "idle") this.question.open(this.button);
    else if (button === "Try again" || button === "Send again") this.#send();
  }

  #send(): void {
    const { store } = this.view;
    const { id } = this.target.peek();
    const here = this.#here;
    if (here.at === "sent") return; // a double click is one request
    const before = store.traits.abort_state.peek();
    // What was not answered is sent as the same request: the kernel may have it already.
    const again = here.at === "silent" ? here.request : undefined;
    this.#become({ at: "sent", sinceMs: Date.now() });
    const settle = (at: Local): void => {
      if (this.target.peek().id === id) this.#become(at);
    };
    store.abort(id, this.#reason, SILENT_AFTER_MS, again).then(
      () => {
        const reported = store.traits.abort_state.peek() !== before;
        settle(reported ? IDLE : { at: "taken", sinceMs: Date.now() });
      },
      (error: RequestError) => settle(afterError(error)),
    );
    setTimeout(() => this.#draw(), BUSY_CHECK_MS);
    this.button.focus();
  }

  #draw(): void {
    if (this.view.signal.aborted) return;
    const { mode, note: text, button: word } = this.#shown;
    const { note, button } = this;
    setAttribute(note, "hidden", text ? null : "");
    setAttribute(button, "hidden", word ? null : "");
    setAttribute(button, "aria-disabled", word === "Aborting…" ? "true" : null);
    setText(button, word);
    const { name } = this.target.value;
    setAttribute(button, "aria-label", name ? `${word} ${name}` : null);
    if (mode !== this.#mode) {
      this.#mode = mode;
      this.changed(mode);
      const bad = mode === "failed";
      this.#words = h("span", { role: bad ? "alert" : null });
      note.replaceChildren(icon(bad ? "warning" : "spinner", bad ? 13 : 12), this.#words);
      if (mode === "busy") this.view.announce(text, true);
    }
    setText(this.#words, text);
    setAttribute(note, "title", text || null);
  }
}

function afterError(error: RequestError): Local {
  if (!(error instanceof RequestError)) return { at: "refused", message: String(error) };
  if (error.reason === "timeout") {
    return { at: "silent", sinceMs: Date.now() - SILENT_AFTER_MS, request: error.id };
  }
  if (error.reason === "cancelled") return IDLE;
  return { at: "refused", message: sentences(error.message, error.hint) };
}
