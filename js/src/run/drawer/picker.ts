// Which attempt the tabs tell of, where there is no room for the list of attempts beside them.
import type { ActionDetail } from "../../core/protocol";
import { h, setAttribute, setText } from "../../ui/dom";
import { icon } from "../../ui/icons";

export class AttemptPicker {
  // The menu is the browser's own, over a chip that shows what is chosen.
  readonly #select = h("select", { class: "fw-pick-select", "aria-label": "Attempt" });
  readonly #words = h("span");
  readonly element = h(
    "label",
    { class: "fw-pick", title: "Attempt" },
    icon("retry", 12),
    this.#words,
    icon("chevron-down", 12),
    this.#select,
  );
  #key = "";

  constructor(choose: (attempt: number) => void) {
    this.#select.addEventListener("change", () => choose(Number(this.#select.value)));
  }

  update({ attempts }: ActionDetail, chosen: number, isWanted: boolean, brief: boolean): void {
    setAttribute(this.element, "hidden", isWanted && attempts.length > 1 ? null : "");
    const key = attempts.map(({ attempt }) => attempt).join();
    if (key !== this.#key) {
      this.#key = key;
      const options = attempts.map(({ attempt }) => h("option", { value: attempt }, String(attempt)));
      this.#select.replaceChildren(...options);
    }
    this.#select.value = String(chosen);
    setText(
      this.#words,
      brief ? String(chosen) : `attempt ${chosen} of ${attempts.at(-1)?.attempt ?? chosen}`,
    );
  }
}
