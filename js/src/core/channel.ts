// The page's end of a widget's comm: requests and commands to Python, what Python pushes, who looks, and whether the
// kernel lives. It knows nothing of runs, so that every kind of widget has one.
import type { AnyModel } from "@anywidget/types";
import { UnansweredCommands } from "./commands";
import { HostKernel } from "./host-kernel";
import { KernelLife } from "./kernel-life";
import type { Message, PushedContent } from "./protocol";
import {
  type AnswerTo,
  type Fields,
  firstId,
  type Kind,
  type RequestError,
  type RequestOptions,
  Requests,
} from "./requests";

/** What a channel has to know of the widget that it is for. */
export interface Owner {
  /** Sequence number of what the page has of the widget's content. */
  seq(): number;
  /** What tells this widget's subject from that of others on the page. */
  scope(): string;
  /** Whether nothing more is to come: then silence of the kernel says nothing. */
  isOver(): boolean;
  /** Take a message that is about the content. */
  take(message: Message, buffers: DataView[]): void;
}

/** A view that was scrolled away may be back at once. */
const LOOK_AWAY_MS = 2_000;

type PushHandler = (content: never, buffers: DataView[]) => void;

export class Channel {
  /** Whether the kernel lives. */
  readonly kernel: KernelLife;
  readonly #requests: Requests;
  readonly #commands: UnansweredCommands;
  readonly #handlers = new Map<string, Set<PushHandler>>();
  /** How many views show each topic. */
  readonly #topics = new Map<string, number>();
  #topicsChanged = false;
  readonly #host: HostKernel;
  readonly #page: string;
  readonly #onScreen = new Set<object>();
  #looks = false;
  #begun = false;
  #handshakes = 0;
  #lookAway: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  readonly #stop: () => void;

  constructor(
    model: AnyModel,
    private readonly owner: Owner,
  ) {
    const id = firstId();
    this.#page = id.toString(36);
    this.#requests = new Requests((message) => model.send(message), id);
    this.#commands = new UnansweredCommands(() => owner.scope());
    this.kernel = new KernelLife({
      ask: () => this.handshake(),
      lost: () => this.#requests.lost(),
      over: () => owner.isOver(),
    });
    const listen = (message: Message, buffers: DataView[]) => this.#take(message, buffers);
    model.on("msg:custom", listen);
    this.#stop = () => model.off("msg:custom", listen);
    this.#host = new HostKernel(model, (link) => this.kernel.onLink(link, () => this.#host));
  }

  /** Begin to watch the kernel. Asks nothing yet: that is for the first view. */
  start(): void {
    this.kernel.start();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#lookAway);
    this.#host.close();
    this.kernel.close();
    this.#stop();
    this.#requests.close();
  }

  /** Whether a cell runs; null where the host does not say. */
  get busy(): boolean | null {
    return this.#host.busy;
  }

  /**
   * A view came on screen, left it, or begins off screen. Python sends columns only while one looks, and whatever a
   * view missed comes with the handshake. It takes for granted that a view it displays is on screen, until it hears
   * otherwise. `now`: the page may not be there much longer.
   */
  look(view: object, onScreen: boolean, now = false): void {
    if (onScreen) this.#onScreen.add(view);
    else this.#onScreen.delete(view);
    clearTimeout(this.#lookAway);
    const looks = this.#onScreen.size > 0;
    if ((looks === this.#looks && this.#begun) || this.#closed) return;
    const report = (): void => {
      this.#looks = looks;
      this.handshake();
    };
    if (looks || now) report();
    else this.#lookAway = setTimeout(report, LOOK_AWAY_MS);
  }

  /** Ask Python for something. Resolves with payload and buffers; rejects with a `RequestError`. */
  request<K extends Kind>(kind: K, fields: Fields<K>, options?: RequestOptions): Promise<AnswerTo<K>> {
    return this.#requests.request(kind, fields, options);
  }

  /**
   * Have Python do something once. `subject`: what it is done to ("a3"). While a command about it is unanswered, also
   * before a reload of the page, another one is that same one: it gets the first one's answer, and is not done twice.
   */
  async command<K extends Kind>(
    kind: K,
    subject: string,
    fields: Fields<K>,
    options: Omit<RequestOptions, "id"> = {},
  ): Promise<AnswerTo<K>> {
    const id = this.#commands.idOf(kind, subject) ?? this.#requests.nextId();
    this.#commands.keep(kind, subject, id);
    try {
      const answer = await this.request(kind, fields, { ...options, id });
      this.#commands.forget(kind, subject);
      return answer;
    } catch (error) {
      if ((error as RequestError).reason === "refused") this.#commands.forget(kind, subject);
      throw error;
    }
  }

  /** Whether such a command was sent, also before a reload of the page, and not answered. */
  isUnanswered(kind: Kind, subject: string): boolean {
    return this.#commands.idOf(kind, subject) !== null;
  }

  /** Have `handler` called with what Python pushes of this kind. Gives what ends that. */
  on<K extends PushedContent["kind"]>(
    kind: K,
    handler: (content: Extract<PushedContent, { kind: K }>, buffers: DataView[]) => void,
  ): () => void {
    const handlers = this.#handlers.get(kind) ?? new Set();
    this.#handlers.set(kind, handlers.add(handler as PushHandler));
    return () => handlers.delete(handler as PushHandler);
  }

  /** Tell Python that a view shows this topic ("log/a3/1"), so that it is pushed. Gives what ends that. */
  show(topic: string): () => void {
    const change = (by: number): void => {
      const before = this.#topics.get(topic) ?? 0;
      const count = before + by;
      if (count > 0) this.#topics.set(topic, count);
      else this.#topics.delete(topic);
      if ((before > 0 && count > 0) || this.#topicsChanged) return; // another view shows it
      this.#topicsChanged = true;
      queueMicrotask(() => {
        this.#topicsChanged = false;
        if (this.#begun && !this.#closed) this.handshake();
      });
    };
    change(1);
    let shown = true;
    return () => {
      if (shown) change(-1);
      shown = false;
    };
  }

  /** Ask for what the page lacks, unless that was asked already. */
  askAgain(): void {
    if (this.#handshakes === 0) this.handshake();
  }

  /** Say what the page has, and what is on screen. Never awaited: the kernel may be busy. */
  handshake(): void {
    this.#handshakes++;
    this.kernel.noteRequest();
    const fields = {
      seq: this.owner.seq(),
      page: this.#page,
      looks: this.#looks,
      begins: !this.#begun,
      shows: [...this.#topics.keys()],
    };
    this.#begun = true;
    this.request("handshake", fields)
      .catch((error: RequestError) => {
        if (error.reason === "kernel-gone") this.kernel.gone();
      })
      .finally(() => {
        this.#handshakes--;
      });
  }

  #take(message: Message, buffers: DataView[]): void {
    this.kernel.noteAnswer();
    if (message.kind === "reply") this.#requests.answer(message, buffers);
    else if (message.kind === "push") this.#deliver(message.parts, buffers);
    else if (message.kind === "presence_call") {
      if (message.newcomer !== this.#page && this.#looks) this.handshake();
    } else this.owner.take(message, buffers);
  }

  /** Hand each part to whoever shows it. One that breaks keeps no other from its own. */
  #deliver(parts: Extract<Message, { kind: "push" }>["parts"], buffers: DataView[]): void {
    let at = 0;
    for (const { content, buffers: count } of parts) {
      const { kind } = content as PushedContent;
      const own = buffers.slice(at, at + count);
      at += count;
      for (const handler of this.#handlers.get(kind) ?? []) {
        try {
          handler(content as never, own);
        } catch (error) {
          console.error(`flyte-widgets: cannot take a push of ${kind}`, error);
        }
      }
    }
  }
}
