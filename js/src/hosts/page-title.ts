// The title of a page that nobody looks at says that a run on it waits for a person: it is all that a browser's tab
// shows. It is the page's own again as soon as somebody looks. In the frames of some hosts (VS Code) nobody sees it.
import { effect } from "@preact/signals-core";
import { NEEDS_ANSWER } from "../core/phases";
import type { Store } from "../core/store";

const MARK = `● ${NEEDS_ANSWER} – `;

/** The runs on this page that wait. */
const waiting = new Set<Store>();

/** Until `signal`. */
export function titleWhileWaiting(store: Store, signal: AbortSignal): void {
  const stop = effect(() => {
    if (store.traits.waiting.value.length > 0 && store.kernelAlive.value) waiting.add(store);
    else waiting.delete(store);
    entitle();
  });
  document.addEventListener("visibilitychange", entitle, { signal });
  signal.addEventListener("abort", () => {
    stop();
    waiting.delete(store);
    entitle();
  });
}

function entitle(): void {
  const isMarked = document.title.startsWith(MARK);
  const isWanted = document.hidden && waiting.size > 0;
  if (isWanted && !isMarked) document.title = MARK + document.title;
  else if (!isWanted && isMarked) document.title = document.title.slice(MARK.length);
}
