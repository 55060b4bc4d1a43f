// The first rows of a table, as they are read on request.
import { grouped, plural } from "../../../core/format";
import type { TablePreview } from "../../../core/protocol";
import { textButton } from "../../../ui/buttons";
import { dotted, h } from "../../../ui/dom";

export const FIRST_ROWS = 5;
export const MORE_ROWS = 20;

export function tableNodes(table: TablePreview, more: (rows: number) => void): HTMLElement[] {
  const { columns, isText, rows, rowCount, columnCount } = table;
  const side = (i: number): string | null => (isText[i] ? "" : null);
  const head = h(
    "tr",
    {},
    h("td"),
    ...columns.map((name, i) => h("th", { scope: "col", "data-text": side(i), title: name }, name)),
  );
  const body = rows.map((row, number) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, String(number)),
      ...row.map((cell, i) =>
        h(
          "td",
          { "data-text": side(i), "data-none": cell === null || cell === "NaN" ? "" : null },
          cell ?? "None",
        ),
      ),
    ),
  );
  const shown = h("div", { class: "fw-table-box", tabindex: 0, role: "region", "aria-label": "First rows" });
  shown.append(
    h(
      "table",
      { class: "fw-table", "aria-label": "First rows" },
      h("thead", {}, head),
      h("tbody", {}, ...body),
    ),
  );
  const words = [
    h(
      "span",
      {},
      `${grouped(rows.length)} of ${plural(rowCount, "row")}, ${columns.length} of ${plural(columnCount, "column")}`,
    ),
  ];
  const left = Math.min(MORE_ROWS, rowCount - rows.length);
  if (left > 0) {
    const button = textButton(`${left} more rows`);
    button.addEventListener("click", () => more(rows.length + left));
    words.push(button);
  }
  return [shown, h("p", { class: "fw-table-words" }, ...dotted(words))];
}
