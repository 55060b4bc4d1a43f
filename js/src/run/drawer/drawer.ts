// The details of the selected action, or of the run where none is selected: title, attempts, and tabs beside them.
// State: the UI's (which attempt, which tab); the facts are Python's (`detail`, `root`).
import { computed, signal } from "@preact/signals-core";
import { ROOT } from "../../core/protocol";
import type { Store } from "../../core/store";
import { h, setAttribute, setText } from "../../ui/dom";
import { TabList } from "../../ui/tabs";
import type { View } from "../../ui/view-state";
import { AttemptsPane } from "./attempts";
import { firstTab, type TabId, tabsOf } from "./choice";
import { errorNodes } from "./error";
import { eventNodes } from "./events";
import { linkNodes } from "./links";
import { AttemptPicker } from "./picker";
import { RelationsList } from "./relations";
import { TitleRow } from "./title";
import { errorOf, phaseNow, waitingOf } from "./why";

export { default as detailsCss } from "./drawer.css";

type PanelId = Exclude<TabId, "attempts">;
const PANELS: readonly PanelId[] = ["error", "events", "links"];
const TICK_MS = 250;
const LOADING = "Reading the details…";
const NOT_KEPT = "The details of this action were not kept. Run the cell again to read them.";

/** `parent` is hidden while the details are closed. */
export function mountDetails(view: View, parent: HTMLElement): void {
  const { store, ui } = view;
  const { traits } = store;
  const chosen = signal<{ id: string; attempt: number; tab: TabId | "" }>({ id: "", attempt: 0, tab: "" });

  const subject = computed(() => traits.selected.value || ROOT);
  const detail = computed(
    () => [traits.detail.value, traits.root.value].find((one) => one?.id === subject.value) ?? null,
  );
  /** The user's choices hold for the action for which they were made. */
  const choice = computed(() =>
    chosen.value.id === subject.value ? chosen.value : { id: subject.value, attempt: 0, tab: "" as const },
  );
  const attempt = computed(() => {
    const all = detail.value?.attempts ?? [];
    return all.find((one) => one.attempt === choice.value.attempt) ?? all.at(-1);
  });
  const tabs = computed(() => (detail.value ? tabsOf(detail.value, attempt.value, ui.slim.value) : []));
  const tab = computed((): TabId => {
    const ids = tabs.value.map(({ id }) => id);
    const wanted = choice.value.tab;
    if (wanted && ids.includes(wanted)) return wanted;
    return detail.value ? firstTab(detail.value, attempt.value, ids) : "links";
  });

  const title = new TitleRow(store);
  const pane = new AttemptsPane((number) => {
    chosen.value = { ...choice.peek(), attempt: number };
  });
  const relations = new RelationsList(view);
  pane.element.append(relations.element);
  const picker = new AttemptPicker((number) => {
    chosen.value = { ...choice.peek(), attempt: number };
  });
  const chooseTab = (id: TabId) => {
    chosen.value = { ...choice.peek(), tab: id };
  };
  const list = new TabList<TabId>("Details", chooseTab, view.signal);
  const panels = new Map(
    PANELS.map((id) => {
      // Events scroll and have nothing in them to tab to.
      const tabindex = id === "events" ? 0 : null;
      const attributes = { id: `fw-panel-${id}`, "aria-labelledby": `fw-tab-${id}`, tabindex };
      return [id, h("div", { class: "fw-panel", role: "tabpanel", ...attributes })];
    }),
  );
  const bar = h("div", { class: "fw-tabs-bar" }, list.element, picker.element);
  const side = h("div", { class: "fw-details-side" }, bar, ...panels.values());
  const body = h("div", { class: "fw-details-body" }, pane.element, side);
  const loading = h("p", { class: "fw-note fw-details-loading" });
  const section = h("section", { class: "fw-details" }, title.element, loading, body);
  parent.append(section);

  let opener: Element | null = null;
  let leads = false;
  view.effect(() => {
    const isOpen = ui.detailsOpen.value;
    if (isOpen && parent.hidden) opener = focusedIn(view);
    parent.hidden = !isOpen;
    // The panel is about one action, so the diagram tells of it, too; closing it leads back.
    if (isOpen && !leads && subject.value !== ROOT) ui.reading.value = "action";
    else if (!isOpen && leads) ui.reading.value = "all";
    leads = isOpen && (leads || subject.value !== ROOT);
  });
  view.effect(() => {
    if (!ui.detailsOpen.value) return;
    void store.revision.value;
    const name = title.update(subject.value, detail.value);
    setAttribute(section, "aria-label", `Details of ${name}`);
    body.hidden = detail.value === null;
    loading.hidden = detail.value !== null;
    setText(loading, wordsOfNothing(store, subject.value));
  });
  view.effect(() => {
    if (!ui.detailsOpen.value || !detail.value) return;
    const number = attempt.value?.attempt ?? 0;
    pane.update(detail.value, number, store.nowMs());
    picker.update(detail.value, number, ui.slim.value);
  });
  view.effect(() => {
    void store.revision.value;
    if (ui.detailsOpen.value) relations.update(subject.value);
  });
  view.everyTick(TICK_MS, () => {
    if (!ui.detailsOpen.peek()) return;
    title.tick();
    pane.tick(store.nowMs());
  });

  view.effect(() => {
    if (!ui.detailsOpen.value || !detail.value) return;
    const selected = tab.value;
    list.update(tabs.value, selected);
    side.hidden = tabs.value.length === 0;
    for (const [id, panel] of panels) panel.hidden = id !== selected;
    const inTab = ui.slim.value;
    pane.element.hidden = inTab && selected !== "attempts";
    setAttribute(pane.element, "role", inTab ? "tabpanel" : "group");
    setAttribute(pane.element, "aria-label", "Attempts");
  });
  // Redrawn only where their own facts changed: a text that is being selected stays, and so does its scroll.
  const drawn = new Map<PanelId, string>();
  const draw = (id: PanelId, facts: unknown, nodes: () => HTMLElement[]) => {
    const key = JSON.stringify([subject.value, facts]);
    if (drawn.get(id) === key) return;
    drawn.set(id, key);
    panels.get(id)!.replaceChildren(...nodes());
  };
  view.effect(() => {
    const now = detail.value;
    if (!ui.detailsOpen.value || !now) return;
    const one = attempt.value;
    const error = errorOf(now, one);
    draw("error", [error, now.abort], () => errorNodes(view, error, now.abort));
    const events = one?.events ?? [];
    const waiting = waitingOf(one, phaseNow(now, one));
    draw("events", [events, waiting], () => eventNodes(events, waiting));
    draw("links", one?.links ?? [], () => linkNodes(one?.links ?? []));
  });

  const shut = () => {
    const hadFocus = section.contains(focusedIn(view));
    ui.detailsOpen.value = false;
    if (!hadFocus) return;
    const back = opener?.isConnected ? opener : view.frame.querySelector("[role=treegrid]");
    (back as HTMLElement | null)?.focus({ preventScroll: true });
  };
  title.close.addEventListener("click", shut, { signal: view.signal });
  section.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") shut();
      // Enter and Space are a button's; the notebook would run or edit the cell.
      if (["Escape", "Enter", " "].includes(event.key)) event.stopPropagation();
    },
    { signal: view.signal },
  );
}

/** Why there is nothing to tell of an action. */
function wordsOfNothing({ kernelAlive, actions }: Store, id: string): string {
  if (!kernelAlive.value) return NOT_KEPT;
  return actions.count === 0 || actions.rowOf.has(id) ? LOADING : `No action ${id} is known in this run.`;
}

function focusedIn(view: View): Element | null {
  return (view.frame.getRootNode() as Document | ShadowRoot).activeElement;
}
