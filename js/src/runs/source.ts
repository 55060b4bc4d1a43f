// What Python says of the list, and when: its state, rows that have changed, whether it answers; the backend's clock.
import type { AnyModel } from "@anywidget/types";
import type { Channel } from "../core/channel";
import type { RunListRow, RunsState, RunsTraits } from "../core/protocol";

export interface SourceEvents {
  /** The state is another one. */
  state(): void;
  rows(rows: readonly RunListRow[], generation: number): void;
  /** The kernel answers again, or does not any more. */
  alive(): void;
}

export class RunsSource {
  #skewMs: number;

  constructor(
    private readonly model: AnyModel<RunsTraits>,
    private readonly channel: Channel,
  ) {
    this.#skewMs = this.state.nowMs - Date.now();
  }

  get state(): RunsState {
    return this.model.get("runs")!;
  }

  get isAlive(): boolean {
    return this.channel.kernel.state.value === "alive";
  }

  /** By the backend's clock; while Python does not answer, it stands still. */
  get nowMs(): number {
    return this.isAlive ? Date.now() + this.#skewMs : this.state.nowMs;
  }

  listen(on: SourceEvents, signal: AbortSignal): void {
    const take = (): void => {
      this.#skewMs = this.state.nowMs - Date.now();
      on.state();
    };
    this.model.on("change:runs", take);
    const stops = [
      () => this.model.off("change:runs", take),
      this.channel.on("run_rows", ({ rows, generation }) => on.rows(rows, generation)),
      this.channel.kernel.state.subscribe(() => on.alive()),
    ];
    for (const stop of stops) signal.addEventListener("abort", stop);
  }
}
