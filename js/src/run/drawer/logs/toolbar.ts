// The log's toolbar: find, times, wrap, copy, download, follow. State: the UI's.
import { type Signal, signal } from "@preact/signals-core";
import { iconButton } from "../../../ui/buttons";
import { h, setAttribute, setText } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";

export interface Found {
  /** Numbers of the lines that have the text. */
  lines: readonly number[];
  /** Which of them the reader is at; -1: none. */
  at: number;
  /** Whether there are more than were told. */
  isCut: boolean;
}

export interface LogSettings {
  readonly times: Signal<boolean>;
  readonly wrap: Signal<boolean>;
  readonly query: Signal<string>;
  readonly found: Signal<Found | null>;
  readonly following: Signal<boolean>;
}

export function createSettings(isNarrow: boolean): LogSettings {
  return {
    times: signal(!isNarrow),
    wrap: signal(true),
    query: signal(""),
    found: signal<Found | null>(null),
    following: signal(true),
  };
}

export interface LogCommands {
  step(by: 1 | -1): void;
  copy(): void;
  save(): void;
  follow(): void;
}

export class LogToolbar {
  readonly element: HTMLElement;
  readonly #input = h("input", {
    class: "fw-log-find",
    type: "text",
    placeholder: "Find",
    "aria-label": "Find in the log",
    spellcheck: "false",
  });
  readonly #count = h("span", { class: "fw-log-found", "aria-live": "polite" });
  readonly #steps = h("span", { class: "fw-log-steps" });
  readonly #follow = h(
    "button",
    { class: "fw-log-follow", "aria-pressed": "true", title: "Follow new lines (End)" },
    icon("follow", 12),
    h("span", {}, "Follow"),
  );

  constructor(
    private readonly view: View,
    private readonly settings: LogSettings,
    private readonly commands: LogCommands,
  ) {
    const { signal } = view;
    const on = (target: HTMLElement, act: () => void): void =>
      target.addEventListener("click", act, { signal });
    const up = iconButton("Previous (⇧Enter)", "chevron-up", 12);
    const down = iconButton("Next (Enter)", "chevron-down", 12);
    this.#steps.append(up, down);
    const times = this.#toggle("Times (T)", "clock", settings.times);
    const wrap = this.#toggle("Wrap long lines (W)", "wrap", settings.wrap);
    const copy = iconButton("Copy the selection, or all lines", "copy");
    const save = iconButton("Download all to a file beside the notebook", "download");
    const search = iconButton("Find (/)", "search");
    search.classList.add("fw-log-search");
    const leave = iconButton("Close", "close", 12);
    leave.classList.add("fw-log-leave");
    this.element = h(
      "div",
      { class: "fw-log-bar", role: "toolbar", "aria-label": "Log" },
      search,
      h("span", { class: "fw-log-field" }, icon("search", 13), this.#input, this.#count),
      this.#steps,
      leave,
      h("span", { class: "fw-log-tools" }, times, wrap, h("span", { class: "fw-log-rule" }), copy, save),
      this.#follow,
    );
    on(up, () => commands.step(-1));
    on(down, () => commands.step(1));
    on(copy, () => commands.copy());
    on(save, () => commands.save());
    on(this.#follow, () => commands.follow());
    on(search, () => this.find());
    on(leave, () => this.clear());
    this.#input.addEventListener("input", () => this.#type(), { signal });
    this.#input.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    view.effect(() => this.#update());
  }

  /** The end of the log was seen: there is nothing to follow. */
  set canFollow(can: boolean) {
    this.#follow.hidden = !can;
  }

  /** Go to the field. Where it is narrow, it takes the row. */
  find(): void {
    setAttribute(this.element, "data-finding", "");
    this.#input.focus();
    this.#input.select();
  }

  clear(): void {
    setAttribute(this.element, "data-finding", null);
    this.#input.value = "";
    this.#type();
  }

  #type(): void {
    this.settings.query.value = this.#input.value;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Enter") this.commands.step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && (this.#input.value || this.element.hasAttribute("data-finding"))) {
      this.clear();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #update(): void {
    const { query, found, following } = this.settings;
    const now = found.value;
    const all = now ? `${now.lines.length}${now.isCut ? "+" : ""}` : "";
    setText(this.#count, now ? (now.at < 0 ? all : `${now.at + 1} of ${all}`) : "");
    this.#steps.hidden = query.value === "";
    setAttribute(this.#follow, "aria-pressed", String(following.value));
  }

  #toggle(name: string, of: "clock" | "wrap", state: Signal<boolean>): HTMLButtonElement {
    const button = iconButton(name, of);
    button.addEventListener(
      "click",
      () => {
        state.value = !state.peek();
      },
      { signal: this.view.signal },
    );
    this.view.effect(() => setAttribute(button, "aria-pressed", String(state.value)));
    return button;
  }
}
