// What the log's footer and its empty pane say. Pure.
import { ago, grouped, plural, wallClock } from "../../../core/format";
import type { LogNews } from "../../../core/protocol";

export interface EmptyWords {
  title: string;
  text: string;
  /** Whether the console may know more. */
  console: boolean;
}

/** In place of lines, while there are none; null: there are. */
export function emptyWords(news: LogNews | null, nowMs: number, runningMs: number | null): EmptyWords | null {
  if (news === null) return { title: "Reading…", text: "", console: false };
  if (news.total > 0) return null;
  switch (news.state) {
    case "opening":
      return { title: "Reading…", text: "", console: false };
    case "not_started":
      return { title: "Not started yet", text: "Logs come with the container.", console: false };
    case "quiet":
    case "live": {
      const began = runningMs === null ? "" : `The container started ${ago(nowMs - runningMs)} ago.`;
      return { title: "No line yet", text: began, console: false };
    }
    case "ended":
      return { title: "No line", text: "The task has written nothing.", console: false };
    case "no_logs":
      return news.hint
        ? { title: news.message.replace(/\.$/, ""), text: news.hint, console: true }
        : { title: "No log", text: news.message, console: false };
    case "gone":
      return {
        title: "The logs went with the pod",
        text: "Flyte removed it, and nothing stored its lines.",
        console: true,
      };
    case "refused":
      return { title: "Not read", text: [news.message, news.hint].join(" "), console: true };
    case "reconnecting":
      return { title: "Not read", text: news.message, console: false };
  }
}

export interface FooterWords {
  tone: "live" | "ended" | "trouble";
  parts: string[];
  canRetry: boolean;
}

export function footerWords(news: LogNews | null, nowMs: number, lastMs: number | null): FooterWords | null {
  if (news === null) return null;
  const { first, total, state, sinceMs } = news;
  const count =
    first > 0 ? `last ${grouped(total - first)} of ${approximate(total)} lines` : plural(total, "line");
  if (state === "reconnecting" || state === "refused") {
    // The pane says why, where there are no lines.
    const refused = total ? news.message : "not read";
    const why = state === "refused" ? refused : `reconnecting · ${ago(nowMs - (sinceMs ?? nowMs))}`;
    return { tone: "trouble", parts: [why, ...(total ? [`${count} so far`] : [])], canRetry: true };
  }
  if (state === "live" || state === "quiet") {
    return { tone: "live", parts: ["live", ...(total ? [count] : [])], canRetry: false };
  }
  if (state !== "ended" || total === 0) return null;
  const ended = lastMs === null ? "ended" : `ended ${wallClock(lastMs)}`;
  return { tone: "ended", parts: [ended, count, ...(news.message ? [news.message] : [])], canRetry: false };
}

/** "20,000", "1.2 M". */
function approximate(count: number): string {
  return count < 1_000_000 ? grouped(count) : `${(count / 1_000_000).toFixed(1)} M`;
}

export const newLines = (count: number): string => `${plural(count, "new line")} ↓`;
