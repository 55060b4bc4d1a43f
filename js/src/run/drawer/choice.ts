// Which tabs there are, and which of them opens first. Pure.
import type { ActionDetail, Attempt } from "../../core/protocol";
import type { Tab } from "../../ui/tabs";
import { errorOf, phaseNow, waitingOf } from "./why";

export type TabId = "attempts" | "error" | "events" | "links";

export function tabsOf(detail: ActionDetail, attempt: Attempt | undefined, narrow: boolean): Tab<TabId>[] {
  const error = errorOf(detail, attempt);
  const [events, links] = [attempt?.events.length ?? 0, attempt?.links.length ?? 0];
  // Traces, conditions, and what was never tried run in no pod: no events and no links are to be expected.
  const ran = detail.kind === "task" && attempt !== undefined;
  const whole = { task: "Attempts", trace: "Trace", condition: "Condition" }[detail.kind];
  return [
    ...(narrow ? [{ id: "attempts", label: whole, count: null } as const] : []),
    ...(error || detail.abort
      ? [{ id: "error", label: error ? "Error" : "Abort", count: null } as const]
      : []),
    ...(ran || events ? [{ id: "events", label: "Events", count: events } as const] : []),
    ...(ran || links ? [{ id: "links", label: "Links", count: links } as const] : []),
  ];
}

/** Error if something went wrong, events if it waits; else what there is. */
export function firstTab(detail: ActionDetail, attempt: Attempt | undefined, ids: readonly TabId[]): TabId {
  if (ids.includes("error")) return "error";
  if (waitingOf(attempt, phaseNow(detail, attempt))?.waitedMs === null) return "events";
  if (ids.includes("attempts")) return "attempts";
  const wanted = attempt?.links.length || !attempt?.events.length ? "links" : "events";
  return ids.includes(wanted) ? wanted : (ids[0] ?? wanted);
}
