// The tabs of the details, in their order, and which of them opens by itself. A new one is a file of its own, and one
// line in TABS; its id is in FIRST where it opens first.
import { Phase, phaseOf } from "../../core/phases";
import { answerTab } from "./answer/tab";
import { dataTab } from "./data/tab";
import { errorTab } from "./error";
import { eventsTab } from "./events";
import { linksTab } from "./links";
import { logsTab } from "./logs/tab";
import { reportTab } from "./report/tab";
import { ATTEMPTS, type DrawerTab, type TabFacts } from "./tab";
import { phaseNow } from "./why";

/** Error (or Abort) · Logs · Data · Report · Answer · Events · Links. */
export const TABS: readonly DrawerTab[] = [
  errorTab,
  logsTab,
  dataTab,
  reportTab,
  answerTab,
  eventsTab,
  linksTab,
];

/** Which tab opens by itself, by phase: the first that is there and has something. */
const FIRST: readonly (readonly [phases: readonly number[], ids: readonly string[]])[] = [
  [[Phase.Failed], ["error"]],
  [[Phase.Paused], ["answer"]],
  [
    [Phase.Queued, Phase.WaitingForResources, Phase.Initializing],
    ["events", ATTEMPTS],
  ],
  [[Phase.Running], ["logs", "events"]],
  [
    [Phase.Succeeded, Phase.Recovered],
    ["report", "data"],
  ],
  [[Phase.Aborted, Phase.TimedOut], ["error"]],
];
/** Where none of those has anything. */
const ELSE = ["error", "logs", ATTEMPTS, "links", "events"];

export function firstTab(facts: TabFacts, there: readonly DrawerTab[], isCompact: boolean): string {
  const { detail, attempt } = facts;
  // An attempt that was retried has its own end.
  const phase = attempt ? phaseNow(detail, attempt) : phaseOf(detail.phase);
  const wanted = FIRST.find(([phases]) => phases.includes(phase))?.[1] ?? [];
  const isFilled = (id: string): boolean => {
    if (id === ATTEMPTS) return isCompact;
    const tab = there.find((one) => one.id === id);
    return tab !== undefined && (tab.isFilled?.(facts) ?? true);
  };
  return [...wanted, ...ELSE].find(isFilled) ?? there[0]?.id ?? (isCompact ? ATTEMPTS : "");
}
