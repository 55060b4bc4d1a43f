// Durations, clocks and counts as text. Pure.

/** "0.6s", "42s", "1m 28s", "2h 05m", "3d 04h"; milliseconds only under 0.1 s. Negative counts as 0. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  const t = Math.max(0, ms);
  if (t < 1) return "0s";
  if (t < 99.5) return `${Math.round(t)}ms`;
  if (t < 9_950) return `${(t / 1000).toFixed(1)}s`;
  const s = Math.round(t / 1000);
  if (s < 60) return `${s}s`;
  const two = (n: number) => String(n).padStart(2, "0");
  if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** For sentences: "14 s", "3 min", "2 h". */
export function ago(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  return `${Math.floor(s / 3600)} h`;
}

/** For screen readers: "3 minutes 12 seconds". */
export function spoken(ms: number): string {
  if (!Number.isFinite(ms)) return "";
  const s = Math.max(0, Math.round(ms / 1000));
  const unit = (n: number, name: string) => `${n} ${name}${n === 1 ? "" : "s"}`;
  if (s < 60) return unit(s, "second");
  if (s < 3600) return `${unit(Math.floor(s / 60), "minute")} ${unit(s % 60, "second")}`;
  return `${unit(Math.floor(s / 3600), "hour")} ${unit(Math.floor((s % 3600) / 60), "minute")}`;
}

/** Local wall clock, "14:33:17". */
export function wallClock(epochMs: number): string {
  if (!Number.isFinite(epochMs)) return "–";
  const d = new Date(epochMs);
  return [d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}

/** Axis label of a wall clock, "14:33", "14:33:20" where the step is under a minute; the date at midnight: "Nov 3". */
export function axisClock(epochMs: number, stepMs: number): string {
  const date = new Date(epochMs);
  const time = wallClock(epochMs);
  if (time === "00:00:00" && stepMs >= 1000)
    return date.toLocaleDateString("en", { month: "short", day: "numeric" });
  if (stepMs >= 60_000) return time.slice(0, 5);
  const part = String(date.getMilliseconds()).padStart(3, "0");
  return stepMs >= 1000 ? time : `${time}.${part.slice(0, stepMs < 100 ? 2 : 1)}`;
}

/** Axis label, "1:05" or "1:05:00"; tenths where the step is under a second. */
export function axisTime(ms: number, stepMs: number): string {
  const sign = ms < 0 ? "−" : "";
  const t = Math.abs(ms);
  const s = Math.floor(t / 1000 + 1e-6);
  const two = (n: number) => String(n).padStart(2, "0");
  const tail =
    stepMs < 1000
      ? `.${String(Math.round(t % 1000))
          .padStart(3, "0")
          .slice(0, stepMs < 100 ? 2 : 1)}`
      : "";
  const hours = Math.floor(s / 3600);
  const rest = `${hours ? two(Math.floor((s % 3600) / 60)) : Math.floor(s / 60)}:${two(s % 60)}${tail}`;
  return sign + (hours ? `${hours}:${rest}` : rest);
}

/** "1,234". A number's own way to say it loads a language first, in which a run could be painted. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** "1 action", "2 actions". */
export function plural(n: number, noun: string): string {
  return `${grouped(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** What happened, and what to try: a backend's own words often end without a full stop. */
export const sentences = (...texts: string[]): string =>
  texts
    .filter(Boolean)
    .map((text, i, all) => (i === all.length - 1 || /[.!?…]$/.test(text) ? text : `${text}.`))
    .join(" ");
