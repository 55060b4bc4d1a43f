// The virtual list: which rows are in the page, and that nothing moves under the reader's eyes. jsdom has no layout, so
// heights are given: of the scroller, and of each row by its text.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ListOptions, type ListRow, VirtualList } from "../../src/ui/virtual-list";

const VIEW_PX = 200;
let ending: AbortController;
let keys: number[];
let heightOf: (key: number) => number;

beforeEach(() => {
  ending = new AbortController();
  keys = Array.from({ length: 20_000 }, (_, i) => i);
  heightOf = () => 20;
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockImplementation(function (this: HTMLElement) {
    return this.className === "row" ? heightOf(Number(this.dataset.key)) : 0;
  });
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(private readonly tell: (entries: unknown[]) => void) {}
      observe() {
        this.tell([{ contentRect: { width: 300, height: VIEW_PX } }]);
      }
      disconnect() {}
    },
  );
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => {
    run();
    return 0;
  });
});
afterEach(() => {
  ending.abort();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

let made = 0;
function list(more: Partial<ListOptions> = {}): VirtualList {
  made = 0;
  const create = (): ListRow => {
    made++;
    const element = document.createElement("div");
    element.className = "row";
    return {
      element,
      show: (index) => {
        element.textContent = `row ${keys[index]}`;
        element.dataset.key = String(keys[index]);
      },
    };
  };
  const source = {
    get count() {
      return keys.length;
    },
    keyAt: (index: number) => keys[index]!,
    indexOf: (key: string | number) => keys.indexOf(Number(key)),
  };
  const made_ = new VirtualList({
    source,
    create,
    rowPx: 20,
    role: "grid",
    name: "Rows",
    signal: ending.signal,
    ...more,
  });
  document.body.append(made_.element);
  made_.refresh();
  return made_;
}

/** Where the row with this key is on screen, in px below the scroller's top. */
function seenAt(one: VirtualList, key: number): number {
  const row = [...one.element.querySelectorAll<HTMLElement>(".row")].find(
    ({ dataset }) => dataset.key === String(key),
  );
  if (!row) throw new Error(`row ${key} is not in the page`);
  return Number(/translateY\(([\d.]+)px\)/.exec(row.style.transform)![1]) - one.element.scrollTop;
}
const inPage = (one: VirtualList) =>
  [...one.element.querySelectorAll<HTMLElement>(".row")].map(({ dataset }) => Number(dataset.key));
function scroll(one: VirtualList, px: number): void {
  one.element.scrollTop = px;
  one.element.dispatchEvent(new Event("scroll"));
}

test("20,000 rows take as many elements as fit, however far it is scrolled", () => {
  const one = list();
  expect(inPage(one)).toEqual(Array.from({ length: 14 }, (_, i) => i));
  for (let px = 0; px < 300_000; px += 937) scroll(one, px);
  expect(made).toBeLessThanOrEqual(20);
  const [first] = inPage(one);
  expect(inPage(one)).toEqual(inPage(one).map((_, i) => first! + i)); // in the page's order
});

test("a reader is told which row of how many each is", () => {
  const one = list();
  scroll(one, 10_000);
  expect(one.element.getAttribute("aria-rowcount")).toBe("20000");
  expect(one.element.querySelector("[data-key='500']")!.getAttribute("aria-rowindex")).toBe("501");
});

test("rows that come above leave what is read where it is", () => {
  const one = list();
  scroll(one, 4_007);
  const before = seenAt(one, 203);
  keys.unshift(-3, -2, -1);
  one.refresh();
  expect(seenAt(one, 203)).toBe(before);
});

test("at the top new rows slide in, but not under a pointer", () => {
  const one = list();
  keys.unshift(-1);
  one.refresh();
  expect(seenAt(one, -1)).toBe(0);
  one.element.dispatchEvent(new MouseEvent("pointermove", { clientY: 50 }));
  keys.unshift(-2);
  one.refresh();
  expect(seenAt(one, 1)).toBe(40); // the row under the pointer
  expect(one.isAttended).toBe(true);
  one.element.dispatchEvent(new MouseEvent("pointerleave"));
  expect(one.isAttended).toBe(false);
});

test("rows that are cut off at the top leave what is read where it is", () => {
  const one = list();
  scroll(one, 100_000);
  const before = seenAt(one, 5_004);
  keys.splice(0, 1_000);
  one.refresh();
  expect(seenAt(one, 5_004)).toBe(before);
});

test("measured rows: what grows above the screen moves nothing on it", () => {
  heightOf = (key) => (key % 3 ? 18 : 54);
  const one = list({ measured: true, rowPx: 18 });
  expect(seenAt(one, 1) - seenAt(one, 0)).toBe(54);
  scroll(one, 9_000);
  const at = inPage(one)[5]!;
  const before = seenAt(one, at);
  scroll(one, one.scrollPx - 5); // those above come on screen, and are measured
  expect(seenAt(one, at)).toBeCloseTo(before + 5, 3);
});

test("follow keeps to the end, until it is scrolled up by 10 px, and again from the end on", () => {
  const told: boolean[] = [];
  const one = list({ follow: true, onFollow: (on) => told.push(on) });
  const end = () => keys.length * 20 - VIEW_PX;
  expect(one.element.scrollTop).toBe(end());
  keys.push(20_000);
  one.refresh();
  expect(one.element.scrollTop).toBe(end());
  scroll(one, end() - 9);
  expect(one.following).toBe(true);
  scroll(one, end() - 25);
  expect(told).toEqual([false]);
  const before = seenAt(one, 19_999);
  keys.push(20_001);
  one.refresh();
  expect(seenAt(one, 19_999)).toBe(before);
  scroll(one, end());
  expect(told).toEqual([false, true]);
});

test("an element that shows a row goes on showing it: a selection in it stays", () => {
  const one = list();
  const row = one.rowAt(9)!.element;
  scroll(one, 60);
  expect(one.rowAt(9)!.element).toBe(row);
  keys.unshift(-1);
  one.refresh();
  expect(one.rowAt(10)!.element).toBe(row);
});

test("reveal brings a row on screen, the nearest way or to the middle", () => {
  const one = list();
  one.reveal(100);
  expect(seenAt(one, 100)).toBe(VIEW_PX - 20);
  one.reveal(95);
  expect(seenAt(one, 100)).toBe(VIEW_PX - 20); // it was there
  one.reveal(5_000, "center");
  expect(seenAt(one, 5_000)).toBe(90);
});

test("a place is found again in rows that have changed", () => {
  const one = list();
  scroll(one, 8_010);
  const { place } = one;
  scroll(one, 0);
  keys.unshift(-1);
  one.refresh();
  one.place = place;
  expect(seenAt(one, 401)).toBe(10);
});

test("rows that are no more leave none behind", () => {
  const one = list();
  scroll(one, 399_000);
  keys = keys.slice(0, 3);
  one.refresh();
  expect(inPage(one)).toEqual([0, 1, 2]);
  keys = [];
  one.refresh();
  expect(inPage(one)).toEqual([]);
});
