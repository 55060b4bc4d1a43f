// The ticked runs, and what the head offers to do with them.
import type { Channel } from "../core/channel";
import type { RunListRow, RunsState } from "../core/protocol";
import type { RequestError } from "../core/requests";
import { abortRuns, codeOf, comparable, csvOf, saveFile } from "./commands";
import { isActive, type RunsModel } from "./model";
import type { Report } from "./notes";
import { Selection } from "./selection";

export interface TickedActions {
  state(): RunsState;
  open(run: string, compare: string): void;
  /** What became of a command; null: all of it was done. */
  report(report: Report | null): void;
  failed(error: RequestError): void;
  announce(text: string): void;
  /** Other runs are ticked. */
  changed(): void;
}

export class Ticked {
  readonly selection = new Selection();

  constructor(
    private readonly channel: Channel,
    private readonly runs: RunsModel,
    private readonly on: TickedActions,
  ) {}

  get rows(): RunListRow[] {
    return [...this.selection].flatMap((run) => this.runs.row(run) ?? []);
  }

  get active(): RunListRow[] {
    return this.rows.filter(isActive);
  }

  get canCompare(): boolean {
    return comparable(this.rows) !== null;
  }

  compare(): void {
    const wanted = comparable(this.rows);
    if (wanted) this.on.open(wanted.run, wanted.compare);
  }

  code(): string {
    const { project, domain } = this.on.state();
    return codeOf(this.rows, project, domain);
  }

  exportTable(): void {
    saveFile("runs.csv", csvOf(this.rows), "text/csv");
  }

  async abort(reason: string): Promise<void> {
    const runs = this.active.map(({ run }) => run);
    try {
      const { text, isWhole } = await abortRuns(this.channel, runs, reason);
      this.selection.clear();
      this.on.announce(text);
      this.on.report(isWhole ? null : { text, hint: "" });
    } catch (error) {
      this.on.failed(error as RequestError);
    }
    this.on.changed();
  }

  tick(run: string, extend: boolean): void {
    if (extend) this.selection.extend(run, this.runs.items, (one) => this.runs.indexOf(one));
    else this.selection.toggle(run);
    this.on.changed();
  }

  clear(): void {
    this.selection.clear();
    this.on.changed();
  }
}
