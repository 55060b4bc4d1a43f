// What the reader chose to see: shown at once from the rows that are known, and asked of Python.
import type { Channel } from "../core/channel";
import type { RequestError } from "../core/requests";
import type { Filter, RunsModel } from "./model";

export class Filtering {
  /** The generation that was left by a choice which Python has not answered yet; -1: none. */
  #left = -1;

  constructor(
    private readonly channel: Channel,
    private readonly runs: RunsModel,
    private readonly failed: (error: RequestError) => void,
  ) {}

  /** Whether Python's rows are those that were chosen. */
  get isAnswered(): boolean {
    return !this.runs.isCurrent(this.#left);
  }

  /** Choose other runs. `since`: "24h", "7d", "30d" or "all"; "": as it is. `generation`: of the rows until then. */
  choose(change: Partial<Filter>, since: string, generation: number): void {
    const filter = { ...this.runs.filter, ...change };
    this.runs.filter = filter;
    this.#left = generation;
    this.channel.request("choose_runs", { ...filter, since }).catch((error: RequestError) => {
      if (this.runs.filter === filter) this.#left = -1; // else a later choice has no answer yet
      this.failed(error);
    });
  }
}
