// Parts of the front end that most runs never need: each is sent when it is first needed (loader.mjs).
import { untracked } from "@preact/signals-core";
import type { View } from "./view-state";

/**
 * Load a part once `isNeeded`, and mount it. `isNeeded` reads signals; `load` gives what mounts it. Where it cannot be
 * had, the view says so, and asks again when one of those signals changes.
 */
export function mountOnceNeeded(view: View, isNeeded: () => boolean, load: () => Promise<() => void>): void {
  let isAsked = false;
  view.effect(() => {
    if (!isNeeded() || isAsked) return;
    if (!view.store.kernelAlive.value) {
      view.store.notice.value = "This part of the view was not kept: run the cell again to see it.";
      return;
    }
    isAsked = true;
    load().then(
      // In an effect: where it breaks, that is told as of every part.
      (mount) => !view.signal.aborted && view.effect(() => untracked(mount)),
      (error) => {
        isAsked = false;
        console.error("flyte-widgets:", error);
        view.store.notice.value = `A part of this view could not be loaded: ${error}.`;
      },
    );
  });
}
