// The static picture that the notebook keeps stands below the live view, in an output of its own (widgets/saved.py).
// While this view shows the same, and better, the page hides it. By a style sheet: the output is replaced now and then.
import { h } from "../ui/dom";
import type { View } from "../ui/view-state";

/** An id comes from the kernel, or from a file: nothing but this gets into the style sheet. */
const ID = /^fw-receipt-[0-9a-f]{1,64}$/;
export const isPictureId = (id: unknown): id is string => typeof id === "string" && ID.test(id);

export function hideSavedPicture({ store, frame, effect, signal }: View): void {
  const { receipt_id, is_terminal } = store.traits;
  const style = h("style");
  effect(() => {
    const id = receipt_id.value;
    // A view without a kernel stands still: the picture may know more, unless it is the end.
    const shows = store.kernelAlive.value || is_terminal.value;
    if (!shows || !isPictureId(id)) {
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
