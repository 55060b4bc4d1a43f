// Requests to Python: each has an id, each ends in an answer, a time-out or an error. Nothing waits for ever.
// anywidget's own `invoke` gives up after 3 s and is silent about errors, so it is not used.
import type { Message, Request } from "./protocol";

export class RequestError extends Error {
  constructor(
    message: string,
    readonly reason: "refused" | "timeout" | "kernel-gone" | "cancelled",
    readonly hint = "",
    /** The request's id, to send the same once more. */
    readonly id = 0,
  ) {
    super(message);
  }
}

interface Pending {
  resolve: () => void;
  reject: (error: RequestError) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** Answers reach every page, so no two pages may count from the same number. Leaves a million ids to each. */
export function firstId(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! * 2 ** 20 + 1;
}

export class Requests {
  readonly #pending = new Map<number, Pending>();

  constructor(
    private readonly send: (message: Request & { id: number }) => void,
    private next: number,
  ) {}

  /**
   * Resolves when Python says ok. A busy kernel answers late, so time-outs are the caller's choice.
   * With the `id` of an earlier request it is that one, sent once more: Python does nothing twice.
   */
  request(request: Request, timeoutMs: number, id = this.next++): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestError("The kernel has not answered.", "timeout", "", id));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      try {
        this.send({ ...request, id });
      } catch {
        this.#settle(id)?.reject(kernelGone());
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
    this.#reject(() => new RequestError("The view was closed.", "cancelled"));
  }

  /** Nobody is there any more who could answer. */
  lost(): void {
    this.#reject(kernelGone);
  }

  #reject(error: () => RequestError): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error());
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    return pending;
  }
}

const kernelGone = (): RequestError => new RequestError("The kernel is gone.", "kernel-gone");
