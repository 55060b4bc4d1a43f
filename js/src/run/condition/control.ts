// What a person answers with: two buttons, or a field. It says what it takes, and sends nothing that is refused anyway.
import { h, setAttribute } from "../../ui/dom";
import type { View } from "../../ui/view-state";

const MOST = 2n ** 63n;
const INTEGER = /^[+-]?\d{1,19}$/;
const FLOAT = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** Why a text is no answer of a type; "" where it is one. */
export function wrongness(type: string, text: string): string {
  const typed = text.trim();
  if (type === "int") {
    const isInteger =
      INTEGER.test(typed) && -MOST <= BigInt(typed.replace("+", "")) && BigInt(typed.replace("+", "")) < MOST;
    return isInteger ? "" : "A whole number, such as 1250";
  }
  if (type === "float")
    return FLOAT.test(typed) && Number.isFinite(Number(typed)) ? "" : "A number, such as 0.1";
  return "";
}

/** The Python that answers so: `True`, `1250`, `'nightly'`. */
export function pythonOf(type: string, text: string): string {
  if (type === "bool") return text === "false" ? "False" : "True";
  if (type === "int") return text.trim() || "1250";
  if (type === "float") return text.trim() || "0.1";
  return JSON.stringify(text || "…");
}

export class AnswerControl {
  readonly element = h("div", { class: "fw-answer-control" });
  #type = "";
  #input: HTMLInputElement | null = null;
  #send: HTMLButtonElement | null = null;
  #isOff = false;
  #drawn = "";

  /** `answer(value, label)`; `wrong(why)` as a field holds what is no answer, with "" once it is right. */
  constructor(
    private readonly view: View,
    private readonly answer: (value: string, label: string) => void,
    private readonly wrong: (why: string) => void,
  ) {}

  /** With another `key` it begins anew. `off`: nothing can be sent now. */
  update(key: string, type: string, name: string, off: boolean): void {
    this.#isOff = off;
    const drawn = `${key} ${type}`;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#type = type;
      this.element.replaceChildren(...(type === "bool" ? this.#buttons() : this.#field(name)));
    }
    for (const control of this.element.children) {
      if (control === this.#send) continue;
      if (control instanceof HTMLInputElement) control.disabled = off;
      else this.#disable(control, off);
    }
    this.#check(false);
  }

  #buttons(): HTMLElement[] {
    this.#input = this.#send = null;
    return [
      ["No", "false", "fw-button"],
      ["Yes", "true", "fw-button fw-primary"],
    ].map(([word, value, kind]) => {
      const button = h("button", { class: `${kind} fw-yes-no` }, word!);
      button.addEventListener("click", () => !this.#isOff && this.answer(value!, word!), {
        signal: this.view.signal,
      });
      return button;
    });
  }

  #field(name: string): HTMLElement[] {
    const isText = this.#type !== "int" && this.#type !== "float";
    const input = h("input", {
      class: `fw-input ${isText ? "fw-answer-text" : "fw-answer-number"}`,
      type: "text",
      inputmode: isText ? null : this.#type === "int" ? "numeric" : "decimal",
      placeholder: isText ? "Text" : "",
      "aria-label": name,
      autocomplete: "off",
      spellcheck: "false",
    });
    const send = h("button", { class: "fw-button fw-primary" }, "Send");
    this.#input = input;
    this.#send = send;
    const { signal } = this.view;
    input.addEventListener("input", () => this.#check(false), { signal });
    input.addEventListener("blur", () => this.#check(input.value !== ""), { signal });
    input.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape") event.stopPropagation(); // what is typed is no command for the notebook
        if (event.key === "Enter" && !event.isComposing) {
          event.preventDefault();
          this.#submit();
        }
      },
      { signal },
    );
    send.addEventListener("click", () => this.#submit(), { signal });
    return [input, send];
  }

  #submit(): void {
    const input = this.#input!;
    if (this.#isOff || !this.#check(true)) {
      if (!this.#isOff) input.focus();
      return;
    }
    const label = this.#type === "int" || this.#type === "float" ? input.value.trim() : `“${input.value}”`;
    this.answer(input.value, label);
  }

  /** True where the field holds an answer. `say`: what is wrong is shown, and not only that it was set right. */
  #check(say: boolean): boolean {
    const input = this.#input;
    if (!input || !this.#send) return true;
    const why = wrongness(this.#type, input.value);
    this.#disable(this.#send, this.#isOff || why !== "");
    const tells = say ? why : input.getAttribute("aria-invalid") === "true" ? why : "";
    setAttribute(input, "aria-invalid", tells ? "true" : null);
    if (say || !tells) this.wrong(tells);
    return why === "";
  }

  /** `data-off`: a band that settles leaves it so. */
  #disable(control: Element, off: boolean): void {
    (control as HTMLElement).dataset.off = String(off);
    const isSettling = control.closest("[data-settling]") !== null;
    setAttribute(control, "aria-disabled", off || isSettling ? "true" : null);
  }
}
