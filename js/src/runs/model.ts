// The runs that the page knows, in the order in which they stand: those that need an answer, then by day, newest first.
// While somebody points at the list nothing in it moves: what is new waits, and is counted. State: Python's rows.
import { isActive as isActivePhase, phaseOf } from "../core/phases";
import type { RunListRow } from "../core/protocol";

/** A heading, or a run. */
export type Item = { key: string; heading: string } | { key: string; row: RunListRow };

/** What is shown of the rows that are known, at once; Python reads those that are missing. */
export interface Filter {
  phase: string;
  mine: boolean;
  task: string;
  search: string;
}

/** How long the runs of a task take, as far as they were loaded. */
export interface Usual {
  medianMs: number;
  longestMs: number;
}

export interface Census {
  active: number;
  /** How many need an answer. */
  paused: number;
  hasOwners: boolean;
  tasks: readonly string[];
}

const LEAST_FOR_USUAL = 3;
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export const isActive = (row: RunListRow): boolean => isActivePhase(phaseOf(row.phase));

export class RunsModel {
  readonly #rows = new Map<string, RunListRow>();
  #items: Item[] = [];
  #at = new Map<string, number>();
  #generation = -1;
  #new = 0;
  #matching = 0;
  #census: Census = { active: 0, paused: 0, hasOwners: false, tasks: [] };
  #usual = new Map<string, Usual>();
  filter: Filter = { phase: "", mine: false, task: "", search: "" };

  get items(): readonly Item[] {
    return this.#items;
  }

  /** How many runs are known, whether they are shown or not. */
  get known(): number {
    return this.#rows.size;
  }

  /** New runs that wait until nobody points at the list. */
  get waitingNew(): number {
    return this.#new;
  }

  get shown(): number {
    return this.#items.reduce((sum, item) => sum + ("row" in item ? 1 : 0), 0);
  }

  /** How many of the known runs the filter takes. */
  get matching(): number {
    return this.#matching;
  }

  /** What the known runs have in common, whether they are shown or not. */
  get census(): Census {
    return this.#census;
  }

  row(run: string): RunListRow | undefined {
    return this.#rows.get(run);
  }

  indexOf(key: string): number {
    return this.#at.get(key) ?? -1;
  }

  usual(task: string): Usual | undefined {
    return this.#usual.get(task);
  }

  /** Take the newest rows, which are all there are of their time: those that are not among them are gone. */
  takeNewest(rows: readonly RunListRow[], generation: number): void {
    const [first, last] = [rows[0], rows.at(-1)];
    const names = new Set(rows.map(({ run }) => run));
    this.take(rows, generation);
    if (!first || !last) return;
    for (const [run, row] of this.#rows) {
      if (!names.has(run) && newestFirst(first, row) < 0 && newestFirst(row, last) < 0)
        this.#rows.delete(run);
    }
  }

  /** Take rows; those of another generation replace all. */
  take(rows: readonly RunListRow[], generation: number): void {
    if (generation !== this.#generation) {
      this.#rows.clear();
      this.#items = [];
      this.#generation = generation;
    }
    for (const row of rows) this.#rows.set(row.run, row);
  }

  /** Whether these rows are of the list that is shown. */
  isCurrent(generation: number): boolean {
    return generation === this.#generation;
  }

  takes(row: RunListRow): boolean {
    const { phase, mine, task, search } = this.filter;
    const wanted = search.trim().toLowerCase();
    return (
      takesPhase(row, phase) &&
      (!mine || row.mine) &&
      (!task || row.task === task || row.task.endsWith(`.${task}`)) &&
      (!wanted || row.run.toLowerCase().includes(wanted) || row.task.toLowerCase().includes(wanted))
    );
  }

  /** Put all in order. `still`: nothing that is shown moves or goes, new runs wait; older ones may follow. */
  arrange(nowMs: number, still: boolean): void {
    const wanted = [...this.#rows.values()].filter((row) => this.takes(row)).sort(newestFirst);
    this.#matching = wanted.length;
    this.#learnUsual();
    this.#census = censusOf(this.#rows.values());
    this.#new = 0;
    if (still && this.#items.length > 0) {
      const last = [...this.#items].reverse().find((item) => "row" in item && !item.row.waiting);
      const lastRow = last && "row" in last ? last.row : undefined;
      const shown = new Set(this.#items.map(({ key }) => key));
      const others = wanted.filter(({ run }) => !shown.has(run));
      const older = lastRow ? others.filter((row) => newestFirst(lastRow, row) < 0) : [];
      this.#new = others.length - older.length;
      this.#items = this.#items.map((item) =>
        "row" in item ? { key: item.key, row: this.#rows.get(item.key) ?? item.row } : item,
      );
      this.#append(older, nowMs);
    } else {
      this.#items = [];
      const waiting = wanted.filter((row) => row.waiting);
      if (waiting.length > 0) this.#items.push({ key: "/waiting", heading: "Needs an answer" });
      for (const row of waiting) this.#items.push({ key: row.run, row });
      this.#append(
        wanted.filter((row) => !row.waiting),
        nowMs,
      );
    }
    this.#at = new Map(this.#items.map(({ key }, index) => [key, index]));
  }

  #append(rows: readonly RunListRow[], nowMs: number): void {
    const headings = new Set(this.#items.flatMap((item) => ("heading" in item ? [item.heading] : [])));
    for (const row of rows) {
      const heading = dayOf(row.createdMs, nowMs);
      if (!headings.has(heading)) {
        headings.add(heading);
        this.#items.push({ key: `/${heading}`, heading });
      }
      this.#items.push({ key: row.run, row });
    }
  }

  #learnUsual(): void {
    const lengths = new Map<string, number[]>();
    for (const { task, createdMs, endedMs } of this.#rows.values()) {
      if (createdMs === null || endedMs === null) continue;
      const of = lengths.get(task);
      if (of) of.push(endedMs - createdMs);
      else lengths.set(task, [endedMs - createdMs]);
    }
    this.#usual.clear();
    for (const [task, all] of lengths) {
      if (all.length < LEAST_FOR_USUAL) continue;
      all.sort((a, b) => a - b);
      this.#usual.set(task, { medianMs: all[all.length >> 1]!, longestMs: all.at(-1)! });
    }
  }
}

function censusOf(rows: Iterable<RunListRow>): Census {
  let [active, paused, hasOwners] = [0, 0, false];
  const tasks = new Set<string>();
  for (const row of rows) {
    if (isActive(row)) active++;
    if (row.waiting) paused++;
    if (row.task) tasks.add(row.task);
    hasOwners ||= row.owner !== "";
  }
  return { active, paused, hasOwners, tasks: [...tasks] };
}

const newestFirst = (a: RunListRow, b: RunListRow): number =>
  (b.createdMs ?? 0) - (a.createdMs ?? 0) || (a.run < b.run ? -1 : a.run > b.run ? 1 : 0);

function takesPhase(row: RunListRow, phase: string): boolean {
  if (phase === "") return true;
  if (phase === "paused") return row.waiting;
  return phase.split(",").some((one) => (one === "active" ? isActive(row) : one === row.phase));
}

/** "Today", "Yesterday", "Monday", "Nov 3", "Nov 3 2025", in local time. */
export function dayOf(ms: number | null, nowMs: number): string {
  if (ms === null) return "No time";
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
  const day = new Date(ms);
  const days = Math.round((midnight - new Date(ms).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return DAYS[day.getDay()]!;
  const year = day.getFullYear() === new Date(nowMs).getFullYear() ? "" : ` ${day.getFullYear()}`;
  return `${MONTHS[day.getMonth()]} ${day.getDate()}${year}`;
}

/** "14 s ago", "1 min ago", "2 h ago", "3 d ago". */
export function sinceStart(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  return s < 86_400 ? `${Math.floor(s / 3600)} h ago` : `${Math.floor(s / 86_400)} d ago`;
}
