// The small buttons that stand in every band: an icon alone, an icon that is a link, a word without a border.
import { h, setAttribute } from "./dom";
import { type IconName, icon } from "./icons";

/** A button that shows an icon only. `name` is its tooltip and what a screen reader says. */
export function iconButton(name: string, of: IconName, sizePx = 14): HTMLButtonElement {
  return h("button", { class: "fw-icon-button", title: name, "aria-label": name }, icon(of, sizePx));
}

/** A link that looks like an icon button. It opens a new tab that knows nothing of this page. */
export function iconLink(name: string, of: IconName = "open"): HTMLAnchorElement {
  const rel = "noopener noreferrer";
  return h(
    "a",
    { class: "fw-icon-button", target: "_blank", rel, title: name, "aria-label": name },
    icon(of),
  );
}

/** Point a link at an address, or hide it where that is none to follow. */
export function pointLink(link: HTMLAnchorElement, url: string): void {
  const href = safeUrl(url);
  link.hidden = href === "";
  setAttribute(link, "href", href || null);
}

/** A word without a border: an action inside a sentence's row. */
export function textButton(word: string): HTMLButtonElement {
  return h("button", { class: "fw-text-button" }, word);
}

/** The way back, at the start of a bar (`.fw-bar`). `to`: what is there. */
export function backButton(to: string | Node): HTMLButtonElement {
  return h("button", { class: "fw-text-button fw-bar-back" }, icon("chevron-left", 14), to);
}

/** The address, if a browser may go there; else "". */
export function safeUrl(url: string): string {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : "";
  } catch {
    return "";
  }
}
