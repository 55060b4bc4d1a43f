// What is known of the run, as signals. One store per model, shared by all its views. State: Python's; the browser
// only selects. UI-only state (zoom, hover, folds, filters) lives in ui.ts and never crosses.
import type { AnyModel } from "@anywidget/types";
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { HostKernel } from "../hosts/host-kernel";
import { Actions, type Applied } from "./actions";
import { inflate, isDeflated } from "./inflate";
import { KernelLife } from "./kernel-life";
import { learnLabels, phaseOf } from "./phases";
import type { Message, RunTraits } from "./protocol";
import { firstId, Requests } from "./requests";

type Synced = Omit<RunTraits, "snapshot">;
type Signals = { readonly [K in keyof Synced]: ReadonlySignal<Synced[K]> };

const TRAITS: readonly (keyof Synced)[] = [
  "run_name",
  "project",
  "domain",
  "host",
  "source",
  "console_url",
  "task_name",
  "reference",
  "phase",
  "is_terminal",
  "counts",
  "attempt",
  "started_ms",
  "ended_ms",
  "root",
  "selected",
  "detail",
  "connection",
  "abort_state",
  "abort_note",
  "static_view_id",
  "error",
];

/** A view that was scrolled away may be back at once. */
const LOOK_AWAY_MS = 2_000;
const HELLO_TIMEOUT_MS = 60_000;

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
  readonly requests: Requests;
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
    this.requests = new Requests((message) => model.send(message), id);
    this.kernel = new KernelLife({
      ask: () => this.#hello(),
      lost: () => this.requests.lost(),
      over: () => ["ended", "closed"].includes(this.traits.connection.value.state),
    });
    const traits: Record<string, Signal<unknown>> = {};
    for (const name of TRAITS) {
      traits[name] = signal<unknown>(model.get(name));
      // One message sets many, and tells of each by itself. All are taken at the first, so that none is seen half.
      this.#listen(`change:${name}`, () =>
        batch(() => {
          if (name !== "selected") this.kernel.heard(); // that one may be our own
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
   * with the hello. `now`: the page may not be there much longer.
   */
  look(view: object, onScreen: boolean, now = false): void {
    if (onScreen) this.#onScreen.add(view);
    else this.#onScreen.delete(view);
    clearTimeout(this.#lookAway);
    const looks = this.#onScreen.size > 0;
    if (looks === this.#looks || this.#closed) return;
    const tell = (): void => {
      this.#looks = looks;
      this.#hello();
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
    this.requests.close();
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

  /** With the `id` of a request that was not answered, the same is sent once more. */
  abort(action: string, reason: string, timeoutMs: number, id?: number): Promise<void> {
    return this.requests.request({ kind: "abort", action, reason }, timeoutMs, id);
  }

  /** Whether a cell runs; null where the host does not say. */
  get busy(): boolean | null {
    return this.#host.busy;
  }

  retry(): Promise<void> {
    return this.requests.request({ kind: "retry" }, HELLO_TIMEOUT_MS);
  }

  /** Ask for the history of rows on screen. Python bounds and caches it. */
  want(actions: string[]): void {
    this.requests.request({ kind: "want", actions }, HELLO_TIMEOUT_MS).catch(() => undefined);
  }

  /** Never awaited: the kernel may be busy. */
  #hello(): void {
    this.#asking++;
    this.kernel.asked();
    const hello = { seq: this.actions.seq, page: this.#page, looks: this.#looks, begins: !this.#begun };
    this.#begun = true;
    this.requests
      .request({ kind: "hello", ...hello }, HELLO_TIMEOUT_MS)
      .catch((error: { reason?: string }) => {
        if (error.reason === "kernel-gone") this.kernel.gone();
      })
      .finally(() => {
        this.#asking--;
      });
  }

  #onMessage(message: Message, buffers: DataView[]): void {
    this.kernel.heard();
    if (message.kind === "reply") this.requests.answer(message);
    else if (message.kind === "beat") this.#setClock(message.nowMs);
    else if (message.kind === "columns" && buffers[0]) this.#applyBlock(buffers[0]);
    else if (message.kind === "roll" && message.newcomer !== this.#page && this.#looks) this.#hello();
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
    if (applied === "gap" && this.#asking === 0) this.#hello();
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
    if (this.#asking === 0) this.#hello();
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
