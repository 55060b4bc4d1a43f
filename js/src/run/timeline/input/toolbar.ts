// Left of overview and axis: search, phase filter, fit, Live.
import type { ReadonlySignal } from "@preact/signals-core";
import { cssName, label, PHASES } from "../../../core/phases";
import { h, setAttribute, setText } from "../../../ui/dom";
import { glyph, icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";
import { createViewMenu } from "./view-menu";

const ACTIVE_ONLY = "active";

export interface Toolbar {
  search: HTMLElement;
  tools: HTMLElement;
  /** `live`: the run goes on, and it is seen as it does. */
  update(live: boolean, following: boolean): void;
}

export function createToolbar(
  view: View,
  idleMs: ReadonlySignal<number>,
  on: { fit(): void; live(): void },
): Toolbar {
  const { ui, store } = view;
  const input = h("input", {
    class: "fw-tl-search-input",
    type: "search",
    "aria-label": "Search actions by name",
  });
  input.addEventListener("input", () => {
    ui.query.value = input.value;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !input.value) return;
    event.preventDefault();
    event.stopPropagation();
    ui.query.value = "";
  });
  view.effect(() => {
    if (input.value !== ui.query.value) input.value = ui.query.value;
    input.placeholder = ui.narrow.value ? "Search" : "Search actions";
  });
  const search = h("label", { class: "fw-tl-search" }, icon("search", 14), input);

  // The menu is the browser's own, over a chip that shows what is chosen.
  const select = h("select", { class: "fw-tl-select", "aria-label": "Filter actions by phase" });
  const option = (value: string, text: string) => h("option", { value }, text);
  const chosen = h("span", { class: "fw-tl-chip-text" });
  const mark = h("span", { class: "fw-tl-glyph" });
  const chip = h("span", { class: "fw-tl-chip" }, mark, chosen, icon("chevron-down", 12), select);
  const clear = h(
    "button",
    {
      class: "fw-icon-button fw-tl-clear",
      "aria-label": "Show all phases",
      title: "Show all phases",
    },
    icon("close", 12),
  );
  const setPhase = (value: string): void => {
    ui.hideFinished.value = value === ACTIVE_ONLY;
    ui.phaseFilter.value = value === ACTIVE_ONLY ? 0 : Number(value);
  };
  select.addEventListener("change", () => setPhase(select.value));
  clear.addEventListener("click", () => {
    setPhase("0");
    select.focus();
  });
  let offered = "";
  view.effect(() => {
    store.revision.value;
    const unknown = Object.keys(store.actions.phaseLabels).map(Number);
    const phases = [...PHASES.keys(), ...unknown.filter((phase) => !PHASES.has(phase))];
    const key = phases.join();
    if (key !== offered) {
      offered = key;
      const options = phases.map((phase) => option(String(phase), label(phase)));
      select.replaceChildren(option("0", "All phases"), option(ACTIVE_ONLY, "Not finished"), ...options);
    }
    const phase = ui.phaseFilter.value;
    const active = ui.hideFinished.value;
    const on = phase !== 0 || active;
    select.value = active && phase === 0 ? ACTIVE_ONLY : String(phase);
    // Without a filter it is its icon: the states of the diagram filter, too.
    setText(chosen, on ? (phase ? label(phase) : "Not finished") : "");
    setAttribute(chip, "title", on ? chosen.textContent : "Filter by phase");
    mark.replaceChildren(phase ? glyph(phase, 12) : icon("filter", 14));
    mark.style.color = phase ? `var(--fw-ink-${cssName(phase)})` : "";
    chip.classList.toggle("fw-tl-on", on);
    clear.hidden = !on;
  });

  const button = (name: string, title: string, run: () => void, ...content: (Node | string)[]) => {
    const element = h("button", { class: name, title }, ...content);
    element.addEventListener("click", run);
    return element;
  };
  const fit = button("fw-icon-button fw-tl-fit", "Show the whole run (0)", on.fit, icon("fit", 14));
  fit.setAttribute("aria-label", "Show the whole run");
  const live = button(
    "fw-tl-live",
    "Follow the run as it goes on (L)",
    on.live,
    icon("live", 14),
    h("span", {}, "Live"),
  );
  const lens = (
    name: "path" | "tasks" | "compare",
    of: "path" | "table" | "compare",
    title: string,
    key: string,
  ) => {
    const toggle = (): void => {
      ui.lens.value = ui.lens.peek() === name ? "" : name;
    };
    const element = button(
      `fw-icon-button fw-tl-lens fw-tl-lens-${name}`,
      key ? `${title} (${key})` : title,
      toggle,
      icon(of, 14),
    );
    element.setAttribute("aria-label", title);
    view.effect(() => setAttribute(element, "aria-pressed", String(ui.lens.value === name)));
    return element;
  };
  const tools: HTMLElement = h(
    "div",
    { class: "fw-tl-tools" },
    chip,
    clear,
    createViewMenu(view, { idleMs }, () => tools),
    h("span", { class: "fw-tl-space-between" }),
    lens("path", "path", "Critical path", "C"),
    lens("tasks", "table", "Time by task", "B"),
    lens("compare", "compare", "Compare with an earlier run", ""),
    fit,
    live,
  );
  return {
    search,
    tools,
    update: (isLive, following) => {
      live.hidden = !isLive;
      setAttribute(live, "aria-pressed", String(following));
    },
  };
}
