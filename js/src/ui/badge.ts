// The badge at the left: the run's phase, or why there is none to show.

import { cssName, label, phaseOf } from "../core/phases";
import type { ConnectionState } from "../core/protocol";
import { h, setAttribute, setText } from "./dom";
import { chip, type IconName, icon } from "./icons";
import type { View } from "./view-state";

export interface Badge {
  text: string;
  /** Wire number; 0: an icon instead. */
  phase: number;
  icon: IconName;
  tone: "phase" | "grey" | "warn";
}

const UNREAD: Partial<Record<ConnectionState, Pick<Badge, "text" | "icon" | "tone">>> = {
  not_found: { text: "Not found", icon: "not-found", tone: "grey" },
  forbidden: { text: "No permission", icon: "lock", tone: "grey" },
  login_needed: { text: "Login needed", icon: "lock", tone: "warn" },
  failed: { text: "Not readable", icon: "warning", tone: "warn" },
  closed: { text: "Closed", icon: "unlink", tone: "grey" },
};

export function badgeOf(
  phase: string,
  state: ConnectionState,
  terminal: boolean,
  kernelAlive: boolean,
): Badge {
  const number = phaseOf(phase);
  if (number === 0) {
    const reason = UNREAD[state] ?? { text: "Connecting", icon: "spinner", tone: "grey" };
    return { phase: 0, ...reason };
  }
  const known = { phase: number, icon: "info" } as const;
  if (terminal || kernelAlive) return { ...known, text: label(number), tone: "phase" };
  return { ...known, text: `Last seen ${label(number).toLowerCase()}`, tone: "grey" };
}

export function mountBadge(view: View, parent: HTMLElement): void {
  const { traits, kernelAlive } = view.store;
  const word = h("span");
  const mark = h("span", { class: "fw-badge-mark" });
  const badge = h("span", { class: "fw-badge" }, mark, word);
  parent.append(badge);
  let drawn = "";
  view.effect(() => {
    const now = badgeOf(
      traits.phase.value,
      traits.connection.value.state,
      traits.is_terminal.value,
      kernelAlive.value,
    );
    setText(word, now.text);
    setAttribute(badge, "data-tone", now.tone);
    badge.style.setProperty("--fw-badge", now.tone === "phase" ? `var(--fw-${cssName(now.phase)})` : null);
    const key = `${now.phase} ${now.icon}`;
    if (key !== drawn) mark.replaceChildren(now.phase ? chip(now.phase, 16) : icon(now.icon, 14));
    drawn = key;
  });
}
