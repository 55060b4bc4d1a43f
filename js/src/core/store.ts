// What is known of the run, as signals. One store per model, shared by all its views. State: Python's; the browser
// only selects. UI-only state (zoom, hover, folds, filters) lives in ui.ts and never crosses.
import type { AnyModel } from "@anywidget/types";
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { HostKernel } from "../hosts/host-kernel";
import { Actions, type Applied } from "./actions";
import { UnansweredCommands } from "./commands";
import { inflate, isDeflated } from "./inflate";
import { KernelLife } from "./kernel-life";
import { learnLabels, phaseOf } from "./phases";
import { type Message, type PushedContent, RUN_TRAITS, type RunTraits } from "./protocol";
import {
  type AnswerTo,
  type Fields,
  firstId,
  type Kind,
  type RequestError,
  type RequestOptions,
  Requests,
} from "./requests";

type Synced = Omit<RunTraits, "snapshot">;
type Signals = { readonly [K in keyof Synced]: ReadonlySignal<Synced[K]> };

const TRAITS = RUN_TRAITS.filter((name) => name !== "snapshot");

/** A view that was scrolled away may be back at once. */
const LOOK_AWAY_MS = 2_000;

type PushHandler = (content: never, buffers: DataView[]) => void;

export class Store {
  /** Each synced trait as a signal, by its Python name. */
  readonly traits: Signals;
  /** All actions. Not reactive itself: read `revision` to be told of changes. */
  readonly actions = new Actions();
  /** Counts up whenever `actions` changed. */
  readonly revision: Signal<number> = signal(0);
  /** The action that was selected elsewhere, by Python or in another page, or from the start; set anew each time. */
  readonly chosen: Signal<{ id: string } | null> = signal(null);
  /** Whether the kernel is heard. */
  readonly kernel: KernelLife;
  /** False while it is not: what is shown stays as it was. */
  readonly kernelAlive: ReadonlySignal<boolean> = computed(() => this.kernel.state.value === "alive");
  /** What went wrong with a message from Python; "" = nothing. */
  readonly fault: Signal<string> = signal("");
  /** What every view should tell until it is dismissed; "" = nothing. */
  readonly notice: Signal<string> = signal("");
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
  #lookAway: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #clockOffsetMs = 0;
  #asking = 0;
  readonly #dispose: (() => void)[] = [];

  constructor(private readonly model: AnyModel<RunTraits>) {
    const id = firstId();
    this.#page = id.toString(36);
    this.#requests = new Requests((message) => model.send(message), id);
    this.#commands = new UnansweredCommands(() => {
      const { host, project, domain, run_name } = this.traits;
      return [host, project, domain, run_name].map((name) => name.peek()).join("/");
    });
    this.kernel = new KernelLife({
      ask: () => this.#handshake(),
      lost: () => this.#requests.lost(),
      over: () => ["ended", "closed"].includes(this.traits.connection.value.state),
    });
    const traits: Record<string, Signal<unknown>> = {};
    for (const name of TRAITS) {
      traits[name] = signal<unknown>(model.get(name));
      // One message sets many, and tells of each by itself. All are taken at the first, so that none is seen half.
      this.#listen(`change:${name}`, () =>
        batch(() => {
          if (name !== "selected") this.kernel.noteAnswer(); // that one may be our own
          const id = model.get("selected");
          if (id && id !== this.traits.selected.value) this.chosen.value = { id };
          for (const each of TRAITS) traits[each]!.value = model.get(each);
        }),
      );
    }
    this.traits = traits as unknown as Signals;
    const selected = this.traits.selected.peek();
    if (selected) this.chosen.value = { id: selected };
    this.#listen("change:snapshot", () => this.#applySaved());
    this.#listen("msg:custom", (message: Message, buffers: DataView[]) => this.#onMessage(message, buffers));
    this.#host = new HostKernel(model, (link) => this.kernel.onLink(link, () => this.#host));
    this.#applySaved();
  }

  /** Begin to listen. Asks nothing yet: that is for the first view that comes on screen. */
  start(): void {
    this.kernel.start();
  }

  /**
   * A view came on screen, or left it. Python sends columns only while one looks, and whatever a view missed comes
   * with the handshake. `now`: the page may not be there much longer.
   */
  look(view: object, onScreen: boolean, now = false): void {
    if (onScreen) this.#onScreen.add(view);
    else this.#onScreen.delete(view);
    clearTimeout(this.#lookAway);
    const looks = this.#onScreen.size > 0;
    if (looks === this.#looks || this.#closed) return;
    const tell = (): void => {
      this.#looks = looks;
      this.#handshake();
    };
    if (looks || now) tell();
    else this.#lookAway = setTimeout(tell, LOOK_AWAY_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#lookAway);
    this.#host.close();
    this.kernel.close();
    for (const dispose of this.#dispose.splice(0)) dispose();
    this.#requests.close();
  }

  /** Wire number of the run's phase; 0 while nothing is known. */
  get phase(): number {
    return phaseOf(this.traits.phase.value);
  }

  /** Whether anything shown moves with time. */
  get moving(): boolean {
    if (!this.kernelAlive.value) return false;
    return ["connecting", "live", "polling", "reconnecting"].includes(this.traits.connection.value.state);
  }

  /** Now, by the backend's clock, epoch ms: the end of open bars. Stands still where nothing is live. */
  nowMs(): number {
    const { connection, is_terminal, ended_ms } = this.traits;
    const { state, lastMs } = connection.value;
    if (is_terminal.value && ended_ms.value !== null && state === "ended") return ended_ms.value;
    const heard = state === "live" || state === "polling";
    if (heard && this.kernelAlive.value) return Date.now() + this.#clockOffsetMs;
    // While all was well `lastMs` was told now and then only: what came later is shown, too.
    return heard ? Math.max(lastMs ?? 0, this.actions.nowMs) : (lastMs ?? this.actions.nowMs);
  }

  /** The backend's clock, always running. */
  clockMs(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  /** Select an action ("" for none): Python then reads its details and keeps them fresh. */
  select(id: string): void {
    const selected = this.traits.selected as Signal<string>;
    if (selected.value === id) return;
    selected.value = id;
    this.model.set("selected", id);
    try {
      this.model.save_changes();
    } catch {
      this.kernel.gone();
    }
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

  /** Tell Python that a view shows this topic ("logs/a3/1"), so that it is pushed. Gives what ends that. */
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
        if (this.#begun && !this.#closed) this.#handshake();
      });
    };
    change(1);
    let shown = true;
    return () => {
      if (shown) change(-1);
      shown = false;
    };
  }

  /** With the `id` of a request that was not answered, the same is sent once more. */
  async abort(action: string, reason: string, timeoutMs: number, id?: number): Promise<void> {
    await this.request("abort", { action, reason }, id === undefined ? { timeoutMs } : { timeoutMs, id });
  }

  /** Whether a cell runs; null where the host does not say. */
  get busy(): boolean | null {
    return this.#host.busy;
  }

  async retry(): Promise<void> {
    await this.request("retry", {});
  }

  /** Ask for the history of rows on screen. Python bounds and caches it. */
  requestHistory(actions: string[]): void {
    this.request("request_history", { actions }).catch(() => undefined);
  }

  /** Say what the page has, and what is on screen. Never awaited: the kernel may be busy. */
  #handshake(): void {
    this.#asking++;
    this.kernel.asked();
    const fields = {
      seq: this.actions.seq,
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
        this.#asking--;
      });
  }

  #onMessage(message: Message, buffers: DataView[]): void {
    this.kernel.noteAnswer();
    if (message.kind === "reply") this.#requests.answer(message, buffers);
    else if (message.kind === "heartbeat") this.#setClock(message.nowMs);
    else if (message.kind === "columns" && buffers[0]) this.#applyBlock(buffers[0]);
    else if (message.kind === "push") this.#deliver(message.parts, buffers);
    else if (message.kind === "presence_call" && message.newcomer !== this.#page && this.#looks)
      this.#handshake();
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

  #applySaved(): void {
    const block = this.model.get("snapshot");
    if (!block || block.byteLength === 0) return;
    if (!isDeflated(block)) {
      this.#applyBlock(block);
      return;
    }
    const { blocks } = this.actions;
    inflate(block).then(
      (plain) => {
        // What came meanwhile is newer.
        if (this.actions.blocks === blocks) this.#applyBlock(plain);
      },
      (error) => this.#refuse(error),
    );
  }

  #applyBlock(block: DataView): void {
    let applied: Applied;
    try {
      applied = this.actions.apply(block);
      this.fault.value = "";
    } catch (error) {
      this.#refuse(error);
      return;
    }
    if (applied === "gap" && this.#asking === 0) this.#handshake();
    if (applied !== "ok") return;
    this.#setClock(this.actions.nowMs);
    batch(() => {
      learnLabels(this.actions.phaseLabels);
      this.revision.value++;
    });
  }

  #refuse(error: unknown): void {
    console.error("flyte-widgets: cannot read a block of columns", error);
    this.fault.value = `The list of actions could not be read: ${(error as Error).message}. Asked for it again.`;
    if (this.#asking === 0) this.#handshake();
  }

  /** A message takes its time, so the largest offset seen is the nearest to the truth. */
  #setClock(nowMs: number): void {
    const offset = nowMs - Date.now();
    this.#clockOffsetMs =
      Math.abs(offset - this.#clockOffsetMs) > 2_000 ? offset : Math.max(offset, this.#clockOffsetMs);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the callback's shape depends on the event's name
  #listen(event: string, callback: (...args: any[]) => void): void {
    this.model.on(event, callback);
    this.#dispose.push(() => this.model.off(event, callback));
  }
}
