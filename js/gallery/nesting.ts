// A host that shows another widget inside of a view.
import type { RunTraits } from "../src/core/protocol";
import { h } from "../src/ui/dom";
import type runWidget from "../src/widget";
import { GalleryModel } from "./model";

const address = "./widget.js";
/** The widget, as it is built for notebooks. */
export const { default: define } = (await import(address)) as { default: typeof runWidget };

/** The host's manager, which has one other widget: of a run with these traits. */
export function nesting(traits: RunTraits) {
  return {
    get_model: async () => new GalleryModel(traits),
    create_view: async (model: GalleryModel) => {
      const el = h("div");
      const leave = define().render({ model: model as never, el });
      return { el, remove: leave };
    },
  };
}
