// A line of a prompt's Markdown as nodes: emphasis, code and https links. Everything else stays the text that it is, for it
// comes from other people's code: no HTML, no images, no other schemes.
import { safeUrl } from "../../ui/buttons";
import { h } from "../../ui/dom";

const INLINE =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|__([^_\n]+)__|\*([^*\s][^*\n]*)\*|(?<![\w_])_([^_\s][^_\n]*)_(?!\w)|(?<!!)\[([^\]\n]+)\]\(([^()\s]+)\)/;
const MOST_PARTS = 500;

/** One line's nodes. */
export function inline(text: string): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  let rest = text;
  while (rest && nodes.length < MOST_PARTS) {
    const found = INLINE.exec(rest);
    if (!found) break;
    if (found.index > 0) nodes.push(rest.slice(0, found.index));
    nodes.push(nodeOf(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return rest ? [...nodes, rest] : nodes;
}

function nodeOf([whole, code, bold, bold2, slanted, slanted2, words, url]: RegExpExecArray): Node | string {
  if (code !== undefined) return h("code", { class: "fw-code" }, code);
  const strong = bold ?? bold2;
  if (strong !== undefined) return h("strong", {}, strong);
  const emphasis = slanted ?? slanted2;
  if (emphasis !== undefined) return h("em", {}, emphasis);
  const href = safeUrl(url ?? "");
  if (!href.startsWith("https:")) return whole;
  return h("a", { class: "fw-prose-link", href, target: "_blank", rel: "noopener noreferrer" }, words ?? "");
}
