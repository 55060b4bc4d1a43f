// The details of the selected action, or of the run where none is selected: title, attempts, and tabs beside them.
// State: the UI's (which attempt, which tab, how large); what is told of the action is Python's (`detail`, `root`).
import { computed } from "@preact/signals-core";
import { ROOT } from "../../core/protocol";
import type { Store } from "../../core/store";
import { h, setAttribute, setText } from "../../ui/dom";
import { panelId, TabList, tabId } from "../../ui/tabs";
import type { View } from "../../ui/view-state";
import { waitingForKernel } from "../kernel-words";
import { AttemptsPane } from "./attempts";
import { RelationsList } from "./relations";
import { Subject, shownTab } from "./subject";
import { ATTEMPTS, type TabFacts } from "./tab";
import { firstTab, TABS } from "./tab-table";
import { TitleRow } from "./title";

export { default as detailsCss } from "./drawer.css";

const TICK_MS = 250;
const LOADING = "Reading the details…";
const NOT_KEPT = "The details of this action were not kept. Run the cell again to read them.";
/** What the list of attempts is called as a tab. */
const WHOLE = { task: "Attempts", trace: "Trace", condition: "Condition" } as const;

/** `parent` is hidden while the details are closed. */
export function mountDetails(view: View, parent: HTMLElement): void {
  const { store, ui } = view;
  const subject = new Subject(view);
  const { detail, attempt } = subject;
  const chooseAttempt = (number: number) => subject.chooseAttempt(number);

  /** The attempts have no column of their own. */
  const isSingle = computed(() => ui.compact.value || ui.detailsMaximised.value);
  const facts = computed(
    (): TabFacts | null => detail.value && { detail: detail.value, attempt: attempt.value },
  );
  const there = computed(() => (facts.value ? TABS.filter((tab) => tab.isThere(facts.value!)) : []));
  const ids = computed(() => [...(ui.compact.value ? [ATTEMPTS] : []), ...there.value.map(({ id }) => id)]);
  const tab = shownTab(view, subject, ids, () =>
    facts.value ? firstTab(facts.value, there.value, ui.compact.value) : "",
  );

  const title = new TitleRow(view, subject, isSingle);
  const pane = new AttemptsPane(chooseAttempt);
  const relations = new RelationsList(view);
  pane.element.append(relations.element);
  const list = new TabList<string>(
    "Details",
    (id) => {
      ui.detailsTab.value = id;
    },
    view.signal,
  );
  const bar = h("div", { class: "fw-tabs-bar" }, list.element);
  const side = h("div", { class: "fw-details-side" }, bar);
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
    if (isOpen && !leads && subject.id.value !== ROOT) ui.reading.value = "action";
    else if (!isOpen && leads) ui.reading.value = "all";
    leads = isOpen && (leads || subject.id.value !== ROOT);
    if (!isOpen) ui.detailsMaximised.value = false;
  });
  view.effect(() => setAttribute(section, "data-maximised", ui.detailsMaximised.value ? "" : null));

  let askedMs = 0;
  const say = () => setText(loading, wordsOfNothing(store, subject.id.peek(), askedMs));
  view.effect(() => {
    if (!ui.detailsOpen.value) return;
    void store.revision.value;
    const name = title.update(subject.id.value, detail.value);
    setAttribute(section, "aria-label", `Details of ${name}`);
    if (body.hidden !== (detail.value === null)) askedMs = Date.now();
    body.hidden = detail.value === null;
    loading.hidden = detail.value !== null;
    void store.kernelAlive.value;
    say();
  });
  view.effect(() => {
    if (!ui.detailsOpen.value || !detail.value) return;
    pane.update(detail.value, attempt.value?.attempt ?? 0, store.nowMs());
  });
  view.effect(() => {
    void store.revision.value;
    if (ui.detailsOpen.value) relations.update(subject.id.value, detail.value?.condition ?? null);
  });
  view.everyTick(TICK_MS, () => {
    if (!ui.detailsOpen.peek()) return;
    title.tick();
    pane.tick(store.nowMs());
    if (!loading.hidden) say();
  });

  const panels = new Map<string, HTMLElement>();
  const panelOf = (id: string): HTMLElement => {
    const known = panels.get(id);
    if (known) return known;
    const attributes = { id: panelId(id), role: "tabpanel", "aria-labelledby": tabId(id) };
    const panel = h("div", { class: "fw-panel", ...attributes });
    panels.set(id, panel);
    side.append(panel);
    const shown = computed(() => ui.detailsOpen.value && detail.value !== null && tab.value === id);
    const mounted = TABS.find((one) => one.id === id)!.mount(view, panel, subject, shown);
    mounted?.catch((error: unknown) => {
      console.error("flyte-widgets:", error);
      panels.delete(id);
      panel.remove();
      store.notice.value = `This tab could not be shown: ${error}. Open it again.`;
    });
    return panel;
  };
  view.effect(() => {
    if (!ui.detailsOpen.value || !facts.value) return;
    const chosen = tab.value;
    const tabs = there.value.map((one) => ({
      id: one.id,
      label: one.label(facts.value!),
      count: one.count?.(facts.value!) ?? null,
    }));
    const attempts = { id: ATTEMPTS, label: WHOLE[facts.value.detail.kind], count: null };
    list.update(ui.compact.value ? [attempts, ...tabs] : tabs, chosen);
    side.hidden = ids.value.length === 0;
    if (chosen && chosen !== ATTEMPTS) panelOf(chosen);
    for (const [id, panel] of panels) panel.hidden = id !== chosen;
    pane.element.hidden = isSingle.value && (chosen !== ATTEMPTS || !ui.compact.value);
    setAttribute(pane.element, "role", ui.compact.value ? "tabpanel" : "group");
    setAttribute(pane.element, "aria-label", "Attempts");
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
      const { key } = event;
      if (key === "Escape" && ui.detailsMaximised.peek()) ui.detailsMaximised.value = false;
      else if (key === "Escape") shut();
      else if (key !== "Enter" && key !== " ") return; // those two are a button's; the notebook would run the cell
      event.stopPropagation();
    },
    { signal: view.signal },
  );
}

/** Why there is nothing to tell of an action. */
function wordsOfNothing(store: Store, id: string, sinceMs: number): string {
  const { kernelAlive, actions } = store;
  if (!kernelAlive.value) return NOT_KEPT;
  if (actions.count > 0 && !actions.rowOf.has(id)) return `No action ${id} is known in this run.`;
  return waitingForKernel(store, sinceMs) || LOADING;
}

function focusedIn(view: View): Element | null {
  return (view.frame.getRootNode() as Document | ShadowRoot).activeElement;
}
