// The static view that the notebook keeps stands below the live view, in an output of its own (widgets/static_view/notebook.py).
// While this view shows the same, and better, the page hides it. By a style sheet: the output is replaced now and then.
import { h } from "../ui/dom";
import type { View } from "../ui/view-state";

/** An id comes from the kernel, or from a file: nothing but this gets into the style sheet. */
const ID = /^fw-static-view-[0-9a-f]{1,64}$/;
export const isStaticViewId = (id: unknown): id is string => typeof id === "string" && ID.test(id);

export function hideStaticView({ store, frame, effect, signal }: View): void {
  const { static_view_id, is_terminal } = store.traits;
  const style = h("style");
  effect(() => {
    const id = static_view_id.value;
    // A view without a kernel stands still: the static view may know more, unless it is the end.
    const shows = store.kernelAlive.value || is_terminal.value;
    if (!shows || !isStaticViewId(id)) {
      style.remove();
      return;
    }
    // Of JupyterLab's outputs the innermost: an Output widget that shows this view has them inside of its own. Two
    // rules, for a browser drops a whole rule with a selector that it does not know.
    const output = ".jp-OutputArea-child";
    const innermost = `${output}:has(#${id}):not(:has(${output} #${id}))`;
    style.textContent = `#${id} { display: none !important } ${innermost} { display: none !important }`;
    frame.ownerDocument.head.append(style);
  });
  signal.addEventListener("abort", () => style.remove());
}
