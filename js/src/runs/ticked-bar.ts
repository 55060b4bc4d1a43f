// The head's line while runs are ticked: how many, and what can be done with them. An abort asks first, in its place.
import { grouped, plural } from "../core/format";
import { iconButton } from "../ui/buttons";
import { copyButton } from "../ui/copy";
import { h, setText } from "../ui/dom";
import { type IconName, icon } from "../ui/icons";
import { Question } from "../ui/question";
import type { Ticked } from "./ticked";

export interface TickedBarActions {
  focusList(): void;
  announce(text: string): void;
  signal: AbortSignal;
}

export class TickedBar {
  readonly #count = h("strong");
  readonly #active = h("span", { class: "fw-rl-place fw-cut" });
  readonly #compare = iconWord("compare", "Compare");
  readonly #abort = h("button", { class: "fw-button" });
  readonly element: HTMLElement;
  readonly question: Question;

  constructor(
    private readonly ticked: Ticked,
    { focusList, announce, signal }: TickedBarActions,
  ) {
    const code = copyButton({ signal, announce }, "Copy code", () => ticked.code(), "Copy code");
    code.classList.replace("fw-copy", "fw-rl-do");
    const table = iconWord("download", "Export");
    const close = iconButton("Untick all", "close");
    table.title = "Export as CSV";
    this.#compare.title = "Compare: the newer one beside the older one";
    const buttons = [this.#compare, code, table, this.#abort, close];
    this.element = h(
      "div",
      { class: "fw-rl-top fw-rl-ticked", hidden: true },
      this.#count,
      this.#active,
      ...buttons,
    );
    this.question = new Question(
      { signal },
      {
        name: "Abort the ticked runs",
        tone: "danger",
        keep: "Keep running",
        sure: "Abort",
        reason: { placeholder: "Reason (optional)", name: "Reason" },
        answer: (reason) => {
          void ticked.abort(reason);
          focusList(); // the question had the focus, and what asked it goes with the ticks
        },
      },
    );
    const on = (button: HTMLElement, press: () => void): void =>
      button.addEventListener("click", press, { signal });
    on(this.#compare, () => ticked.compare());
    on(table, () => ticked.exportTable());
    on(this.#abort, () => this.question.open(this.#abort));
    on(close, () => {
      ticked.clear();
      focusList();
    });
  }

  show(): void {
    const { rows, active } = this.ticked;
    if (active.length === 0 && this.question.isOpen.peek()) this.question.close(false);
    this.element.hidden = rows.length === 0;
    setText(this.#count, `${grouped(rows.length)} selected`);
    const some = `${active.length || "none"} of them active`;
    setText(this.#active, active.length === rows.length ? "" : some);
    this.#compare.hidden = !this.ticked.canCompare;
    setText(this.#abort, `Abort ${plural(active.length, "run")}`);
    this.#abort.hidden = active.length === 0;
    const what = active.length === 1 ? active[0]!.run : plural(active.length, "run");
    this.question.say([`Abort ${what}?`], "What they have done is kept.");
  }
}

/** A button with icon and word, of which the narrow form keeps the icon. */
function iconWord(of: IconName, word: string): HTMLButtonElement {
  const name = { title: word, "aria-label": word };
  return h("button", { class: "fw-button fw-rl-do", ...name }, icon(of, 14), h("span", {}, word));
}
