// A picture in the place of its file's icon. Where it cannot be read, the file's name has to do.
import type { Fields } from "../../../core/requests";
import type { Store } from "../../../core/store";
import { h } from "../../../ui/dom";

/** Read a picture and draw it into the row of its value. */
export function drawThumbnail(
  store: Store,
  fields: Fields<"read_image">,
  line: HTMLElement,
  signal: AbortSignal,
): void {
  store
    .request("read_image", fields)
    .then(({ buffers: [bytes] }) => {
      if (!bytes || signal.aborted) return;
      const url = URL.createObjectURL(
        new Blob([new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)]),
      );
      const image = h("img", { class: "fw-value-image", alt: "", src: url });
      image.addEventListener("load", () => {
        const size = ` ${image.naturalWidth} × ${image.naturalHeight}`;
        line.querySelector(".fw-value-text")?.append(h("span", { class: "fw-value-note" }, size));
      });
      image.addEventListener("error", () => image.remove());
      signal.addEventListener("abort", () => URL.revokeObjectURL(url));
      line.querySelector(".fw-value > svg")?.replaceWith(image);
    })
    .catch(() => undefined);
}
