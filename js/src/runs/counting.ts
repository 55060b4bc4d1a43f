// Has the actions of the runs on screen counted by Python, of those that were there for a second, and of no others.
import type { Channel } from "../core/channel";

const AFTER_MS = 1_000;

export type Counts = Readonly<Record<string, number>>;

export class Counting {
  readonly #counts = new Map<string, Counts>();
  /** What ends the topic of each run that is counted. */
  readonly #topics = new Map<string, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onScreen = "";
  #frame = 0;

  constructor(
    private readonly channel: Channel,
    changed: () => void,
    signal: AbortSignal,
  ) {
    const stop = channel.on("run_counts", ({ run, counts }) => {
      this.#counts.set(run, counts);
      // Many come in one message.
      this.#frame ||= requestAnimationFrame(() => {
        this.#frame = 0;
        changed();
      });
    });
    signal.addEventListener("abort", () => {
      stop();
      clearTimeout(this.#timer);
      cancelAnimationFrame(this.#frame);
      this.#count([]);
    });
  }

  of(run: string): Counts | undefined {
    return this.#counts.get(run);
  }

  /** These runs are on screen now. */
  show(runs: readonly string[]): void {
    const key = runs.join();
    if (key === this.#onScreen) return; // it is drawn every second
    this.#onScreen = key;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#count(runs), AFTER_MS);
  }

  #count(runs: readonly string[]): void {
    const wanted = new Set(runs);
    for (const [run, end] of this.#topics) {
      if (wanted.has(run)) continue;
      end();
      this.#topics.delete(run);
    }
    for (const run of wanted) {
      if (!this.#topics.has(run)) this.#topics.set(run, this.channel.show(`counts/${run}`));
    }
  }
}
