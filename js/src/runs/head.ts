// The lines above the list: what is listed and how fresh it is, or what is ticked; then the filters by phase.
import { grouped, wallClock } from "../core/format";
import { cssName, label, phaseOf } from "../core/phases";
import type { RunsState } from "../core/protocol";
import { textButton } from "../ui/buttons";
import { h, setAttribute, setText } from "../ui/dom";
import { glyph, type IconName, icon } from "../ui/icons";
import type { Census, Filter } from "./model";
import type { Ticked } from "./ticked";
import { TickedBar } from "./ticked-bar";

export interface HeadActions {
  /** The user chose other filters; those that are left out stay as they are. */
  choose(filter: Partial<Filter>, since?: string): void;
  focusList(): void;
  /** From the search to what was found. */
  toList(): void;
  announce(text: string): void;
  signal: AbortSignal;
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
  readonly #place = h("span", { class: "fw-rl-place fw-cut" });
  readonly #task = h("select", { "aria-label": "Runs of one task" });
  readonly #taskWord = h("span", { class: "fw-cut" });
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
  readonly #top: HTMLElement;
  readonly #ticked: TickedBar;
  readonly element: HTMLElement;
  #tasks = "";
  #searching: ReturnType<typeof setTimeout> | undefined;

  constructor(
    ticked: Ticked,
    private readonly on: HeadActions,
  ) {
    this.#since.append(...TIMES.map(([value, name]) => h("option", { value }, name)));
    const selects = [
      selectWord(this.#taskWord, "filter", this.#task),
      selectWord(this.#sinceWord, "clock", this.#since),
    ];
    this.#top = h(
      "div",
      { class: "fw-rl-top" },
      h("strong", { class: "fw-rl-title" }, "Runs"),
      this.#place,
      h("span", { class: "fw-rl-selects" }, ...selects),
      this.#mine,
      h("label", { class: "fw-rl-search" }, icon("search", 14), this.search),
      h("span", { class: "fw-fresh fw-rl-fresh" }, this.#dot, this.#fresh),
    );
    this.#ticked = new TickedBar(ticked, on);
    const filters = h("div", { class: "fw-rl-filters", role: "group", "aria-label": "Phases" });
    for (const phase of PHASES) filters.append(this.#chip(phase));
    const { element, question } = this.#ticked;
    this.element = h("div", { class: "fw-rl-head" }, this.#top, element, question.element, filters);
    this.#listen();
  }

  /** `isAlive`: the kernel answers. */
  show(state: RunsState, filter: Filter, census: Census, isAlive: boolean): void {
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
      const n = phase === "active" ? census.active : phase === "paused" ? census.paused : 0;
      setText(count, n > 0 ? grouped(n) : "");
      setAttribute(element, "data-some", n > 0 ? "" : null);
    }
    const [dot, word] = freshness(state, isAlive);
    this.#dot.dataset.dot = dot;
    setText(this.#fresh, word);
    setAttribute(this.#fresh.parentElement!, "title", word);
    this.#offerTasks(census.tasks, filter.task);
    this.#ticked.show();
    this.#top.hidden = !this.#ticked.element.hidden;
  }

  #offerTasks(tasks: readonly string[], chosen: string): void {
    const all = [...new Set(chosen ? [chosen, ...tasks] : tasks)].sort();
    const key = all.join("\n");
    if (key !== this.#tasks) {
      this.#tasks = key;
      const options = all.map((task) => h("option", { value: task }, task));
      this.#task.replaceChildren(h("option", { value: "" }, "All tasks"), ...options);
    }
    this.#task.value = chosen;
  }

  #listen(): void {
    const { on, search } = this;
    const { signal } = on;
    const toggle = () => on.choose({ mine: this.#mine.getAttribute("aria-pressed") !== "true" });
    this.#mine.addEventListener("click", toggle, { signal });
    this.#task.addEventListener("change", () => on.choose({ task: this.#task.value }), { signal });
    this.#since.addEventListener("change", () => on.choose({}, this.#since.value), { signal });
    const input = () => {
      clearTimeout(this.#searching);
      this.#searching = setTimeout(() => on.choose({ search: search.value }), SEARCH_AFTER_MS);
    };
    search.addEventListener("input", input, { signal });
    search.addEventListener("keydown", (event) => this.#onSearchKey(event), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#searching));
  }

  #onSearchKey(event: KeyboardEvent): void {
    const { on, search } = this;
    if (event.key === "Escape" && search.value) {
      clearTimeout(this.#searching);
      search.value = "";
      on.choose({ search: "" });
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      on.toList();
    }
  }

  #chip(phase: string): HTMLButtonElement {
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
    element.addEventListener("click", () => this.on.choose({ phase }), { signal: this.on.signal });
    this.#chips.set(phase, { element, count });
    return element;
  }
}

/** A word, or where it is narrow an icon, over the select that it stands for. */
function selectWord(word: HTMLElement, of: IconName, select: HTMLSelectElement): HTMLElement {
  return h("span", { class: "fw-rl-select" }, icon(of, 14), word, icon("chevron-down", 12), select);
}

function freshness({ connection }: RunsState, isAlive: boolean): [dot: string, word: string] {
  const { state, lastMs } = connection;
  if (!isAlive) return ["off", "not live"];
  if (state === "live") return ["live", "live"];
  if (state === "connecting") return ["polling", "reading"];
  return ["reconnecting", lastMs === null ? "reconnecting" : `as of ${wallClock(lastMs)}`];
}
