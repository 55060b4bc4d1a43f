// The title row of the details: what it is, how often and how long, the console, the way out.

import { duration, plural } from "../../core/format";
import { phaseOf } from "../../core/phases";
import type { ActionDetail } from "../../core/protocol";
import type { Store } from "../../core/store";
import { dotted, h, setAttribute } from "../../ui/dom";
import { icon } from "../../ui/icons";
import { tinted } from "./attempts";
import { safeUrl } from "./links";
import { cacheWords, durationOf } from "./model";

const CONSOLE = "Open in the Flyte console";
const CLOSE = "Close the details";

export class TitleRow {
  readonly close = h("button", { class: "fw-icon-button", title: CLOSE, "aria-label": CLOSE }, icon("close"));
  readonly #title = h("div", { class: "fw-details-title" });
  readonly #facts = h("span", { class: "fw-details-facts" });
  readonly #console = h(
    "a",
    {
      class: "fw-icon-button",
      target: "_blank",
      rel: "noopener noreferrer",
      title: CONSOLE,
      "aria-label": CONSOLE,
    },
    icon("open"),
  );
  readonly element = h(
    "div",
    { class: "fw-details-head" },
    this.#title,
    this.#facts,
    h("span", { class: "fw-gap" }),
    this.#console,
    this.close,
  );
  #detail: ActionDetail | null = null;
  #key = "";

  constructor(private readonly store: Store) {}

  /** Gives the action's name. Before the details are here the list of actions knows some of it. */
  update(id: string, detail: ActionDetail | null): string {
    this.#detail = detail;
    const { actions } = this.store;
    const row = actions.rowOf.get(id);
    const name = detail?.name || (row === undefined ? "" : actions.name[row]!) || id;
    const phase = detail ? phaseOf(detail.phase) : row === undefined ? 0 : actions.phase[row]!;
    const key = JSON.stringify([id, name, phase]);
    if (key !== this.#key) {
      this.#key = key;
      this.#title.replaceChildren(
        tinted(phase, 14),
        h("span", { class: "fw-details-name fw-cut", dir: "auto", title: name }, name),
        h("span", { class: "fw-details-id fw-mono fw-cut" }, id),
      );
    }
    const href = safeUrl(detail?.consoleUrl ?? "");
    this.#console.hidden = href === "";
    setAttribute(this.#console, "href", href || null);
    this.tick();
    return name;
  }

  tick(): void {
    const detail = this.#detail;
    const facts = this.#facts;
    const wholeMs = detail && durationOf(detail, this.store.nowMs());
    const texts = detail
      ? [
          attemptWords(detail),
          cacheWords(detail.cache || (detail.attempts.at(-1)?.cache ?? "")),
          wholeMs === null ? "" : duration(wholeMs),
        ].filter(Boolean)
      : [];
    if (facts.textContent === texts.join("")) return;
    // An empty first node, so that there is a dot after the id as well.
    facts.replaceChildren(
      ...(texts.length ? dotted([h("span"), ...texts.map((text) => h("span", {}, text))]) : []),
    );
  }
}

function attemptWords({ attempts, attemptCount, kind }: ActionDetail): string {
  if (kind !== "task") return kind;
  const n = Math.max(attempts.length, attemptCount);
  if (n > 1) return plural(n, "attempt");
  return attempts[0] ? `attempt ${attempts[0].attempt}` : "";
}
