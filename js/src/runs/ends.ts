// What stands where rows would be, and below them: a skeleton while they are read, why there are none, how many there were.
import { plural } from "../core/format";
import type { RunsState } from "../core/protocol";
import { h } from "../ui/dom";
import { icon } from "../ui/icons";
import type { Filter } from "./model";

export class Empty {
  readonly element = h("div", { class: "fw-rl-empty", hidden: true });
  #drawn = "";

  constructor(private readonly clear: () => void) {}

  show(state: RunsState, filter: Filter): void {
    const words = filterWords(filter);
    const { since, project, domain, host } = state;
    const key = [words, since, project, domain, host].join("\n");
    if (this.#drawn === key) return;
    this.#drawn = key;
    if (words) {
      const within = since ? `${since[0]!.toUpperCase()}${since.slice(1)}.` : "";
      const clear = h("button", { class: "fw-button" }, "Clear filters");
      clear.addEventListener("click", this.clear);
      const matches = h("strong", {}, `No run matches ${words}`);
      this.element.replaceChildren(h("div", {}, matches, h("div", {}, within)), clear);
      return;
    }
    const code = h("code", { class: "fw-code" }, "flyte.run(task, n=20)");
    const where = h("div", {}, `In ${project} / ${domain} on ${host}. Start one: `, code);
    const none = h("strong", {}, since ? `No runs ${since}` : "No runs yet");
    this.element.replaceChildren(h("div", {}, none, where));
  }
}

/** “sweep”, etl.pipeline, failed, mine. */
function filterWords({ phase, mine, task, search }: Filter): string {
  const phases = phase.replaceAll("_", " ").replaceAll(",", " or ");
  return [search && `“${search}”`, task, phases, mine && "mine"].filter(Boolean).join(", ");
}

export class Foot {
  readonly element = h("div", { class: "fw-rl-foot", hidden: true });

  show(
    state: RunsState,
    shown: number,
    search: string,
    older: { hasMore: boolean; isReading: boolean; hasFailed: boolean },
  ): void {
    const { loaded, since, isRead } = state;
    this.element.hidden = shown === 0 || !isRead;
    if (older.hasMore) {
      const where = search ? `Searched in the ${plural(loaded, "run")} read so far. ` : "";
      const mark = older.isReading ? [icon("spinner", 14)] : [];
      this.element.replaceChildren(
        ...mark,
        `${where}Older runs${older.hasFailed ? " could not be read" : ""}`,
      );
    } else {
      this.element.replaceChildren(`That was all: ${plural(shown, "run")}${since ? ` ${since}` : ""}`);
    }
  }
}

export function columnHeads(): HTMLElement {
  const heads = ["", "", "Task and run", "Actions", "Started", "Took", "", "By"];
  return h(
    "div",
    { class: "fw-rl-row fw-rl-columns", "aria-hidden": "true" },
    ...heads.map((head, i) => h("span", { class: `fw-rl-column-${i}` }, head)),
  );
}

export function skeleton(): HTMLElement {
  const line = (): HTMLElement =>
    h("div", { class: "fw-rl-skeleton-row" }, h("span"), h("span"), h("span"), h("span"));
  return h("div", { class: "fw-rl-skeleton", "aria-hidden": "true" }, line(), line(), line());
}
