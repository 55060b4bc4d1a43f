// A description's Markdown as nodes: paragraphs, headings and lists. What is in a line is condition/markdown.ts's.
import { h } from "../../../ui/dom";
import { inline } from "../../condition/markdown";

const ITEM = /^\s{0,6}(?:[-*+]|\d{1,9}[.)])\s+(.*)$/;
const NUMBERED = /^\s*\d/;
const HEADING = /^#{1,6}\s+(.*?)#*\s*$/;

/** Paragraphs and lists. */
export function blocks(text: string): HTMLElement[] {
  const made: HTMLElement[] = [];
  let lines: string[] = [];
  let list: HTMLElement | null = null;
  const flush = (): void => {
    if (lines.length) made.push(h("p", {}, ...inline(lines.join(" "))));
    lines = [];
  };
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const item = ITEM.exec(line);
    if (item) {
      flush();
      const tag = NUMBERED.test(line) ? "ol" : "ul";
      if (!list || list.localName !== tag) {
        list = h(tag);
        made.push(list);
      }
      list.append(h("li", {}, ...inline(item[1]!)));
      continue;
    }
    if (line.trim() === "") {
      flush();
      list = null;
    } else if (list && /^\s+/.test(line)) list.lastElementChild!.append(" ", ...inline(line.trim()));
    else {
      list = null;
      const heading = HEADING.exec(line);
      if (heading) {
        flush();
        made.push(h("p", {}, h("strong", {}, ...inline(heading[1]!))));
      } else lines.push(line.trim());
    }
  }
  flush();
  return made;
}
