// A button that copies a text and says so.
import { h, setAttribute } from "./dom";
import { icon } from "./icons";
import type { View } from "./view-state";

const SHOWN_MS = 1_500;

/** A button with an icon and, where one is given, a word. `read` is asked at the click. */
export function copyButton(
  view: Pick<View, "signal" | "announce">,
  title: string,
  read: () => string,
  word = "",
): HTMLButtonElement {
  const button = h("button", { class: word ? "fw-button fw-copy" : "fw-icon-button", "aria-label": title });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (name: "copy" | "check" | "warning", words: string, brief: string): void => {
    button.replaceChildren(icon(name), ...(word ? [h("span", {}, brief)] : []));
    setAttribute(button, "data-done", name === "check" ? "" : null);
    setAttribute(button, "title", words);
  };
  show("copy", title, word);
  button.addEventListener(
    "click",
    async () => {
      const copied = await copyText(read(), button);
      if (copied) show("check", "Copied", "Copied");
      else show("warning", "The browser did not let it be copied", "Not allowed");
      view.announce(button.title);
      clearTimeout(timer);
      timer = setTimeout(() => show("copy", title, word), SHOWN_MS);
    },
    { signal: view.signal },
  );
  view.signal.addEventListener("abort", () => clearTimeout(timer));
  return button;
}

/** Notebooks on plain http have no clipboard API, so the old way is tried as well. */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "fw-unseen", "aria-hidden": "true", tabindex: -1 });
    area.value = text;
    near.after(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    near.focus();
    return copied;
  }
}
