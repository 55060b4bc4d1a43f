// Requests to Python: each has an id, each ends in an answer, a time-out or an error. Nothing waits for ever.
// anywidget's own `invoke` gives up after 3 s and is silent about errors, so it is not used.
import type { Message, Replies, Request } from "./protocol";

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

/** What a request failed of, for a sentence. */
export const messageOf = (error: unknown): string =>
  error instanceof RequestError ? error.message : String(error);

/** What Python answered. Its buffers belong to the payload. */
export interface Answer<T> {
  payload: T;
  buffers: DataView[];
}

export type Kind = Request["kind"];
export type Fields<K extends Kind> = Omit<Extract<Request, { kind: K }>, "kind">;
export type AnswerTo<K extends Kind> = Answer<K extends keyof Replies ? Replies[K] : undefined>;

export interface RequestOptions {
  /** Gives up waiting; Python may do it all the same. */
  signal?: AbortSignal;
  /** A busy kernel answers late, so this is the caller's choice. */
  timeoutMs?: number;
  /** Of an earlier request: it is that one, sent once more. Python does nothing twice. */
  id?: number;
}

/** Who waits for an answer: each of the two ends that. */
interface Waiting {
  resolve: (answer: Answer<never>) => void;
  reject: (error: RequestError) => void;
}

const TIMEOUT_MS = 60_000;

/** Answers reach every page, so no two pages may count from the same number. Leaves a million ids to each. */
export function firstId(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! * 2 ** 20 + 1;
}

export class Requests {
  /** By the request's id: the same request can be sent again while the first one is under way. */
  readonly #pending = new Map<number, Set<Waiting>>();

  constructor(
    private readonly send: (message: Request & { id: number }) => void,
    private next: number,
  ) {}

  nextId(): number {
    return this.next++;
  }

  /** Resolves with the answer. Rejects with a `RequestError`. */
  request<K extends Kind>(kind: K, fields: Fields<K>, options: RequestOptions = {}): Promise<AnswerTo<K>> {
    const { signal, timeoutMs = TIMEOUT_MS, id = this.nextId() } = options;
    return new Promise((resolve, reject) => {
      const all = this.#pending.get(id) ?? new Set();
      const ending =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", cancel);
          all.delete(waiting);
          if (all.size === 0) this.#pending.delete(id);
          settle(value);
        };
      const waiting: Waiting = { resolve: ending(resolve as Waiting["resolve"]), reject: ending(reject) };
      const give = (reason: "timeout" | "cancelled", message: string) => () =>
        waiting.reject(new RequestError(message, reason, "", id));
      const cancel = give("cancelled", "No longer wanted.");
      const timer = setTimeout(give("timeout", "The kernel has not answered."), timeoutMs);
      this.#pending.set(id, all.add(waiting));
      if (signal?.aborted) {
        cancel();
        return;
      }
      signal?.addEventListener("abort", cancel);
      try {
        this.send({ kind, ...fields, id } as unknown as Request & { id: number });
      } catch {
        waiting.reject(kernelGone());
      }
    });
  }

  answer(reply: Extract<Message, { kind: "reply" }>, buffers: DataView[] = []): void {
    // Replies reach every front end: nobody here waits for what another tab asked.
    for (const { resolve, reject } of [...(this.#pending.get(reply.id) ?? [])]) {
      if (reply.ok) resolve({ payload: reply.payload as never, buffers });
      else {
        const message = reply.message ?? "The kernel refused.";
        reject(new RequestError(message, "refused", reply.hint, reply.id));
      }
    }
  }

  close(): void {
    this.#reject(() => new RequestError("The view was closed.", "cancelled"));
  }

  /** Nobody is there any more who could answer. */
  lost(): void {
    this.#reject(kernelGone);
  }

  #reject(error: () => RequestError): void {
    for (const all of [...this.#pending.values()]) for (const { reject } of [...all]) reject(error());
  }
}

const kernelGone = (): RequestError => new RequestError("The kernel is gone.", "kernel-gone");
