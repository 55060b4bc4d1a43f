// One row of the log: a line with its time and colours, folded frames of a traceback, or what is not kept.
import { grouped, wallClock } from "../../../core/format";
import { textButton } from "../../../ui/buttons";
import { h, setAttribute, setText } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { ListRow } from "../../../ui/virtual-list";
import { plainText, type Span, type Style, spansOf } from "./ansi";
import type { LogFold, LogRow } from "./log-rows";
import type { Line } from "./log-window";

/** Longer ones end in "… 12,000 more". */
const SHOWN = 4_000;
/** As the kernel ends a line of which it keeps the beginning only. */
const CUT_BEFORE = / … ([\d,]+) more$/;

export interface RowFacts {
  row: LogRow;
  /** Undefined while it is read. */
  line: Line | undefined;
  query: string;
  /** It is the match that the reader is at. */
  isFound: boolean;
}

export interface RowCommands {
  open(fold: LogFold): void;
  save(): void;
}

export class LineRow implements ListRow {
  readonly element = h("div", { class: "fw-log-row" });
  readonly #time = h("span", { class: "fw-log-time" });
  readonly #text = h("span", { class: "fw-log-text" });
  #drawn = "";

  constructor(
    private readonly facts: (index: number) => RowFacts,
    private readonly commands: RowCommands,
  ) {
    this.element.append(this.#time, this.#text);
  }

  show(index: number): void {
    const { row, line, query, isFound } = this.facts(index);
    const key = JSON.stringify([row, line, query, isFound]);
    if (key === this.#drawn) return; // a text that is being selected stays
    this.#drawn = key;
    setAttribute(this.element, "data-kind", "cut" in row ? "cut" : "fold" in row ? "fold" : null);
    setAttribute(this.element, "data-origin", line?.isStderr ? "stderr" : line?.isSystem ? "system" : null);
    const atMs = line?.atMs ?? null;
    setText(this.#time, "line" in row && atMs !== null ? wallClock(atMs) : "");
    setAttribute(this.#time, "title", atMs === null ? null : exact(atMs));
    if ("cut" in row) this.#text.replaceChildren(...this.#cut(row.cut));
    else if ("fold" in row) this.#text.replaceChildren(this.#fold(row.fold));
    else if (line) this.#text.replaceChildren(...lineNodes(line.text, query, isFound));
    else this.#text.replaceChildren(h("span", { class: "fw-log-unread" }, "…"));
  }

  #cut(count: number): Node[] {
    const all = textButton("Download all");
    all.addEventListener("click", () => this.commands.save());
    const words = `${grouped(count)} earlier lines are not kept`;
    return [icon("warning", 13), h("span", {}, words), all, h("span", { class: "fw-log-dashes" })];
  }

  #fold(fold: LogFold): Node {
    const button = h("button", { class: "fw-log-fold", "aria-expanded": "false" }, `… ${fold[2]}`);
    button.addEventListener("click", () => this.commands.open(fold));
    return button;
  }
}

function exact(atMs: number): string {
  const date = new Date(atMs);
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${date.toLocaleDateString("en-CA")} ${wallClock(atMs)}.${ms}`;
}

function lineNodes(text: string, query: string, isFound: boolean): Node[] {
  const cut = text.length > SHOWN ? text.slice(0, SHOWN) : text;
  const spans = spansOf(cut);
  const marks = query ? marksOf(plainText(cut), query) : [];
  const nodes = marks.length ? marked(spans, marks, isFound) : spans.map(drawSpan);
  if (cut !== text) {
    nodes.push(h("span", { class: "fw-log-more" }, ` … ${grouped(leftOut(text))} more`));
  }
  // An empty line is as high as the others, and can be selected.
  return nodes.length ? nodes : [document.createTextNode("​")];
}

/** How many characters of a line are not shown, those that the kernel has not kept included. */
export function leftOut(text: string): number {
  const cut = CUT_BEFORE.exec(text);
  const before = cut ? Number(cut[1]!.replaceAll(",", "")) - cut[0].length : 0;
  return text.length - SHOWN + before;
}

type Mark = readonly [from: number, to: number];

function marksOf(text: string, query: string): Mark[] {
  const [where, what] = [text.toLowerCase(), query.toLowerCase()];
  // Where a letter's small form is longer, places would not fit: then nothing is marked.
  if (where.length !== text.length) return [];
  const marks: Mark[] = [];
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, at + what.length)) {
    marks.push([at, at + what.length]);
  }
  return marks;
}

/** The spans, cut where a mark begins or ends. */
function marked(spans: readonly Span[], marks: readonly Mark[], isFound: boolean): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const { text, style } of spans) {
    const end = at + text.length;
    let from = at;
    for (const [start, stop] of marks) {
      const [begin, finish] = [Math.max(start, at), Math.min(stop, end)];
      if (begin >= finish) continue;
      if (begin > from) nodes.push(drawSpan({ text: text.slice(from - at, begin - at), style }));
      const mark = h("mark", { class: isFound ? "fw-log-mark fw-log-mark-on" : "fw-log-mark" });
      mark.append(text.slice(begin - at, finish - at));
      nodes.push(mark);
      from = finish;
    }
    if (from < end) nodes.push(drawSpan({ text: text.slice(from - at), style }));
    at = end;
  }
  return nodes;
}

function drawSpan({ text, style }: Span): Node {
  const classes = classesOf(style);
  return classes ? h("span", { class: classes }, text) : document.createTextNode(text);
}

function classesOf({ ink, ground, bold, dim, underline }: Style): string {
  return [
    ink === undefined || ground !== undefined ? "" : `fw-ansi-${ink}`,
    ground === undefined ? "" : `fw-ansi-on-${ground}`,
    bold ? "fw-log-bold" : "",
    dim ? "fw-log-dim" : "",
    underline ? "fw-log-under" : "",
  ]
    .filter(Boolean)
    .join(" ");
}
