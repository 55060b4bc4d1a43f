// Which attempt the tabs tell of, where there is no room for the list of attempts beside them.

import type { ActionDetail } from "../../core/protocol";
import { h, setAttribute } from "../../ui/dom";
import { icon } from "../../ui/icons";

export class AttemptPicker {
  readonly #select = h("select", { class: "fw-pick-select", "aria-label": "Attempt" });
  readonly element = h("label", { class: "fw-pick", title: "Attempt" }, icon("retry", 12), this.#select);
  #key = "";

  constructor(choose: (attempt: number) => void) {
    this.#select.addEventListener("change", () => choose(Number(this.#select.value)));
  }

  update({ attempts }: ActionDetail, chosen: number, isWanted: boolean): void {
    setAttribute(this.element, "hidden", isWanted && attempts.length > 1 ? null : "");
    const key = attempts.map(({ attempt }) => attempt).join();
    if (key !== this.#key) {
      this.#key = key;
      const options = attempts.map(({ attempt }) => h("option", { value: attempt }, String(attempt)));
      this.#select.replaceChildren(...options);
    }
    this.#select.value = String(chosen);
  }
}
