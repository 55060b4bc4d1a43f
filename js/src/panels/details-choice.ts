// Which tabs there are, and which of them opens first. Pure.
import type { ActionDetail, Attempt } from "../protocol";
import type { Tab } from "./details-tabs";
import { errorOf, phaseNow, waitingOf } from "./details-why";

export type TabId = "attempts" | "error" | "events" | "links";

export function tabsOf(detail: ActionDetail, attempt: Attempt | undefined, narrow: boolean): Tab<TabId>[] {
  const error = errorOf(detail, attempt);
  return [
    ...(narrow ? [{ id: "attempts", label: "Attempts", count: null } as const] : []),
    ...(error || detail.abort
      ? [{ id: "error", label: error ? "Error" : "Abort", count: null } as const]
      : []),
    { id: "events", label: "Events", count: attempt?.events.length ?? 0 },
    { id: "links", label: "Links", count: attempt?.links.length ?? 0 },
  ];
}

/** Error if something went wrong, events if it waits; else what there is. */
export function firstTab(detail: ActionDetail, attempt: Attempt | undefined, ids: readonly TabId[]): TabId {
  if (ids.includes("error")) return "error";
  if (waitingOf(attempt, phaseNow(detail, attempt))?.waitedMs === null) return "events";
  if (ids.includes("attempts")) return "attempts";
  return attempt?.links.length || !attempt?.events.length ? "links" : "events";
}
