// The bands of a run, from top to bottom, and when each is to be seen.
import { computed, signal } from "@preact/signals-core";
import { hideStaticView } from "../hosts/static-view";
import { h } from "../ui/dom";
import type { Frame } from "../ui/frame";
import { mountOnceNeeded } from "../ui/part";
import { mountCompact } from "./compact";
import compactCss from "./compact.css";
import { mountWaiting } from "./condition/band";
import personCss from "./condition/condition.css";
import { diagramCss, mountDiagram } from "./diagram/diagram";
import { detailsCss, mountDetails } from "./drawer/drawer";
import { mountFrameKeys } from "./frame-keys";
import { mountEmpty } from "./header/empty";
import { mountErrorBands } from "./header/error-bands";
import { mountHeader } from "./header/header";
import { mountNotify } from "./header/notify";
import panelsCss from "./header/panels.css";
import { mountStrip } from "./header/strip";
import { mountLine } from "./line";
import lineageCss from "./rerun/lineage.css";
import { mountStarted } from "./rerun/started";
import { mountTimeline, timelineCss } from "./timeline/timeline";

/** But for the parts that are sent later, which bring theirs. */
export const runCss = panelsCss + lineageCss + compactCss + diagramCss + timelineCss + detailsCss + personCss;

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

  frame.mount("static view", hideStaticView, element);
  const isOpen = signal(store.traits.view.peek() !== "compact");
  if (!isOpen.peek())
    frame.mount("row", (view, parent) => mountCompact(view, parent, isOpen), band("compact"));
  const { height } = store.traits;
  if (height.peek() !== null) {
    element.style.maxHeight = `${height.peek()}px`;
    element.style.overflowY = "auto";
  }
  const top = band("top");
  frame.mount("header", mountHeader, top);
  frame.mount("progress strip", mountStrip, top);
  frame.show(
    top.lastElementChild as HTMLElement,
    computed(() => !refused.value),
  );
  frame.mount("error bands", (view, parent) => mountErrorBands(view, parent, frame.faults), band("notice"));
  const waiting = band("waiting");
  frame.mount("waiting for a person", mountWaiting, waiting);
  const line = band("line");
  frame.mount("summary", mountLine, line);
  frame.mount("started from this run", mountStarted, band("started"));
  const empty = band("empty");
  frame.mount("notice", mountEmpty, empty);
  const diagram = band("diagram");
  frame.mount("state diagram", mountDiagram, diagram);
  const timeline = band("timeline");
  frame.mount("timeline", mountTimeline, timeline);
  frame.mount("details", mountDetails, band("details"));
  const other = band("other");
  frame.mount(
    "other run",
    (view) =>
      mountOnceNeeded(
        view,
        () => view.ui.otherRun.value !== "",
        async () => {
          const { mountOther } = await import("./rerun/other");
          return () => mountOther(view, other);
        },
      ),
    other,
  );
  frame.show(
    other,
    computed(() => frame.ui.otherRun.value !== ""),
  );
  frame.mount("keys", mountFrameKeys, element);
  frame.mount("notification", mountNotify, element);
  frame.show(
    empty,
    computed(() => isOpen.value && !hasActions.value),
  );
  const showsActions = computed(() => isOpen.value && hasActions.value);
  frame.show(diagram, showsActions);
  frame.show(timeline, showsActions);
  frame.show(top, isOpen);
  frame.show(line, isOpen);
  frame.show(waiting, isOpen);
}
