// The lines above the list: what is listed and how fresh it is; the filters; what is ticked, and what can be done with it.
import { grouped, plural, wallClock } from "../core/format";
import { cssName, label, phaseOf } from "../core/phases";
import type { RunsState } from "../core/protocol";
import { iconButton, textButton } from "../ui/buttons";
import { h, setAttribute, setText } from "../ui/dom";
import { glyph, type IconName, icon } from "../ui/icons";
import { Question } from "../ui/question";
import type { Filter } from "./model";

export interface HeadActions {
  /** The user chose other filters; those that are left out stay as they are. */
  choose(filter: Partial<Filter>, since?: string): void;
  abort(reason: string): void;
  untick(): void;
}

const PHASES = ["", "active", "paused", "failed", "succeeded", "aborted", "timed_out"] as const;
const GLYPHS: Record<string, string> = { active: "running" };
const NAMES: Record<string, string> = { "": "All", active: "Active", paused: "Needs an answer" };
const TIMES = [
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
  ["all", "All times"],
] as const;
const SEARCH_AFTER_MS = 250;

export class Head {
  readonly #title = h("strong", { class: "fw-rl-title" }, "Runs");
  readonly #place = h("span", { class: "fw-rl-place fw-cut" });
  readonly #task = h("select", { "aria-label": "Runs of one task" });
  readonly #taskWord = h("span", { class: "fw-cut" }, "All tasks");
  readonly #since = h("select", { "aria-label": "How far back" });
  readonly #sinceWord = h("span", { class: "fw-cut" });
  readonly #mine = textButton("Mine");
  readonly search = h("input", {
    type: "search",
    placeholder: "Task or run",
    "aria-label": "Search task or run",
    autocomplete: "off",
    spellcheck: "false",
  });
  readonly #dot = h("span", { class: "fw-dot", "aria-hidden": "true" });
  readonly #fresh = h("span", { class: "fw-fresh-words" });
  readonly #chips = new Map<string, { element: HTMLButtonElement; count: HTMLElement }>();
  readonly #selected = h("strong");
  readonly #selectedActive = h("span", { class: "fw-rl-place" });
  readonly #abort = h("button", { class: "fw-button" });
  readonly #top: HTMLElement;
  readonly #ticked: HTMLElement;
  readonly #question: Question;
  readonly element: HTMLElement;
  #tasks = "";
  #searching: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly on: HeadActions,
    signal: AbortSignal,
  ) {
    const chosen = (word: HTMLElement, of: IconName, select: HTMLSelectElement): HTMLElement =>
      h("span", { class: "fw-rl-select" }, icon(of, 14), word, icon("chevron-down", 12), select);
    this.#since.append(...TIMES.map(([value, name]) => h("option", { value }, name)));
    const search = h("label", { class: "fw-rl-search" }, icon("search", 14), this.search);
    const fresh = h("span", { class: "fw-fresh fw-rl-fresh" }, this.#dot, this.#fresh);
    this.#top = h(
      "div",
      { class: "fw-rl-top" },
      this.#title,
      this.#place,
      h(
        "span",
        { class: "fw-rl-selects" },
        chosen(this.#taskWord, "filter", this.#task),
        chosen(this.#sinceWord, "clock", this.#since),
      ),
      this.#mine,
      search,
      fresh,
    );
    const close = iconButton("Untick all", "close");
    this.#ticked = h(
      "div",
      { class: "fw-rl-top fw-rl-ticked", hidden: true },
      this.#selected,
      this.#selectedActive,
      this.#abort,
      close,
    );
    this.#question = new Question(
      { signal },
      {
        name: "Abort the ticked runs",
        tone: "danger",
        keep: "Keep running",
        sure: "Abort",
        reason: { placeholder: "Reason (optional)", name: "Reason" },
        answer: (reason) => on.abort(reason),
      },
    );
    const filters = h("div", { class: "fw-rl-filters", role: "group", "aria-label": "Phases" });
    for (const phase of PHASES) filters.append(this.#chip(phase, signal));
    this.element = h(
      "div",
      { class: "fw-rl-head" },
      this.#top,
      this.#ticked,
      this.#question.element,
      filters,
    );

    this.#mine.addEventListener(
      "click",
      () => on.choose({ mine: this.#mine.getAttribute("aria-pressed") !== "true" }),
      { signal },
    );
    this.#task.addEventListener("change", () => on.choose({ task: this.#task.value }), { signal });
    this.#since.addEventListener("change", () => on.choose({}, this.#since.value), { signal });
    this.search.addEventListener(
      "input",
      () => {
        clearTimeout(this.#searching);
        this.#searching = setTimeout(() => on.choose({ search: this.search.value }), SEARCH_AFTER_MS);
      },
      { signal },
    );
    this.#abort.addEventListener("click", () => this.#question.open(this.#abort), { signal });
    close.addEventListener("click", () => on.untick(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#searching));
  }

  /** `counts`: how many of the known runs are active, and wait for an answer. */
  show(state: RunsState, filter: Filter, counts: { active: number; paused: number }, isHeard: boolean): void {
    setText(this.#place, `${state.project} / ${state.domain}`);
    setAttribute(this.#place, "title", state.host);
    setText(this.#taskWord, filter.task || "All tasks");
    const since = state.since.replace(/^in the l/, "L") || "All times";
    setText(this.#sinceWord, since);
    this.#since.value = TIMES.find(([, name]) => name === since)?.[0] ?? "";
    this.#mine.hidden = !state.knowsMe && !filter.mine;
    setAttribute(this.#mine, "aria-pressed", String(filter.mine));
    if (this.search.value !== filter.search && !this.search.matches(":focus"))
      this.search.value = filter.search;
    for (const [phase, { element, count }] of this.#chips) {
      setAttribute(element, "aria-pressed", String(filter.phase === phase));
      const n = phase === "active" ? counts.active : phase === "paused" ? counts.paused : 0;
      setText(count, n > 0 ? grouped(n) : "");
      setAttribute(element, "data-some", n > 0 ? "" : null);
    }
    const { state: link, lastMs } = state.connection;
    const [dot, word] = !isHeard
      ? ["off", "not live"]
      : link === "live"
        ? ["live", "live"]
        : link === "connecting"
          ? ["polling", "reading"]
          : ["reconnecting", lastMs === null ? "reconnecting" : `as of ${wallClock(lastMs)}`];
    this.#dot.dataset.dot = dot;
    setText(this.#fresh, word!);
  }

  offerTasks(tasks: readonly string[], chosen: string): void {
    const all = [...new Set(chosen ? [chosen, ...tasks] : tasks)].sort();
    const key = all.join("\n");
    if (key !== this.#tasks) {
      this.#tasks = key;
      const options = all.map((task) => h("option", { value: task }, task));
      this.#task.replaceChildren(h("option", { value: "" }, "All tasks"), ...options);
    }
    this.#task.value = chosen;
  }

  /** What is ticked: the header's line says so, and what can be done with it. */
  showTicked(ticked: number, active: number, task: string): void {
    const isAsked = this.#question.isOpen.peek() && active > 0;
    if (!isAsked && this.#question.isOpen.peek()) this.#question.close(false);
    this.#top.hidden = ticked > 0;
    this.#ticked.hidden = ticked === 0;
    setText(this.#selected, `${grouped(ticked)} selected`);
    setText(this.#selectedActive, active === ticked ? "" : `${active || "none"} of them active`);
    setText(this.#abort, `Abort ${plural(active, "run")}`);
    this.#abort.hidden = active === 0;
    this.#question.say(
      [`Abort ${active === 1 ? task : plural(active, "run")}?`],
      "What they have done is kept.",
    );
  }

  #chip(phase: string, signal: AbortSignal): HTMLButtonElement {
    const name = NAMES[phase] ?? label(phaseOf(phase));
    const count = h("span", { class: "fw-rl-chip-count" });
    const number = phaseOf(GLYPHS[phase] ?? phase);
    const mark = phase ? [glyph(number, 12)] : [];
    for (const drawn of mark) drawn.style.color = `var(--fw-ink-${cssName(number)})`;
    const element = h(
      "button",
      { class: "fw-rl-chip", "data-phase": phase, title: name },
      ...mark,
      h("span", { class: "fw-rl-chip-name" }, name),
      count,
    );
    element.addEventListener("click", () => this.on.choose({ phase }), { signal });
    this.#chips.set(phase, { element, count });
    return element;
  }
}
