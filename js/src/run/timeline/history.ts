// Asks Python for the phase history of rows on screen. Each action once per phase and attempt, in bounded requests.
import { Row } from "../../core/protocol";
import type { Store } from "../../core/store";

const QUIET_MS = 250;
const MAX_PER_REQUEST = 60;

export class HistoryRequests {
  readonly #asked = new Set<string>();
  readonly #waiting = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: Store) {}

  /** These rows are on screen now; what was on screen before and was not asked for yet is dropped. */
  see(rows: Iterable<number>): void {
    const { actions } = this.store;
    this.#waiting.clear();
    for (const row of rows) {
      if (actions.flags[row]! & Row.History) continue;
      const key = `${actions.id[row]} ${actions.phase[row]} ${actions.attempts[row]}`;
      if (!this.#asked.has(key)) this.#waiting.set(key, actions.id[row]!);
    }
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#ask(), QUIET_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #ask(): void {
    this.#timer = undefined;
    if (!this.store.kernelAlive.peek()) return;
    const batch = [...this.#waiting].slice(0, MAX_PER_REQUEST);
    for (const [key] of batch) {
      this.#asked.add(key);
      this.#waiting.delete(key);
    }
    if (batch.length > 0) this.store.requestHistory(batch.map(([, id]) => id));
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#ask(), QUIET_MS);
  }
}
