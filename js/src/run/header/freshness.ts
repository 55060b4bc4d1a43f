// How fresh the view is, in words and a dot; after the end, when that was.

import { ago, wallClock } from "../../core/format";
import { Phase, phaseOf } from "../../core/phases";
import type { ActionDetail, Connection } from "../../core/protocol";
import { dotted, h, setAttribute } from "../../ui/dom";
import type { View } from "../../ui/view-state";

export type Dot = "live" | "reconnecting" | "polling" | "off" | "";

export interface Freshness {
  dot: Dot;
  /** Said one after the other, a small dot between. */
  words: string[];
}

export interface FreshnessFacts {
  connection: Connection;
  kernelAlive: boolean;
  phase: string;
  terminal: boolean;
  endedMs: number | null;
  abort: ActionDetail["abort"];
  /** The backend's clock. */
  clockMs: number;
}

export function freshness(facts: FreshnessFacts): Freshness {
  const { state, lastMs, pollS } = facts.connection;
  if (facts.terminal) {
    const when = facts.endedMs === null ? "" : wallClock(facts.endedMs);
    if (phaseOf(facts.phase) === Phase.Aborted && facts.abort?.by) {
      return { dot: "", words: [`Aborted by ${facts.abort.by}`, when].filter(Boolean) };
    }
    return { dot: "", words: [`finished ${when}`.trim()] };
  }
  if (facts.phase === "" && state !== "reconnecting") return { dot: "", words: [] }; // the badge says it all
  if (!facts.kernelAlive) return { dot: "off", words: ["not live"] };
  switch (state) {
    case "live":
      return { dot: "live", words: ["live"] };
    case "polling":
      return { dot: "polling", words: [pollS === null ? "polling" : `polling every ${pollS} s`] };
    case "reconnecting": {
      const age = lastMs === null ? "" : ` · ${ago(facts.clockMs - lastMs)}`;
      return { dot: "reconnecting", words: [`reconnecting${age}`] };
    }
    default:
      return { dot: "off", words: ["not live"] };
  }
}

/** Where it is tight: the badge says how it ended, and of another day the date does. Buttons need the room. */
export const brief = (words: string): string =>
  words.replace(/^finished (?=.)/, "").replace(/ \d\d:\d\d:\d\d$/, "");

export function mountFreshness(view: View, parent: HTMLElement): void {
  const { store, ui } = view;
  const { traits } = store;
  const dot = h("span", { class: "fw-dot", "aria-hidden": "true" });
  const words = h("span", { class: "fw-fresh-words" });
  const all = h("span", { class: "fw-fresh" }, dot, words);
  parent.append(all);
  let drawn = "";
  const draw = (): void => {
    const facts = freshness({
      connection: traits.connection.value,
      kernelAlive: store.kernelAlive.value,
      phase: traits.phase.value,
      terminal: traits.is_terminal.value,
      endedMs: traits.ended_ms.value,
      abort: traits.root.value?.abort ?? null,
      clockMs: store.clockMs(),
    });
    dot.dataset.dot = facts.dot;
    setAttribute(dot, "hidden", facts.dot ? null : "");
    setAttribute(all, "hidden", facts.words.length ? null : "");
    const shown = ui.compact.value ? facts.words.slice(-1).map(brief) : facts.words;
    const text = shown.join("\n");
    if (text !== drawn) words.replaceChildren(...dotted(shown.map((word) => h("span", {}, word))));
    drawn = text;
    const { lastMs } = traits.connection.value;
    const heard = lastMs === null ? "" : `Last heard at ${wallClock(lastMs)}`;
    const whole = shown.join() === facts.words.join() ? "" : facts.words.join(", ");
    setAttribute(all, "title", [whole, heard].filter(Boolean).join(" · ") || null);
  };
  view.effect(draw);
  view.everyTick(1_000, draw);
}
