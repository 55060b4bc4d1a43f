// Requests to Python: each has an id, each ends in an answer, a time-out or an error. Nothing waits for ever.
// anywidget's own `invoke` gives up after 3 s and is silent about errors, so it is not used.
import type { Message, Request } from "./protocol";

export class RequestError extends Error {
  constructor(
    message: string,
    readonly reason: "refused" | "timeout" | "kernel-gone" | "cancelled",
    readonly hint = "",
  ) {
    super(message);
  }
}

interface Pending {
  resolve: () => void;
  reject: (error: RequestError) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class Requests {
  #next = 1;
  readonly #pending = new Map<number, Pending>();

  constructor(private readonly send: (message: Request & { id: number }) => void) {}

  /** Resolves when Python says ok. A busy kernel answers late, so time-outs are the caller's choice. */
  request(request: Request, timeoutMs: number): Promise<void> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestError("The kernel has not answered.", "timeout"));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      try {
        this.send({ ...request, id });
      } catch {
        this.#settle(id)?.reject(new RequestError("The kernel is gone.", "kernel-gone"));
      }
    });
  }

  answer(reply: Extract<Message, { kind: "reply" }>): void {
    const pending = this.#settle(reply.id);
    if (!pending) return; // another tab's request: replies reach every front end
    if (reply.ok) pending.resolve();
    else pending.reject(new RequestError(reply.message ?? "The kernel refused.", "refused", reply.hint));
  }

  close(): void {
    for (const id of [...this.#pending.keys()]) {
      this.#settle(id)?.reject(new RequestError("The view was closed.", "cancelled"));
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    return pending;
  }
}
