// One clock for all that moves in a view. It runs only while the view is on screen and something is live: a timer up
// to the next due time, then one animation frame for everything that is due. Hidden tabs get no frames, and need none.

interface Job {
  intervalMs: number;
  dueMs: number;
  run: () => void;
}

export class Ticker {
  readonly #jobs: Job[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  #visible = false;
  #moving = false;

  add(intervalMs: number, run: () => void): void {
    this.#jobs.push({ intervalMs, dueMs: 0, run });
    this.#unschedule(); // the new one may be due before the others
    this.#schedule();
  }

  setVisible(visible: boolean): void {
    this.#change(() => {
      this.#visible = visible;
    });
  }

  setMoving(moving: boolean): void {
    this.#change(() => {
      this.#moving = moving;
    });
  }

  stop(): void {
    this.#unschedule();
    this.#jobs.length = 0;
  }

  #unschedule(): void {
    clearTimeout(this.#timer);
    if (this.#frame) cancelAnimationFrame(this.#frame);
    this.#timer = undefined;
    this.#frame = 0;
  }

  /** Whatever changed, draw once: to catch up when it begins, to stand right when it ends. */
  #change(set: () => void): void {
    const before = this.#visible && this.#moving;
    set();
    if (this.#visible && before !== (this.#visible && this.#moving)) {
      for (const job of this.#jobs) job.dueMs = 0;
      this.#runDue();
    }
    this.#unschedule();
    this.#schedule();
  }

  #schedule(): void {
    if (
      this.#timer !== undefined ||
      this.#frame ||
      !this.#visible ||
      !this.#moving ||
      this.#jobs.length === 0
    )
      return;
    const waitMs = Math.min(...this.#jobs.map((job) => job.dueMs)) - performance.now();
    // A frame comes within 16 ms anyhow.
    if (waitMs <= 16) this.#frame = requestAnimationFrame(() => this.#onFrame());
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#frame = requestAnimationFrame(() => this.#onFrame());
      }, waitMs - 8);
    }
  }

  #onFrame(): void {
    this.#frame = 0;
    if (this.#visible && this.#moving) this.#runDue();
    this.#schedule();
  }

  #runDue(): void {
    const now = performance.now();
    for (const job of this.#jobs) {
      if (job.dueMs > now + 4) continue;
      // From when it was due, so that a frame's delay does not add up; unless that was long ago.
      job.dueMs = (job.dueMs > now - job.intervalMs ? job.dueMs : now) + job.intervalMs;
      job.run();
    }
  }
}
