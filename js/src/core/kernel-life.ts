// Whether the kernel lives: by its messages, by requests that fail, and by what the host reports. State: the browser's.
import { type Signal, signal } from "@preact/signals-core";
import type { HostKernel, Link } from "./host-kernel";

/**
 * `silent`: no message comes, and nobody says why. `cut`: the page has no connection to it. `gone`: it ended or
 * began anew, and does not know this widget.
 */
export type KernelState = "alive" | "silent" | "cut" | "gone";

/** Heartbeats come every 10 s while the kernel lives; a busy kernel still sends them, from its own thread. */
const SILENCE_MS = 35_000;
/** After so long without a message one is asked for. The request itself fails where there is no kernel any more. */
const ASK_AFTER_MS = 14_000;
/** A view of a saved notebook has never had a message, and need not wait as long to say so. */
const FIRST_WORD_MS = 12_000;
const CHECK_MS = 5_000;
/** Shorter cuts heal by themselves, and are not shown. */
const CUT_MS = 3_000;

interface Duties {
  /** Make a handshake, so that the kernel answers. */
  ask(): void;
  /** Nobody will answer any more. */
  lost(): void;
  /** Nothing more is to come, so that silence means nothing. */
  over(): boolean;
}

export class KernelLife {
  readonly state: Signal<KernelState> = signal<KernelState>("alive");
  /** When the last message came, by this browser's clock. */
  readonly answeredMs: Signal<number> = signal(Date.now());
  #expects = false;
  #everAnswered = false;
  #askedMs = 0;
  #checkedMs = Date.now();
  #cut: ReturnType<typeof setTimeout> | undefined;
  #check: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly duties: Duties) {}

  start(): void {
    this.#check = setInterval(() => this.#look(), CHECK_MS);
  }

  close(): void {
    clearInterval(this.#check);
    clearTimeout(this.#cut);
  }

  /** A request goes out: from the first one on, messages are expected. */
  noteRequest(): void {
    if (!this.#expects) this.answeredMs.value = this.#checkedMs = Date.now();
    this.#expects = true;
  }

  noteAnswer(): void {
    this.#everAnswered = true;
    this.answeredMs.value = Date.now();
    this.state.value = "alive";
  }

  gone(): void {
    this.state.value = "gone";
    this.duties.lost();
  }

  /** Take what the host reports. It may report less than it knows: `host.link` is asked for the rest. */
  onLink(link: Link, host: () => HostKernel): void {
    clearTimeout(this.#cut);
    if (link === "dead") this.gone();
    if (this.state.value === "gone") return; // another kernel does not know this widget
    if (link === "cut") {
      this.#cut = setTimeout(() => {
        if (host().link === "cut") this.state.value = "cut";
      }, CUT_MS);
    } else if (link === "connected" && this.state.value === "cut") {
      this.state.value = "alive"; // until the next message, or silence
      this.answeredMs.value = Date.now();
      if (this.#expects) this.duties.ask();
    }
  }

  #look(): void {
    const now = Date.now();
    // A machine that slept, or a throttled tab, did not listen: that time is no silence of the kernel's.
    const asleepMs = now - this.#checkedMs - 3 * CHECK_MS;
    this.#checkedMs = now;
    if (asleepMs > 0) this.answeredMs.value = now;
    if (!this.#expects || this.state.value !== "alive" || this.duties.over()) return;
    const silenceMs = now - this.answeredMs.value;
    if (silenceMs > (this.#everAnswered ? SILENCE_MS : FIRST_WORD_MS)) this.state.value = "silent";
    else if (silenceMs > ASK_AFTER_MS && this.#askedMs < this.answeredMs.value) {
      this.#askedMs = now;
      this.duties.ask();
    }
  }
}
