// Another run in the place of this one: the run that it was started from, or one that was started from it. A bar above
// leads back. Python makes that run's widget, and the host draws it.
import { messageOf } from "../../core/requests";
import { NestedView } from "../../hosts/nested-view";
import { backButton } from "../../ui/buttons";
import { h, setAttribute, setText } from "../../ui/dom";
import type { View } from "../../ui/view-state";
import { waitingForKernel } from "../kernel-words";
import css from "./other.css";
import { OTHER_RUN } from "./other-run";

const TICK_MS = 250;

export function mountOther(view: View, parent: HTMLElement): void {
  view.style(css);
  const { store, ui, signal: until } = view;
  const name = h("span", { class: "fw-mono fw-cut" });
  const back = backButton(name);
  const note = h("p", { class: "fw-note", role: "status" });
  const place = h("div");
  parent.append(h("div", { class: "fw-bar" }, back), note, place);
  const nested = new NestedView(store.host, place);
  until.addEventListener("abort", () => nested.clear());
  let opener: HTMLElement | null = null;
  let askedMs = 0;
  const tick = (): void => {
    if (askedMs) setText(note, waitingForKernel(store, askedMs) || `Reading ${ui.otherRun.peek()}…`);
  };
  const open = async (run: string): Promise<void> => {
    const isWanted = (): boolean => ui.otherRun.peek() === run;
    askedMs = Date.now();
    tick();
    try {
      const { payload } = await store.request("open_other", { run }, { signal: until });
      if (!isWanted()) return;
      await nested.draw(payload);
      if (isWanted()) setText(note, "");
    } catch (error) {
      if (isWanted()) setText(note, `${run} cannot be shown here: ${messageOf(error)}`);
    } finally {
      if (isWanted()) askedMs = 0;
    }
  };
  const leave = (): void => {
    ui.otherRun.value = "";
  };
  back.addEventListener("click", leave, { signal: until });
  // The other run's view may want to show this one: that is here.
  place.addEventListener(
    OTHER_RUN,
    (event) => {
      if ((event as CustomEvent<string>).detail !== store.traits.run_name.peek()) return;
      event.preventDefault();
      event.stopPropagation();
      leave();
    },
    { signal: until },
  );
  view.effect(() => {
    const own = store.traits.run_name.value;
    setText(name, own);
    setAttribute(back, "aria-label", `Back to run ${own}`);
  });
  view.effect(() => {
    const run = ui.otherRun.value;
    const wasOpen = view.frame.hasAttribute("data-other");
    const focused = (view.frame.getRootNode() as Document | ShadowRoot).activeElement;
    setAttribute(view.frame, "data-other", run ? "" : null);
    if (run) {
      if (!wasOpen) opener = focused as HTMLElement | null;
      nested.clear();
      void open(run);
      back.focus({ preventScroll: true });
    } else if (wasOpen) {
      nested.clear();
      askedMs = 0;
      setText(note, "");
      store.request("open_other", { run: "" }).catch(() => undefined);
      if (opener?.isConnected) opener.focus({ preventScroll: true });
    }
  });
  view.everyTick(TICK_MS, tick);
}
