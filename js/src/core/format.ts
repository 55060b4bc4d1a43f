// Durations, clocks and counts as text. Pure. Durations and labels of elapsed time are the same in Python
// (flyte_widgets/run/words.py, widgets/static_view/axis.py): tests/vectors/words.json.

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAY_MS = 86_400_000;
/** From here on hours are told in days. */
const MANY_HOURS = 48;

const two = (n: number): string => String(n).padStart(2, "0");

/** "0.6s", "42s", "1m 28s", "2h 05m", "3d 04h"; milliseconds only under 0.1 s. Negative counts as 0. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  const t = Math.max(0, ms);
  if (t < 99.5) return t < 1 ? "0s" : `${Math.round(t)}ms`;
  if (t < 9_950) {
    const tenths = Math.round(t / 100);
    return `${Math.floor(tenths / 10)}.${tenths % 10}s`;
  }
  const s = Math.round(t / 1000);
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** For sentences: "14 s", "3 min", "2 h", "5 days". */
export function ago(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  return s < MANY_HOURS * 3600 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86_400)} days`;
}

/** For screen readers: "3 minutes 12 seconds". */
export function spoken(ms: number): string {
  if (!Number.isFinite(ms)) return "";
  const s = Math.max(0, Math.round(ms / 1000));
  const unit = (n: number, name: string) => `${n} ${name}${n === 1 ? "" : "s"}`;
  if (s < 60) return unit(s, "second");
  if (s < 3600) return `${unit(Math.floor(s / 60), "minute")} ${unit(s % 60, "second")}`;
  if (s >= MANY_HOURS * 3600)
    return `${unit(Math.floor(s / 86_400), "day")} ${unit(Math.floor((s % 86_400) / 3600), "hour")}`;
  return `${unit(Math.floor(s / 3600), "hour")} ${unit(Math.floor((s % 3600) / 60), "minute")}`;
}

const timeOf = (date: Date): string =>
  [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
const dateOf = (date: Date): string => `${MONTHS[date.getMonth()]} ${date.getDate()}`;
const isSameDay = (a: Date, b: Date): boolean =>
  a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();

/** Local time: "14:33:17", of another day "Nov 3 14:33:17", of another year "Nov 3 2025 14:33:17". */
export function wallClock(epochMs: number, todayMs = Date.now()): string {
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) return "–";
  const today = new Date(todayMs);
  return isSameDay(date, today) ? timeOf(date) : withDate(date, today);
}

function withDate(date: Date, today: Date): string {
  const year = date.getFullYear() === today.getFullYear() ? "" : ` ${date.getFullYear()}`;
  return `${dateOf(date)}${year} ${timeOf(date)}`;
}

/** From and to, in local time. Where they are of two days both have their date, else at most the first. */
export function clockRange(fromMs: number, toMs: number, todayMs = Date.now()): string {
  const [from, to, today] = [new Date(fromMs), new Date(toMs), new Date(todayMs)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) || isSameDay(from, to))
    return `${wallClock(fromMs, todayMs)} – ${wallClock(toMs, toMs)}`;
  return `${withDate(from, today)} – ${withDate(to, today)}`;
}

/** Digits after the second that tell apart what is a step apart. */
const digitsOf = (stepMs: number): number => (stepMs < 10 ? 3 : stepMs < 100 ? 2 : stepMs < 1000 ? 1 : 0);

/** Axis label of a time of day: "14:33", "14:33:20" where the step is under a minute; the date at midnight: "Nov 3". */
export function axisClock(epochMs: number, stepMs: number): string {
  const date = new Date(epochMs);
  // A day may begin at another time than midnight: some zones change to summer time then.
  if (stepMs >= 100 * DAY_MS) return `${dateOf(date)} ${date.getFullYear()}`;
  const time = timeOf(date);
  if (stepMs >= DAY_MS || (time === "00:00:00" && stepMs >= 1000)) return dateOf(date);
  if (stepMs >= 60_000) return time.slice(0, 5);
  const digits = digitsOf(stepMs);
  const part = String(date.getMilliseconds()).padStart(3, "0").slice(0, digits);
  return digits ? `${time}.${part}` : time;
}

/** Label of an axis of elapsed time: "1:05", "1:05:00", "2d 06h"; as fine as its steps are apart. */
export function axisTime(ms: number, stepMs: number): string {
  const size = Math.abs(ms);
  const digits = digitsOf(stepMs);
  // In the smallest unit that is shown, so that no carry is lost.
  const units = digits ? Math.round(size / 10 ** (3 - digits)) : Math.floor(size / 1000 + 1e-6);
  const seconds = Math.floor(units / 10 ** digits);
  const tail = digits ? `.${String(units % 10 ** digits).padStart(digits, "0")}` : "";
  const sign = ms < 0 ? "−" : "";
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600)];
  const [minute, second] = [Math.floor(seconds / 60) % 60, two(seconds % 60) + tail];
  if (stepMs >= DAY_MS) return `${sign}${days}d`;
  if (hours >= MANY_HOURS) {
    const day = `${sign}${days}d ${two(hours % 24)}`;
    if (stepMs >= 3_600_000) return `${day}h`;
    return `${day}:${two(minute)}${stepMs >= 60_000 ? "" : `:${second}`}`;
  }
  return `${sign}${hours ? `${hours}:${two(minute)}` : minute}:${second}`;
}

/** "1,234". A number's own way to say it loads a language first, in which a run could be painted. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

const UNITS = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
] as const;
/** From this share of a unit on, a count would be rounded to the unit itself. */
const LEAST = 0.9995;

/** A count in at most four letters: "999", "1.2K", "12K", "1.5M". */
export function brief(n: number): string {
  const [size, unit] = UNITS.find(([size]) => n >= size * LEAST) ?? [1, ""];
  const tenths = Math.round((n * 10) / size);
  if (unit && tenths < 100 && tenths % 10) return `${Math.floor(tenths / 10)}.${tenths % 10}${unit}`;
  return `${Math.round(n / size)}${unit}`;
}

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
