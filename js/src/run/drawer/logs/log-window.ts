// What a page has of one log: the newest lines as they are pushed, and pages of others that were looked at. It holds a
// window, not the whole: the kernel has up to 20,000 lines. State: Python's.
import { batch, type Signal, signal } from "@preact/signals-core";
import type { LogNews } from "../../../core/protocol";
import type { Store } from "../../../core/store";

export interface Line {
  /** Epoch ms of the backend's clock; null where the backend does not say. */
  atMs: number | null;
  text: string;
  isSystem: boolean;
  isStderr: boolean;
}

const PAGE = 200;
/** Lines that are kept here: some screens around where the reader is. */
const KEPT = 5_000;
const TOPIC = "log" as const;
/** How many lines are on screen is said in steps of so many: each change is a message. */
const STEP = 8;

export class LogWindow {
  readonly key: string;
  /** How the log stands; null until that was heard. */
  readonly news: Signal<LogNews | null> = signal(null);
  /** Counts up when lines have come. */
  readonly revision: Signal<number> = signal(0);
  /** Whether any line came from stderr. */
  readonly hasStderr: Signal<boolean> = signal(false);
  readonly #lines = new Map<number, Line>();
  readonly #asked = new Set<number>();
  #stop: (() => void)[] = [];
  #topic: (() => void) | null = null;
  /** Of the newest lines so many are pushed; 0: as many as Python thinks. */
  #pushed = 0;

  constructor(
    private readonly store: Store,
    readonly action: string,
    readonly attempt: number,
  ) {
    this.key = `${action}/${attempt}`;
  }

  /** Number of the oldest line that the kernel keeps. */
  get first(): number {
    return this.news.value?.first ?? 0;
  }

  /** How many lines there were in all. */
  get total(): number {
    return this.news.value?.total ?? 0;
  }

  /** Have it tailed, and its news pushed. Only while it is on screen. */
  open(follow: boolean): void {
    const take = (news: LogNews, [buffer]: DataView[]): void => {
      if (news.key === this.key && buffer) this.#take(news, buffer);
    };
    this.#stop.push(this.store.on(TOPIC, take));
    this.follow(follow);
  }

  /** Whether the newest lines are to come with the news, or only how many there are. */
  follow(on: boolean): void {
    const before = this.#topic;
    const lines = this.#pushed > 0 ? `/${this.#pushed}` : "";
    this.#topic = this.store.show(`${TOPIC}/${this.key}${on ? `/end${lines}` : ""}`);
    before?.();
  }

  /** So many of the newest lines are on screen: that many are to come with the news. */
  fill(lines: number): void {
    const wanted = Math.ceil(lines / STEP) * STEP;
    if (wanted <= this.#pushed && wanted > this.#pushed / 2) return; // with wrapped lines it goes up and down
    this.#pushed = wanted;
    this.follow(true);
  }

  close(): void {
    this.#topic?.();
    this.#topic = null;
    for (const stop of this.#stop.splice(0)) stop();
  }

  lineAt(number: number): Line | undefined {
    return this.#lines.get(number);
  }

  /** Have these lines read, as far as they are not here. */
  need(from: number, to: number): void {
    const last = Math.min(to, this.total);
    for (let n = Math.max(from, this.first); n < last; n++) {
      if (!this.#lines.has(n)) {
        const page = Math.floor(n / PAGE) * PAGE;
        this.#read(page);
        n = page + PAGE - 1;
      }
    }
  }

  /** All lines that the kernel keeps, read anew. */
  async all(): Promise<Line[]> {
    const { action, attempt, first, total } = this;
    const { buffers } = await this.store.request("read_log", {
      action,
      attempt,
      start: first,
      count: total - first,
    });
    return unpacked(buffers[0]!);
  }

  #read(page: number): void {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const { action, attempt } = this;
    this.store
      .request("read_log", { action, attempt, start: page, count: PAGE })
      .then(({ payload, buffers }) => this.#put(payload.start, unpacked(buffers[0]!)))
      .catch(() => undefined) // the next look asks again
      .finally(() => this.#asked.delete(page));
  }

  #take(news: LogNews, buffer: DataView): void {
    // At once: whoever drew the news without its lines would ask for them.
    batch(() => {
      this.news.value = news;
      this.#put(news.start, unpacked(buffer));
    });
  }

  #put(start: number, lines: readonly Line[]): void {
    lines.forEach((line, i) => {
      this.#lines.delete(start + i); // put to the end: what is old goes first
      this.#lines.set(start + i, line);
    });
    if (!this.hasStderr.peek() && lines.some((line) => line.isStderr)) this.hasStderr.value = true;
    for (const number of this.#lines.keys()) {
      if (this.#lines.size <= KEPT) break;
      this.#lines.delete(number);
    }
    this.revision.value++;
  }
}

type Packed = [atMs: number | null, text: string, origin: string];

function unpacked(buffer: DataView): Line[] {
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const rows = JSON.parse(new TextDecoder().decode(bytes)) as Packed[];
  return rows.map(([atMs, text, origin]) => ({
    atMs,
    text,
    isSystem: origin.startsWith("system/"),
    isStderr: origin.endsWith("/stderr"),
  }));
}
