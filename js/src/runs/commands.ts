// What can be done with the ticked runs: aborted, compared, taken along as code or as a table.
import type { Channel } from "../core/channel";
import { grouped, plural } from "../core/format";
import type { RunListRow } from "../core/protocol";

const ABORT_TIMEOUT_MS = 120_000;

export interface AbortReport {
  text: string;
  /** All of them were aborted. */
  isWhole: boolean;
}

/** Abort runs, and say what became of each. Rejects with a `RequestError` where that is not known. */
export async function abortRuns(
  channel: Channel,
  runs: readonly string[],
  reason: string,
): Promise<AbortReport> {
  const { payload } = await channel.command(
    "abort_runs",
    runs.join(),
    { runs: [...runs], reason },
    { timeoutMs: ABORT_TIMEOUT_MS },
  );
  const of = (outcome: string) => payload.filter((one) => one.outcome === outcome);
  const [aborted, ended, refused] = [of("aborted"), of("ended"), of("refused")];
  const parts = [
    aborted.length > 0 ? `${plural(aborted.length, "run")} aborted` : "",
    ended.length > 0 ? `${grouped(ended.length)} had ended` : "",
    ...refused.map(({ run, message }) => `${run} was not aborted: ${message}`),
  ];
  return { text: parts.filter(Boolean).join(", "), isWhole: ended.length + refused.length === 0 };
}

/** The newer one of two runs of one task, and the older one; null: these cannot be compared. */
export function comparable(rows: readonly RunListRow[]): { run: string; compare: string } | null {
  const [a, b] = rows;
  if (rows.length !== 2 || !a || !b || a.task !== b.task || !a.task) return null;
  const [newer, older] = (a.createdMs ?? 0) >= (b.createdMs ?? 0) ? [a, b] : [b, a];
  return { run: newer.run, compare: older.run };
}

/** Python that gives these runs. */
export function codeOf(rows: readonly RunListRow[], project: string, domain: string): string {
  const where = `project=${literal(project)}, domain=${literal(domain)}`;
  const names = rows.map(({ run }) => literal(run));
  if (names.length === 1) return `fw.Run(${names[0]}, ${where})`;
  return `runs = [\n    fw.Run(name, ${where})\n    for name in (${names.join(", ")})\n]`;
}

const literal = (text: string): string => JSON.stringify(text);

/** CSV (RFC 4180) with times in UTC. */
export function csvOf(rows: readonly RunListRow[]): string {
  const time = (ms: number | null): string => (ms === null ? "" : new Date(ms).toISOString());
  const lines = rows.map(({ run, task, phase, createdMs, endedMs, owner }) => {
    const tookMs = createdMs === null || endedMs === null ? null : endedMs - createdMs;
    const took = tookMs === null ? "" : String(tookMs / 1000);
    return [run, task, phase, time(createdMs), time(endedMs), took, owner].map(cell).join(",");
  });
  return `${["run,task,phase,started,ended,seconds,owner", ...lines].join("\r\n")}\r\n`;
}

/** A spreadsheet would compute what begins like a formula, and names are foreign text. */
function cell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** Have the browser save a file. */
export function saveFile(name: string, text: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
