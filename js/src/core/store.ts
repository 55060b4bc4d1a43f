// What is known of the run, as signals. One store per model, shared by all its views. State: Python's; the browser
// only selects. UI-only state (zoom, hover, folds, filters) lives in ui/view-state.ts and never crosses.
import type { AnyModel } from "@anywidget/types";
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { Actions, type Applied } from "./actions";
import { Channel } from "./channel";
import { inflate, isDeflated } from "./inflate";
import type { KernelLife } from "./kernel-life";
import { learnLabels, phaseOf } from "./phases";
import { type Message, RUN_TRAITS, type RunTraits } from "./protocol";
import type { AnswerTo, Fields, Kind, RequestOptions } from "./requests";

type Synced = Omit<RunTraits, "snapshot">;
type Signals = { readonly [K in keyof Synced]: ReadonlySignal<Synced[K]> };

const TRAITS = RUN_TRAITS.filter((name) => name !== "snapshot");

export class Store {
  /** Each synced trait as a signal, by its Python name. */
  readonly traits: Signals;
  /** All actions. Not reactive itself: read `revision` to follow changes. */
  readonly actions = new Actions();
  /** Counts up whenever `actions` changed. */
  readonly revision: Signal<number> = signal(0);
  /** The action that was selected elsewhere, by Python or in another page, or from the start; set anew each time. */
  readonly chosen: Signal<{ id: string } | null> = signal(null);
  /** Requests to Python, pushes, who looks, and whether the kernel lives. */
  readonly channel: Channel;
  /** False while the kernel does not live: what is shown stays as it was. */
  readonly kernelAlive: ReadonlySignal<boolean> = computed(() => this.kernel.state.value === "alive");
  /** What went wrong with a message from Python; "" = nothing. */
  readonly fault: Signal<string> = signal("");
  /** What every view should tell until it is dismissed; "" = nothing. */
  readonly notice: Signal<string> = signal("");
  #clockOffsetMs = 0;
  readonly #dispose: (() => void)[] = [];

  constructor(private readonly model: AnyModel<RunTraits>) {
    this.channel = new Channel(model, {
      seq: () => this.actions.seq,
      scope: () => {
        const { host, project, domain, run_name } = this.traits;
        return [host, project, domain, run_name].map((name) => name.peek()).join("/");
      },
      isOver: () => ["ended", "closed"].includes(this.traits.connection.value.state),
      take: (message, buffers) => this.#take(message, buffers),
    });
    const traits: Record<string, Signal<unknown>> = {};
    for (const name of TRAITS) {
      traits[name] = signal<unknown>(model.get(name));
      // One message sets many traits, with an event for each. All are taken at the first, so that views see them together.
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
    this.#applySaved();
  }

  /** For what shows another widget of the host's. */
  get host(): Pick<AnyModel, "widget_manager"> {
    return this.model;
  }

  get kernel(): KernelLife {
    return this.channel.kernel;
  }

  start(): void {
    this.channel.start();
  }

  look(view: object, onScreen: boolean, now = false): void {
    this.channel.look(view, onScreen, now);
  }

  close(): void {
    for (const dispose of this.#dispose.splice(0)) dispose();
    this.channel.close();
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
    const isFollowed = state === "live" || state === "polling";
    if (isFollowed && this.kernelAlive.value) return Date.now() + this.#clockOffsetMs;
    // While a run is followed, `lastMs` is sent only now and then: what came later is shown, too.
    return isFollowed ? Math.max(lastMs ?? 0, this.actions.nowMs) : (lastMs ?? this.actions.nowMs);
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

  /** As `Channel.request`. */
  request<K extends Kind>(kind: K, fields: Fields<K>, options?: RequestOptions): Promise<AnswerTo<K>> {
    return this.channel.request(kind, fields, options);
  }

  /** As `Channel.command`. */
  command<K extends Kind>(
    kind: K,
    subject: string,
    fields: Fields<K>,
    options?: Omit<RequestOptions, "id">,
  ): Promise<AnswerTo<K>> {
    return this.channel.command(kind, subject, fields, options);
  }

  isUnanswered(kind: Kind, subject: string): boolean {
    return this.channel.isUnanswered(kind, subject);
  }

  /** As `Channel.on`. */
  readonly on: Channel["on"] = (kind, handler) => this.channel.on(kind, handler);

  /** As `Channel.show`. */
  show(topic: string): () => void {
    return this.channel.show(topic);
  }

  /** With the `id` of a request that was not answered, the same is sent once more. */
  async abort(action: string, reason: string, timeoutMs: number, id?: number): Promise<void> {
    await this.request("abort", { action, reason }, id === undefined ? { timeoutMs } : { timeoutMs, id });
  }

  /** Whether a cell runs; null where the host does not say. */
  get busy(): boolean | null {
    return this.channel.busy;
  }

  async retry(): Promise<void> {
    await this.request("retry", {});
  }

  /** Ask for the history of rows on screen. Python bounds and caches it. */
  requestHistory(actions: string[]): void {
    this.request("request_history", { actions }).catch(() => undefined);
  }

  #take(message: Message, buffers: DataView[]): void {
    if (message.kind === "heartbeat") this.#setClock(message.nowMs);
    else if (message.kind === "columns" && buffers[0]) this.#applyBlock(buffers[0]);
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
    if (applied === "gap") this.channel.askAgain();
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
    this.channel.askAgain();
  }

  /** A message takes its time, so the largest offset seen is the nearest to the truth. */
  #setClock(nowMs: number): void {
    const offset = nowMs - Date.now();
    this.#clockOffsetMs =
      Math.abs(offset - this.#clockOffsetMs) > 2_000 ? offset : Math.max(offset, this.#clockOffsetMs);
  }

  #listen(event: string, callback: Parameters<AnyModel["on"]>[1]): void {
    this.model.on(event, callback);
    this.#dispose.push(() => this.model.off(event, callback));
  }
}
