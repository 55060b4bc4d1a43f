// The run that a run was started from: in words, and shown in its place.
import { safeUrl } from "../../ui/buttons";
import type { View } from "../../ui/view-state";

/** Sent up the page first: where this view is in the place of that run, that one goes back. Its detail is the name. */
export const OTHER_RUN = "flyte-widgets:other-run";

/** Show a run in the place of this view; without a kernel its page in the console, at `url`, if it has one. */
export function showOther({ store, ui, frame }: View, run: string, url: string): void {
  const href = safeUrl(url);
  if (!store.kernelAlive.peek()) {
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    return;
  }
  const event = new CustomEvent(OTHER_RUN, { detail: run, bubbles: true, composed: true, cancelable: true });
  if (frame.dispatchEvent(event)) ui.otherRun.value = run;
}

/** What a run is to the one that it was started from. */
export const kinship = (kind: string): string => (kind === "recover" ? "recovers" : "rerun of");
