// The band above the list: what is wrong with the backend, else what was reported last, else what to know of the list.
import { sentences, wallClock } from "../core/format";
import type { RunsState } from "../core/protocol";
import type { BandContent } from "../ui/band";

/** What became of a command, or went wrong with a request. */
export interface Report {
  text: string;
  hint: string;
}

/** Whether the backend does not answer as it should. */
export const isFaulty = ({ connection: { state } }: RunsState): boolean =>
  state !== "live" && state !== "connecting";

export function bandContent(
  state: RunsState,
  report: Report | null,
  on: { retry(): void; dismiss(): void },
): BandContent | null {
  const { message, hint, lastMs } = state.connection;
  const base = { whole: true, name: "Note" } as const;
  if (isFaulty(state)) {
    const asOf = lastMs !== null && state.isRead ? `Shown as of ${wallClock(lastMs)}.` : hint;
    return {
      ...base,
      key: `fault ${state.connection.state}`,
      name: "Trouble with the backend",
      tone: "warn",
      mark: { icon: "warning" },
      sentence: [sentences(message || "The backend does not answer.", asOf)],
      actions: [{ id: "retry", label: "Retry now", kind: "button", press: on.retry }],
    };
  }
  if (report) {
    const sentence = [sentences(report.text, report.hint)];
    return { ...base, key: "report", tone: "warn", mark: { icon: "warning" }, sentence, dismiss: on.dismiss };
  }
  if (state.notes.length === 0) return null;
  return { ...base, key: "notes", tone: "plain", mark: { icon: "info" }, sentence: [state.notes.join(" ")] };
}
