// What is known of the run, as signals. One store per model, shared by all its views. State: Python's; the browser
// only selects. UI-only state (zoom, hover, folds, filters) lives in ui.ts and never crosses.
import type { AnyModel } from "@anywidget/types";
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { Actions, type Applied } from "./actions";
import { learnLabels, phaseOf } from "./phases";
import type { Message, RunTraits } from "./protocol";
import { Requests } from "./requests";

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
  "receipt_id",
  "error",
];

/** Beats come every 10 s while the kernel lives; a busy kernel still sends them, from its own thread. */
const KERNEL_SILENCE_MS = 35_000;
/** A view of a saved notebook has never heard a kernel, and need not wait as long to say so. */
const FIRST_WORD_MS = 12_000;
const CHECK_MS = 5_000;
const HELLO_TIMEOUT_MS = 60_000;

export class Store {
  /** Each synced trait as a signal, by its Python name. */
  readonly traits: Signals;
  /** All actions. Not reactive itself: read `revision` to be told of changes. */
  readonly actions = new Actions();
  /** Counts up whenever `actions` changed. */
  readonly revision: Signal<number> = signal(0);
  /** False once the kernel is known to be gone: what is shown stays as it was. */
  readonly kernelAlive: Signal<boolean> = signal(true);
  /** When the kernel was last heard, by this browser's clock. */
  readonly heardMs: Signal<number> = signal(Date.now());
  /** What went wrong with a message from Python; "" = nothing. */
  readonly fault: Signal<string> = signal("");
  /** What every view should tell until it is dismissed; "" = nothing. */
  readonly notice: Signal<string> = signal("");
  readonly requests: Requests;
  #everHeard = false;
  #checkedMs = Date.now();
  #clockOffsetMs = 0;
  #asking = false;
  readonly #dispose: (() => void)[] = [];

  constructor(private readonly model: AnyModel<RunTraits>) {
    this.requests = new Requests((message) => model.send(message));
    const traits: Record<string, Signal<unknown>> = {};
    for (const name of TRAITS) {
      traits[name] = signal<unknown>(model.get(name));
      // One message sets many, and tells of each by itself. All are taken at the first, so that none is seen half.
      this.#listen(`change:${name}`, () =>
        batch(() => {
          if (name !== "selected") this.#heard(); // that one is our own
          for (const each of TRAITS) traits[each]!.value = model.get(each);
        }),
      );
    }
    this.traits = traits as unknown as Signals;
    this.#listen("change:snapshot", () => this.#applySaved());
    this.#listen("msg:custom", (message: Message, buffers: DataView[]) => this.#onMessage(message, buffers));
    this.#applySaved();
  }

  /** Begin to listen: ask for what the saved snapshot does not have. Never awaited: the kernel may be busy. */
  start(): void {
    this.#hello();
    this.#checkedMs = Date.now();
    const timer = setInterval(() => this.#checkKernel(), CHECK_MS);
    this.#dispose.push(() => clearInterval(timer));
  }

  close(): void {
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
    const live = this.kernelAlive.value && (state === "live" || state === "polling");
    return live ? Date.now() + this.#clockOffsetMs : (lastMs ?? this.actions.nowMs);
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
      this.kernelAlive.value = false;
    }
  }

  abort(action: string, reason: string, timeoutMs: number): Promise<void> {
    return this.requests.request({ kind: "abort", action, reason }, timeoutMs);
  }

  retry(): Promise<void> {
    return this.requests.request({ kind: "retry" }, HELLO_TIMEOUT_MS);
  }

  /** Ask for the history of rows on screen. Python bounds and caches it. */
  want(actions: string[]): void {
    this.requests.request({ kind: "want", actions }, HELLO_TIMEOUT_MS).catch(() => undefined);
  }

  #hello(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.requests
      .request({ kind: "hello", seq: this.actions.seq }, HELLO_TIMEOUT_MS)
      .catch((error: { reason?: string }) => {
        if (error.reason === "kernel-gone") this.kernelAlive.value = false;
      })
      .finally(() => {
        this.#asking = false;
      });
  }

  #onMessage(message: Message, buffers: DataView[]): void {
    this.#heard();
    if (message.kind === "reply") this.requests.answer(message);
    else if (message.kind === "beat") this.#setClock(message.nowMs);
    else if (message.kind === "columns" && buffers[0]) this.#applyBlock(buffers[0]);
  }

  #applySaved(): void {
    const block = this.model.get("snapshot");
    if (block && block.byteLength > 0) this.#applyBlock(block);
  }

  #applyBlock(block: DataView): void {
    let applied: Applied = "gap";
    try {
      applied = this.actions.apply(block);
      this.fault.value = "";
    } catch (error) {
      console.error("flyte-widgets: cannot read a block of columns", error);
      this.fault.value = `The list of actions could not be read: ${(error as Error).message}. Asked for it again.`;
    }
    if (applied === "gap") this.#hello();
    if (applied !== "ok") return;
    this.#setClock(this.actions.nowMs);
    batch(() => {
      learnLabels(this.actions.phaseLabels);
      this.revision.value++;
    });
  }

  /** A message takes its time, so the largest offset seen is the nearest to the truth. */
  #setClock(nowMs: number): void {
    const offset = nowMs - Date.now();
    this.#clockOffsetMs =
      Math.abs(offset - this.#clockOffsetMs) > 2_000 ? offset : Math.max(offset, this.#clockOffsetMs);
  }

  #heard(): void {
    this.#everHeard = true;
    this.heardMs.value = Date.now();
    this.kernelAlive.value = true;
  }

  #checkKernel(): void {
    const now = Date.now();
    // A machine that slept, or a throttled tab, did not listen: that time is no silence of the kernel's.
    const asleepMs = now - this.#checkedMs - 3 * CHECK_MS;
    this.#checkedMs = now;
    if (asleepMs > 0) this.heardMs.value = now;
    const { state } = this.traits.connection.value;
    if (state === "ended" || state === "closed") return;
    const silenceMs = now - this.heardMs.value;
    if (silenceMs > (this.#everHeard ? KERNEL_SILENCE_MS : FIRST_WORD_MS)) this.kernelAlive.value = false;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the callback's shape depends on the event's name
  #listen(event: string, callback: (...args: any[]) => void): void {
    this.model.on(event, callback);
    this.#dispose.push(() => this.model.off(event, callback));
  }
}
