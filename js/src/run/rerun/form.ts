// The inputs of a run as fields, for a rerun with other ones. What cannot be written from here is kept as it is. Python
// reads what was typed by the input's type, and has the last word.
import { signal } from "@preact/signals-core";
import type { RerunField } from "../../core/protocol";
import { h, setAttribute } from "../../ui/dom";
import { icon } from "../../ui/icons";
import type { View } from "../../ui/view-state";
import { wrongness } from "../condition/control";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export class RerunForm {
  readonly element = h("div", {
    class: "fw-rerun-form",
    role: "group",
    "aria-label": "Inputs of the new run",
    hidden: true,
  });
  /** What was changed, as it was typed, by name. */
  readonly changed = signal<ReadonlyMap<string, string>>(new Map());
  #fields: readonly RerunField[] = [];
  readonly #controls = new Map<string, Control>();

  /** `submit` is called by Enter in a field. */
  constructor(
    private readonly view: View,
    private readonly submit: () => void,
  ) {}

  get count(): number {
    return this.#fields.length;
  }

  say(words: string): void {
    this.element.replaceChildren(h("p", { class: "fw-note" }, words));
  }

  fill(fields: readonly RerunField[]): void {
    this.#fields = fields;
    this.#controls.clear();
    this.changed.value = new Map();
    if (fields.length === 0) this.say("The task takes no inputs.");
    else this.element.replaceChildren(...fields.map((field, i) => this.#row(field, i)));
  }

  /** The first field that holds what is no value gets the focus; true where there is none. */
  check(): boolean {
    for (const field of this.#fields) {
      const text = this.changed.peek().get(field.name);
      if (text === undefined || wrongness(field.type, text) === "") continue;
      this.#controls.get(field.name)?.focus();
      return false;
    }
    return true;
  }

  #row(field: RerunField, i: number): HTMLElement {
    const id = `fw-rerun-${i}`;
    const note = h("div", { class: "fw-rerun-note" });
    const name = h("label", { class: "fw-mono fw-cut", for: id, title: field.name }, field.name);
    if (field.kind === "kept") {
      note.append(field.type);
      const kept = h("div", { class: "fw-rerun-kept", title: field.text }, "kept as it is");
      return h("div", { class: "fw-rerun-row" }, name, kept, note);
    }
    const control = controlOf(field, id);
    this.#controls.set(field.name, control);
    const undoName = { title: "Undo", "aria-label": `Undo the change of ${field.name}` };
    const undo = h("button", { class: "fw-icon-button", ...undoName }, icon("undo", 12));
    const draw = (): void => {
      const isChanged = control.value !== field.text;
      const next = new Map(this.changed.peek());
      if (isChanged) next.set(field.name, control.value);
      else next.delete(field.name);
      this.changed.value = next;
      const why = isChanged ? wrongness(field.type, control.value) : "";
      setAttribute(control, "aria-invalid", why ? "true" : null);
      note.dataset.bad = String(why !== "");
      const was = field.text.length > 24 ? `${field.text.slice(0, 23)}…` : field.text;
      const words = isChanged ? `${field.type} · was ${was || "empty"}` : field.type;
      note.replaceChildren(why || words, ...(isChanged ? [undo] : []));
    };
    const { signal: until } = this.view;
    control.addEventListener("input", draw, { signal: until });
    undo.addEventListener(
      "click",
      () => {
        control.value = field.text;
        draw();
        control.focus();
      },
      { signal: until },
    );
    control.addEventListener("keydown", (event) => this.#onKey(event as KeyboardEvent, control), {
      signal: until,
    });
    draw();
    return h("div", { class: "fw-rerun-row" }, name, control, note);
  }

  #onKey(event: KeyboardEvent, control: Control): void {
    if (event.key !== "Escape") event.stopPropagation(); // what is typed is no command for the notebook
    if (event.key !== "Enter" || event.isComposing || control instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    this.submit();
  }
}

const BOOL = [
  ["true", "True"],
  ["false", "False"],
] as const;

function controlOf({ kind, text, choices }: RerunField, id: string): Control {
  if (kind === "bool" || kind === "choice") {
    const all = kind === "bool" ? BOOL : choices.map((one) => [one, one] as const);
    const options = all.map(([value, word]) => h("option", { value }, word));
    const select = h("select", { class: "fw-input", id }, ...options);
    select.value = text;
    return select;
  }
  const common = { class: "fw-input", id, spellcheck: "false", autocomplete: "off" };
  const field = kind === "text" ? h("textarea", common) : h("input", { ...common, type: "text" });
  field.value = text;
  // One line until it is used, and high from then on: what is clicked next must not move away.
  const unfold = (): void => {
    field.dataset.open = "";
  };
  if (text.includes("\n")) unfold();
  else if (kind === "text") field.addEventListener("focus", unfold, { once: true });
  return field;
}
