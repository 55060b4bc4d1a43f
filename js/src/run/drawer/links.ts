// Links of an attempt: logs, dashboards, the console. Only http(s), never in this page, and the page is not told.

import type { Link } from "../../core/protocol";
import { safeUrl } from "../../ui/buttons";
import { h } from "../../ui/dom";
import { icon } from "../../ui/icons";
import { redrawn } from "./redraw";
import { type DrawerTab, hasRun } from "./tab";

export const linksTab: DrawerTab = {
  id: "links",
  label: () => "Links",
  count: ({ attempt }) => attempt?.links.length ?? 0,
  isThere: (facts) => hasRun(facts) || (facts.attempt?.links.length ?? 0) > 0,
  isFilled: ({ attempt }) => (attempt?.links.length ?? 0) > 0,
  mount(view, panel, subject) {
    redrawn(view, panel, subject, ({ attempt }) => attempt?.links ?? [], linkNodes);
  },
};

function linkNodes(links: readonly Link[]): HTMLElement[] {
  const safe = links.flatMap(({ name, url }) => {
    const href = safeUrl(url);
    return href ? [{ name, href }] : [];
  });
  if (safe.length === 0) return [h("p", { class: "fw-note" }, "No links were reported for this attempt.")];
  const items = safe.map(({ name, href }) =>
    h(
      "li",
      { class: "fw-link-row" },
      h(
        "a",
        { class: "fw-link", href, target: "_blank", rel: "noopener noreferrer" },
        h("span", { dir: "auto" }, name || href),
        icon("open", 12),
      ),
      h("span", { class: "fw-link-host fw-cut" }, new URL(href).host),
    ),
  );
  return [h("ul", { class: "fw-links" }, ...items)];
}
