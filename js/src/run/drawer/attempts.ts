// The attempts of an action: the chosen one unfolded into its phases, the others folded to a bar.

import { clockRange, duration, wallClock } from "../../core/format";
import { cssName, label, phaseOf } from "../../core/phases";
import type { ActionDetail } from "../../core/protocol";
import { h, setAttribute, setText } from "../../ui/dom";
import { glyph, icon } from "../../ui/icons";
import { type AttemptModel, attemptsOf, durationOf, type PhaseRow, type Stretch, statusLine } from "./model";

export class AttemptsPane {
  readonly #list = h("div");
  readonly element = h("div", { class: "fw-attempts", id: "fw-panel-attempts" }, this.#list);
  #detail: ActionDetail | null = null;
  #open = 0;
  #key = "";
  #refresh: ((nowMs: number) => void)[] = [];

  constructor(private readonly choose: (attempt: number) => void) {}

  /** `open` is the unfolded attempt's number. */
  update(detail: ActionDetail, open: number, nowMs: number): void {
    this.#detail = detail;
    this.#open = open;
    this.tick(nowMs);
  }

  /** Only texts and bars change, unless a phase or an attempt came. */
  tick(nowMs: number): void {
    if (!this.#detail) return;
    const attempts = attemptsOf(this.#detail, nowMs);
    const shape = attempts.map((a) => [
      a.attempt,
      a.phase,
      a.note,
      a.when,
      ...a.rows.map((r) => [r.phase, r.current]),
    ]);
    const { id, phase, kind, endMs, notKept } = this.#detail;
    const key = JSON.stringify([id, phase, kind, endMs, notKept, this.#open, shape]);
    if (key !== this.#key) {
      this.#key = key;
      const focused = this.#focusedAttempt();
      this.#refresh = [];
      this.#list.replaceChildren(
        ...(attempts.length ? attempts.map((a, i) => this.#draw(a, i)) : this.#drawStatus()),
      );
      if (focused) this.element.querySelector<HTMLElement>(`[data-attempt="${focused}"]`)?.focus();
    }
    for (const run of this.#refresh) run(nowMs);
  }

  #focusedAttempt(): string | undefined {
    const { activeElement } = this.element.getRootNode() as Document | ShadowRoot;
    return this.element.contains(activeElement) ? (activeElement as HTMLElement).dataset.attempt : undefined;
  }

  #modelOf(index: number, nowMs: number): AttemptModel | undefined {
    return this.#detail ? attemptsOf(this.#detail, nowMs)[index] : undefined;
  }

  #draw(model: AttemptModel, index: number): HTMLElement {
    const isOpen = model.attempt === this.#open;
    const time = h("span", { class: "fw-attempt-time" });
    const bar = isOpen ? null : h("span", { class: "fw-share" });
    const fills = isOpen
      ? []
      : model.bar.map(({ phase }) => h("span", { class: "fw-fill", "data-phase": phase }));
    bar?.append(...fills);
    const head = h(
      "button",
      {
        class: "fw-attempt-head",
        "aria-expanded": String(isOpen),
        "data-attempt": model.attempt,
      },
      icon(isOpen ? "chevron-down" : "chevron-right", 14),
      h(
        "span",
        {
          class: "fw-attempt-name fw-cut",
          title: [model.note, model.when].filter(Boolean).join(", ") || null,
        },
        h("b", {}, `Attempt ${model.attempt}`),
        model.note && ` · ${model.note}`,
      ),
      time,
      bar ?? h("span", { class: "fw-attempt-when" }, model.when),
    );
    head.addEventListener("click", () => this.choose(model.attempt));
    const rows = isOpen ? model.rows.map((row) => this.#drawRow(row)) : [];
    this.#refresh.push((nowMs) => {
      const now = this.#modelOf(index, nowMs);
      if (!now) return;
      setText(time, now.durationMs === null ? "–" : duration(now.durationMs));
      for (const [i, fill] of fills.entries()) placeShare(fill, now.bar[i]!);
      for (const [i, { show }] of rows.entries()) show(now.rows[i]!);
    });
    const children = rows.map(({ element }) => element);
    if (isOpen && rows.length === 0)
      children.push(h("p", { class: "fw-note" }, "Its phases were not reported."));
    return h("div", { class: "fw-attempt-group" }, head, ...children);
  }

  #drawRow(row: PhaseRow): { element: HTMLElement; show: (row: PhaseRow) => void } {
    const time = h("span", { class: "fw-attempt-time" });
    const fill = h("span", { class: "fw-fill", "data-phase": row.phase });
    const element = h(
      "div",
      { class: "fw-phase-row", "data-reached": row.reached, "aria-current": row.current ? "step" : null },
      tinted(row.phase, 12, row.reached),
      h("span", { class: "fw-phase-name fw-cut" }, label(row.phase)),
      time,
      h("span", { class: "fw-share", "aria-hidden": "true" }, fill),
    );
    const show = (now: PhaseRow) => {
      setText(time, now.durationMs === null ? "–" : duration(now.durationMs));
      placeShare(fill, now);
    };
    return { element, show };
  }

  #drawStatus(): HTMLElement[] {
    const detail = this.#detail!;
    const phase = phaseOf(detail.phase);
    const time = h("span", { class: "fw-attempt-time" });
    this.#refresh.push((nowMs) => {
      const wholeMs = this.#detail ? durationOf(this.#detail, nowMs) : null;
      setText(time, wholeMs === null ? "–" : duration(wholeMs));
    });
    const { startMs, endMs } = detail;
    return [
      h("p", { class: "fw-note" }, statusLine(detail)),
      h(
        "div",
        { class: "fw-phase-row fw-status-row", "data-reached": true },
        tinted(phase, 12),
        h("span", { class: "fw-phase-name fw-cut" }, label(phase)),
        time,
        h("span", { class: "fw-phase-when" }, timesText(startMs, endMs)),
      ),
    ];
  }
}

/** A bare glyph in its phase's ink. */
export function tinted(phase: number, sizePx: number, reached = true): SVGSVGElement {
  const mark = glyph(phase, sizePx);
  mark.style.color = reached ? `var(--fw-ink-${cssName(phase)})` : "var(--fw-line-3)";
  return mark;
}

function placeShare(fill: HTMLElement, { from, share, durationMs }: Stretch): void {
  setAttribute(fill, "hidden", durationMs === null ? "" : null);
  fill.style.left = `${(from * 100).toFixed(2)}%`;
  fill.style.width = `${(share * 100).toFixed(2)}%`;
}

function timesText(startMs: number | null, endMs: number | null): string {
  if (startMs === null) return endMs === null ? "" : `ended ${wallClock(endMs)}`;
  return endMs === null ? `since ${wallClock(startMs)}` : clockRange(startMs, endMs);
}
