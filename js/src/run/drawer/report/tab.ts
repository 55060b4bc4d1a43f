// The Report tab. What draws it is a part of its own, sent when the tab is first opened.
import { isTerminal, phaseOf } from "../../../core/phases";
import type { DrawerTab } from "../tab";

export const reportTab: DrawerTab = {
  id: "report",
  label: () => "Report",
  isThere: ({ detail, attempt }) => detail.makesReport && attempt !== undefined,
  isFilled: ({ detail }) => isTerminal(phaseOf(detail.phase)),
  mount: async (...given) => (await import("./report")).mountReport(...given),
};
