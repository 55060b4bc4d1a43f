// The bands of a run, from top to bottom, and when each is to be seen.
import { computed } from "@preact/signals-core";
import { h } from "./dom";
import { mountBanner } from "./panels/banner";
import { mountEmpty } from "./panels/empty";
import { mountHeader } from "./panels/header";
import { mountStrip } from "./panels/strip";
import type { Frame } from "./view";

export function mountRun(frame: Frame): void {
  const { store, element } = frame;
  const band = (name: string): HTMLElement => {
    const section = h("div", { class: `fw-band fw-${name}-band` });
    element.append(section);
    return section;
  };
  const hasActions = computed(() => {
    void store.revision.value;
    return store.actions.count > 0;
  });
  const { connection, phase } = store.traits;
  const refused = computed(() => {
    const refusals: string[] = ["not_found", "forbidden", "login_needed", "failed", "closed"];
    return phase.value === "" && refusals.includes(connection.value.state);
  });

  const top = band("top");
  frame.mount("header", mountHeader, top);
  frame.mount("progress strip", mountStrip, top);
  frame.show(
    top.lastElementChild as HTMLElement,
    computed(() => !refused.value),
  );
  frame.mount("banner", (view, parent) => mountBanner(view, parent, frame.faults), band("banner"));
  const empty = band("empty");
  frame.mount("notice", mountEmpty, empty);
  frame.show(
    empty,
    computed(() => !hasActions.value),
  );
}
