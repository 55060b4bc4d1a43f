// Tells a screen reader what happened, politely: at most every 5 s, the latest word only. The end is told at once.

const QUIET_MS = 5_000;

export class Announcer {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  #next = "";

  /** `region` has role=status. */
  constructor(private readonly region: HTMLElement) {}

  say(text: string, now = false): void {
    this.#next = text;
    const waitMs = now ? 0 : this.#lastMs + QUIET_MS - Date.now();
    if (waitMs <= 0) this.#speak();
    else this.#timer ??= setTimeout(() => this.#speak(), waitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #speak(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastMs = Date.now();
    this.region.textContent = this.#next;
  }
}
