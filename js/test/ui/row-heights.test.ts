import { expect, test } from "vitest";
import { MeasuredHeights } from "../../src/ui/row-heights";

/** A generator of numbers that are the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test("sums and searches are those of plain addition", () => {
  const random = numbers(7);
  const px = Array.from({ length: 777 }, () => 18);
  const heights = new MeasuredHeights(18);
  heights.reset({ count: px.length, keyAt: (i) => i });
  for (let i = 0; i < 400; i++) {
    const at = Math.floor(random() * px.length);
    px[at] = 10 + Math.floor(random() * 90);
    heights.learn(at, px[at]);
  }
  let topPx = 0;
  for (const [i, rowPx] of px.entries()) {
    expect(heights.topOf(i)).toBe(topPx);
    expect(heights.indexAt(topPx)).toBe(i);
    expect(heights.indexAt(topPx + rowPx - 1)).toBe(i);
    topPx += rowPx;
  }
  expect(heights.totalPx).toBe(topPx);
  expect(heights.indexAt(topPx + 50)).toBe(776);
});

test("a measure is the row's, wherever it goes, until the width changes", () => {
  const heights = new MeasuredHeights(18);
  heights.reset({ count: 3, keyAt: (i) => `k${i}` });
  heights.learn(1, 54);
  heights.reset({ count: 4, keyAt: (i) => `k${i - 1}` });
  expect([0, 1, 2, 3].map((i) => heights.heightOf(i))).toEqual([18, 18, 54, 18]);
  heights.forget();
  expect(heights.totalPx).toBe(72);
});

test("nothing at all", () => {
  const heights = new MeasuredHeights(18);
  heights.reset({ count: 0, keyAt: (i) => i });
  expect([heights.totalPx, heights.indexAt(10)]).toEqual([0, 0]);
});
