// The static view that the notebook keeps (widgets/static_view/notebook.py) is an output, and Python replaces it as the run goes on.
// A page that was reloaded has forgotten which output that is, and one that was away has not heard of it. So at the end
// each page asks for the static view, if there is somebody to put it into the notebook: the extension in js/labextension.
import { effect } from "@preact/signals-core";
import type { Store } from "../core/store";
import { isStaticViewId } from "./static-view";

/** `detail` of the cancelable event "flyte-widgets:static-view" on the document. Who can keep it prevents its default. */
interface StaticViewToKeep {
  /** Of the element in the output that is to be replaced. */
  id: string;
  /** The output's new content; none: would you? */
  data?: Record<string, string>;
}

function offer(detail: StaticViewToKeep): boolean {
  return !document.dispatchEvent(new CustomEvent("flyte-widgets:static-view", { detail, cancelable: true }));
}

export function keepStaticView(store: Store, signal: AbortSignal): void {
  const { connection, static_view_id } = store.traits;
  let asked = false;
  const stop = effect(() => {
    const id = static_view_id.value;
    if (connection.value.state !== "ended" || asked || !isStaticViewId(id) || !offer({ id })) return;
    asked = true;
    store.request("static_view", {}, { signal }).then(
      ({ payload }) => offer({ id, data: payload }),
      () => undefined,
    );
  });
  signal.addEventListener("abort", stop);
}
