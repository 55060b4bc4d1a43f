// A button that copies a text and says so.
import { h, setAttribute } from "../dom";
import { icon } from "../icons";
import type { View } from "../ui";

const SHOWN_MS = 1_500;

/** An icon button; `read` is asked at the click. */
export function copyButton(view: View, title: string, read: () => string): HTMLButtonElement {
  const button = h("button", { class: "fw-icon-button", title, "aria-label": title }, icon("copy"));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (name: "copy" | "check" | "warning", words: string): void => {
    button.replaceChildren(icon(name));
    setAttribute(button, "data-done", name === "check" ? "" : null);
    setAttribute(button, "title", words);
  };
  button.addEventListener(
    "click",
    async () => {
      const copied = await copyText(read(), button);
      show(copied ? "check" : "warning", copied ? "Copied" : "The browser did not let it be copied");
      view.announce(button.title);
      clearTimeout(timer);
      timer = setTimeout(() => show("copy", title), SHOWN_MS);
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
