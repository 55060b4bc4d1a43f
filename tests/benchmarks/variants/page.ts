// The page of front_end.py: mounts one way of drawing, has it grow and scroll, and counts frames.
import { type BlockOptions, Packer } from "../../../js/test/pack";
import { BASE_MS, RecordedModel, scenario } from "../../../js/test/scenario";
import runWidget from "../../../js/src/widget";
import { DrawAll } from "./draw-all";
import { Pooled } from "./pooled";
import { goOn, NOW_MS, painted, rowsOf, VIEW_PX, type Way } from "./rows";

/** The widget as it ships, all of it: header, diagram, overview and timeline. */
class Ours implements Way {
  readonly #packer = new Packer();
  #model!: RecordedModel;
  #root!: ShadowRoot;

  async mount(parent: HTMLElement, actions: ReturnType<typeof rowsOf>): Promise<void> {
    const snapshot = this.#packer.snapshot(actions, this.#at(NOW_MS));
    const beganMs = performance.now(); // to pack is Python's
    this.#model = new RecordedModel({ ...scenario.big(20), snapshot });
    const widget = runWidget();
    widget.initialize({ model: this.#model as never });
    widget.render({ model: this.#model as never, el: parent });
    this.#root = parent.firstElementChild!.shadowRoot!;
    while (!this.#root.querySelector("[role=treegrid] [role=row]")) await painted();
    packedMs = performance.now() - beganMs;
  }

  take(changed: ReturnType<typeof goOn>, nowMs: number): void {
    this.#model.message({ kind: "columns" }, this.#packer.delta(changed, this.#at(nowMs)));
  }

  scroller(): HTMLElement {
    return this.#root.querySelector<HTMLElement>("[role=treegrid]")!;
  }

  #at = (nowMs: number): BlockOptions => ({ baseMs: BASE_MS, nowMs: BASE_MS + nowMs });
}

/** First paint without what is Python's; NaN for those that have no such thing. */
let packedMs = Number.NaN;

export const WAYS: Record<string, () => Way> = {
  ours: () => new Ours(),
  "pooled DOM": () => new Pooled(),
  "draw everything": () => new DrawAll(),
};

// Time spent in animation frames, added up by frame: what all of them draw in.
let drawnMs = 0;
const askFrame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) =>
  askFrame((at) => {
    const beganMs = performance.now();
    callback(at);
    drawnMs += performance.now() - beganMs;
  });

/** Frames of `ms`, each with its time since the last and the time drawn in it; `each` is called in every frame. */
async function frames(ms: number, each: () => void): Promise<{ intervalMs: number[]; drawMs: number[] }> {
  const intervalMs: number[] = [];
  const drawMs: number[] = [];
  const endMs = performance.now() + ms;
  let lastMs = await new Promise<number>((resolve) => askFrame(resolve));
  while (lastMs < endMs) {
    drawnMs = 0;
    const nowMs = await new Promise<number>((resolve) => askFrame(resolve));
    intervalMs.push(nowMs - lastMs);
    drawMs.push(drawnMs);
    lastMs = nowMs;
    each();
  }
  return { intervalMs, drawMs };
}

let way: Way;
let actions: ReturnType<typeof rowsOf> = [];

const bench = {
  /** Time of the first paint, ms; null until then. */
  paintedMs: null as number | null,
  prepare(name: string, count: number, inFolds: boolean): void {
    actions = rowsOf(count, inFolds);
    way = WAYS[name]!();
  },
  /** Begin to mount; does not wait, so that the caller can give up on a page that does not answer for minutes. */
  mount(): void {
    setTimeout(async () => {
      const beganMs = performance.now();
      await way.mount(document.querySelector("main")!, actions);
      bench.paintedMs = Number.isNaN(packedMs) ? performance.now() - beganMs : packedMs;
    });
  },
  /** A live run: 200 changes, four times a second. */
  async grow(ms: number) {
    let nowMs = NOW_MS;
    const timer = setInterval(() => {
      nowMs += 250;
      way.take(goOn(actions, nowMs), nowMs);
    }, 250);
    const counted = await frames(ms, () => undefined);
    clearInterval(timer);
    return counted;
  },
  /** As by a wheel that is turned on and on, from the middle. */
  async scroll(ms: number) {
    const scroller = way.scroller();
    scroller.scrollTop = scroller.scrollHeight / 2;
    return frames(ms, () => {
      scroller.scrollTop += 40;
    });
  },
  /** Elements that show rows: what is in the scroll container. */
  nodes: (): number => way.scroller().querySelectorAll("*").length,
  rowsPx: (): number => way.scroller().scrollHeight,
  viewPx: VIEW_PX,
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
