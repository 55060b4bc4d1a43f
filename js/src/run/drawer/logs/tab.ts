// The Logs tab. What draws it is a part of its own, sent when the tab is first opened.
import { type DrawerTab, hasRun } from "../tab";

export const logsTab: DrawerTab = {
  id: "logs",
  label: () => "Logs",
  isThere: hasRun,
  isFilled: ({ attempt }) => attempt !== undefined && runningSince(attempt.transitions) !== null,
  mount: async (...given) => (await import("./logs")).mountLogs(...given),
};

/** When an attempt began to run. */
export function runningSince(
  transitions: readonly { phase: string; startMs: number | null }[],
): number | null {
  return transitions.find(({ phase }) => phase === "running")?.startMs ?? null;
}
