// Older runs: asked of Python as the reader nears the end of what is known.
import type { Channel } from "../core/channel";
import type { RequestError } from "../core/requests";
import type { RunsModel } from "./model";

/** So near the end of what is known, older runs are asked for. */
const NEAR_END = 20;

export interface OlderActions {
  /** Whether they may be asked for now. */
  canRead(): boolean;
  began(): void;
  /** Rows have come, or there are none. */
  ended(): void;
  failed(error: RequestError): void;
}

export class OlderRuns {
  hasMore = true;
  isReading = false;
  /** The last request failed. Another one waits until Python reports something new. */
  hasFailed = false;

  constructor(
    private readonly channel: Channel,
    private readonly runs: RunsModel,
    private readonly on: OlderActions,
    private readonly signal: AbortSignal,
  ) {}

  /** The reader sees the rows up to this one. */
  seen(to: number): void {
    if (to >= this.runs.items.length - NEAR_END) void this.#read();
  }

  async #read(): Promise<void> {
    const { runs, on } = this;
    if (this.isReading || this.hasFailed || !this.hasMore || !on.canRead()) return;
    this.isReading = true;
    on.began();
    try {
      const { payload } = await this.channel.request("older_runs", { have: runs.matching });
      if (!runs.isCurrent(payload.generation)) return;
      this.hasMore = payload.hasOlder && payload.rows.length > 0;
      runs.take(payload.rows, payload.generation);
    } catch (error) {
      const { reason } = error as RequestError;
      if (reason !== "cancelled") on.failed(error as RequestError);
      this.hasFailed = reason !== "timeout";
    } finally {
      this.isReading = false;
      if (!this.signal.aborted) on.ended();
    }
  }
}
