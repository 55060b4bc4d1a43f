// Which row of the list shows what: lines, folded frames of a traceback, and in front of all what is not kept. Pure.
import type { LogNews } from "../../../core/protocol";
import type { ListSource } from "../../../ui/virtual-list";

export type LogFold = LogNews["folds"][number];
export type LogRow = { line: number } | { fold: LogFold } | { cut: number };

const CUT = "cut";

export class LogRows implements ListSource {
  #first = 0;
  #total = 0;
  #folds: LogFold[] = [];
  /** Folds that the reader has opened, by their first line. */
  readonly #open = new Set<number>();

  update({ first, total, folds }: Pick<LogNews, "first" | "total" | "folds">): void {
    this.#first = first;
    this.#total = total;
    this.#folds = folds.filter(([start]) => start >= first && !this.#open.has(start));
  }

  open(fold: LogFold): void {
    this.#open.add(fold[0]);
    this.#folds = this.#folds.filter(([start]) => start !== fold[0]);
  }

  get count(): number {
    const hidden = this.#folds.reduce((sum, [start, end]) => sum + end - start - 1, 0);
    return this.#cut + Math.max(0, this.#total - this.#first - hidden);
  }

  /** One row says how many lines are not kept. */
  get #cut(): number {
    return this.#first > 0 ? 1 : 0;
  }

  rowAt(index: number): LogRow {
    if (index < this.#cut) return { cut: this.#first };
    let line = this.#first + index - this.#cut;
    for (const fold of this.#folds) {
      const [start, end] = fold;
      if (line < start) break;
      if (line === start) return { fold };
      line += end - start - 1;
    }
    return { line };
  }

  keyAt(index: number): string | number {
    const row = this.rowAt(index);
    return "cut" in row ? CUT : "fold" in row ? row.fold[0] : row.line;
  }

  indexOf(key: string | number): number {
    if (key === CUT) return this.#cut - 1;
    const line = Number(key);
    if (line < this.#first || line >= this.#total) return -1;
    return this.indexOfLine(line);
  }

  /** The row that shows a line, or the fold that it is in. */
  indexOfLine(line: number): number {
    let hidden = 0;
    for (const [start, end] of this.#folds) {
      if (line < start) break;
      if (line < end) return this.#cut + start - this.#first - hidden;
      hidden += end - start - 1;
    }
    return this.#cut + line - this.#first - hidden;
  }

  /** The fold that hides a line; null: it is to be seen. */
  foldOf(line: number): LogFold | null {
    return this.#folds.find(([start, end]) => start <= line && line < end) ?? null;
  }
}
