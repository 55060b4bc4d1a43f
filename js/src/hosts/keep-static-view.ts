// The static view that the notebook keeps (widgets/static_view/notebook.py) is an output, and Python replaces it as the run goes on.
// A page that was reloaded has forgotten which output that is, and one that was away has not heard of it. So at the end
// each page asks for the static view, if there is somebody to put it into the notebook: the extension in js/labextension.
import type { AnyModel } from "@anywidget/types";
import { effect } from "@preact/signals-core";
import type { Message, RunTraits } from "../core/protocol";
import type { Store } from "../core/store";
import { isStaticViewId } from "./static-view";

/** `detail` of the cancelable event "flyte-widgets:static-view" on the document. Who can keep it prevents its default. */
interface StaticViewToKeep {
  /** Of the element in the output that is to be replaced. */
  id: string;
  /** The output's new content; none: would you? */
  data?: Record<string, string>;
}

const TIMEOUT_MS = 60_000;

function offer(detail: StaticViewToKeep): boolean {
  return !document.dispatchEvent(new CustomEvent("flyte-widgets:static-view", { detail, cancelable: true }));
}

export function keepStaticView(store: Store, model: AnyModel<RunTraits>, signal: AbortSignal): void {
  const { connection, static_view_id } = store.traits;
  let asked = false;
  const listen = (message: Message) => {
    const id = static_view_id.peek();
    if (message.kind === "static_view" && isStaticViewId(id)) offer({ id, data: message.data });
  };
  model.on("msg:custom", listen);
  const stop = effect(() => {
    const id = static_view_id.value;
    if (connection.value.state !== "ended" || asked || !isStaticViewId(id) || !offer({ id })) return;
    asked = true;
    store.requests.request({ kind: "static_view" }, TIMEOUT_MS).catch(() => undefined);
  });
  signal.addEventListener("abort", () => {
    stop();
    model.off("msg:custom", listen);
  });
}
