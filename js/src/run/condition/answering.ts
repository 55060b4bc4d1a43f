// Sends answers to conditions, and knows how each stands: what this page did until Python tells of it, then Python's
// word (`answers`). One for all views of a run, so that no two of them send at once.
import { type Signal, signal } from "@preact/signals-core";
import { NEEDS_ANSWER } from "../../core/phases";
import type { AnswerState } from "../../core/protocol";
import { messageOf } from "../../core/requests";
import type { Store } from "../../core/store";

/** What this page did. Times are this browser's clock. `label` is the answer in words: "Yes". */
export type Local =
  | { at: "sent"; label: string; sinceMs: number; before: string }
  | { at: "failed"; message: string; before: string };

/** What a condition asks, in words. */
export const promptOf = ({ prompt, name }: { prompt: string; name: string }): string =>
  prompt || `${name} ${NEEDS_ANSWER}`;

/** A cell may run for long. Sent again after that, it is still the same command. */
const SILENT_AFTER_MS = 600_000;

const known = new WeakMap<Store, Answering>();

export class Answering {
  readonly #local: Signal<ReadonlyMap<string, Local>> = signal(new Map());

  private constructor(private readonly store: Store) {}

  static of(store: Store): Answering {
    const found = known.get(store) ?? new Answering(store);
    known.set(store, found);
    return found;
  }

  /** What this page did, as long as Python has not reported anything newer. */
  local(id: string): Local | null {
    const local = this.#local.value.get(id);
    return local && local.before === this.#reported(id) ? local : null;
  }

  /** Python's word. */
  remote(id: string): AnswerState | null {
    return this.store.traits.answers.value.find((one) => one.id === id) ?? null;
  }

  /** Whether an answer is under way. */
  isSent(id: string): boolean {
    const local = this.local(id);
    return local ? local.at === "sent" : ["sent", "accepted"].includes(this.remote(id)?.state ?? "");
  }

  /** Why the last answer was not sent; "" where none failed. */
  failure(id: string): string {
    const local = this.local(id);
    if (local?.at === "failed") return local.message;
    const remote = this.remote(id);
    return remote?.state === "failed" ? remote.message : "";
  }

  /** Whether nothing can be sent now: the kernel or the backend is not there. */
  get isAway(): boolean {
    const { kernelAlive, traits } = this.store;
    return !kernelAlive.value || ["reconnecting", "closed"].includes(traits.connection.value.state);
  }

  /** `value` is what was typed; Python reads it by the condition's type. */
  send(id: string, value: string, label: string): void {
    if (this.isSent(id)) return; // a double click is one answer
    const before = this.#reported(id);
    this.#become(id, { at: "sent", label, sinceMs: Date.now(), before });
    // Another answer is another command: one that was sent before a reload must not stand for it.
    const subject = `${id} ${value.slice(0, 40)}`;
    this.store.command("signal", subject, { action: id, value }, { timeoutMs: SILENT_AFTER_MS }).then(
      () => undefined, // `answers` tells how it goes on
      (error: unknown) => {
        this.#become(id, { at: "failed", message: messageOf(error), before });
      },
    );
  }

  #reported(id: string): string {
    return JSON.stringify(this.remote(id));
  }

  #become(id: string, local: Local): void {
    this.#local.value = new Map(this.#local.peek()).set(id, local);
  }
}
