import { beforeEach, describe, expect, it, vi } from "vitest";
import { GalleryModel } from "../../gallery/model";
import { RECORDED } from "../../gallery/recorded";
import answers from "../../gallery/recorded/succeeded-answers.json";
import { byPhase, percent, piecesOf, place } from "../../src/run/timeline/lens/path";
import { mount, press, seen, withoutCanvas } from "../view";
import { action, load, ordered, root } from "./help";

const shards = [1, 2, 3, 4].map((n) => action({ id: `s${n}`, name: "square" }));
const train = action({ id: "t", name: "train" });
const fold = action({ id: "f", name: "fold", parent: 5 });
const run = [root, ...shards, train, fold];

describe("the critical path among the rows", () => {
  it("is where its actions are shown: in a fold, or in what they are folded into", () => {
    const { actions, order } = ordered(run, {}, new Map([["t", false]]));
    const pieces = piecesOf(
      [
        ["a0", 4, 0, 10],
        ["s2", 2, 10, 40],
        ["f", 4, 40, 90],
        ["a0", 4, 90, 100],
      ],
      actions,
    );
    const placed = place(pieces, order);
    expect(placed.pieces.map(({ index }) => index)).toEqual([0, 1, 2, 0]);
    expect([...placed.shares]).toEqual([
      [0, 0.2],
      [1, 0.3],
      [2, 0.5],
    ]);
  });

  it("counts what a filter hides for the row above it, and leaves out what has not come yet", () => {
    const { actions, order } = ordered(run, { query: "train" });
    const pieces = piecesOf(
      [
        ["s1", 4, 0, 5],
        ["zzz", 4, 5, 9],
        ["t", 4, 9, 10],
      ],
      actions,
    );
    expect(pieces.map(({ row }) => row)).toEqual([1, 5]);
    expect(place(pieces, order).pieces.map(({ index }) => index)).toEqual([0, 1]);
  });

  it("adds up by phase", () => {
    const pieces = piecesOf(
      [
        ["a0", 4, 0, 10],
        ["t", 2, 10, 40],
        ["a0", 4, 40, 45],
      ],
      load(run),
    );
    expect(byPhase(pieces)).toEqual([
      [2, 30],
      [4, 15],
    ]);
    expect([0, 0.001, 0.358, 1].map(percent)).toEqual(["0 %", "< 1 %", "36 %", "100 %"]);
  });
});

describe("looking at where the time went", () => {
  beforeEach(withoutCanvas);
  const open = () => {
    const traits = RECORDED.get("succeeded")!();
    return mount(traits, new GalleryModel(traits, { answers }));
  };
  const grid = (frame: HTMLElement) => frame.querySelector<HTMLElement>("[role=treegrid]")!;

  it("C shows the critical path, Escape leaves it", async () => {
    const { frame } = open();
    press(grid(frame), "c");
    await vi.waitFor(() =>
      expect(seen(frame, ".fw-timeline-band .fw-notice-sentence")).toBe("5 of 54 actions decided 3m 20s"),
    );
    expect(seen(frame, ".fw-timeline-band .fw-notice-part")).toBe("running 66 % 2m 12s");
    press(grid(frame), "Escape");
    expect(seen(frame, ".fw-timeline-band .fw-notice-sentence")).toBe("");
  });

  it("compares with an earlier run: who was slower, by how much, row by row", async () => {
    const { frame, model } = open();
    frame.querySelector<HTMLElement>(".fw-tl-lens-compare")!.click();
    const picker = () => frame.querySelector<HTMLSelectElement>(".fw-compare-picker");
    await vi.waitFor(() =>
      expect(seen(frame, "[aria-label^=Comparison] .fw-notice-sentence")).toContain("40s slower than"),
    );
    expect(picker()!.value).toBe("r7p0fx4lri");
    await vi.waitFor(() => {
      const deltas = [...frame.querySelectorAll<HTMLElement>(".fw-tl-delta:not([hidden])")];
      expect(deltas[0]!.textContent).toBe("+40s");
      expect(deltas[0]!.hasAttribute("data-large")).toBe(true);
    });
    const gone = frame.querySelector<HTMLElement>(".fw-tl-gone")!;
    expect([gone.hidden, gone.getAttribute("aria-label")]).toEqual([false, "Only in r7p0fx4lri"]);
    expect(gone.textContent).toContain("canary_eval, gone, took 16s");
    const search = frame.querySelector<HTMLInputElement>(".fw-tl-search-input")!;
    search.value = "publish";
    search.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const deltas = () =>
      [...frame.querySelectorAll(".fw-tl-row:not([hidden]) .fw-tl-delta")].map((delta) => delta.textContent);
    await vi.waitFor(() => expect(deltas()).toEqual(["+40s", "new"]));
    search.value = "";
    search.dispatchEvent(new InputEvent("input", { bubbles: true }));
    picker()!.value = "r6a";
    picker()!.dispatchEvent(new Event("change"));
    const asked = () =>
      model.sent.filter((content) => (content as { kind: string }).kind === "compare").at(-1);
    await vi.waitFor(() => expect(asked()).toMatchObject({ other: "r6a" }));
    const band = frame.querySelector<HTMLElement>("[aria-label^=Comparison]")!;
    await vi.waitFor(() => expect(band.contains(picker())).toBe(true));
    picker()!.value = "…";
    picker()!.dispatchEvent(new Event("change"));
    const field = band.querySelector<HTMLInputElement>("input.fw-compare-picker")!;
    field.value = " r-typed ";
    field.dispatchEvent(new Event("change"));
    await vi.waitFor(() => expect(asked()).toMatchObject({ other: "r-typed" }), { timeout: 20_000 });
    press(grid(frame), "Escape");
    await vi.waitFor(() => expect(frame.querySelectorAll(".fw-tl-delta:not([hidden])")).toHaveLength(0));
    expect(gone.hidden).toBe(true);
  });

  it("is chosen in the View menu, too", async () => {
    const { frame, model } = open();
    const choice = (value: string) => {
      const input = frame.querySelector<HTMLInputElement>(`[name="Compare with"][value=${value}]`)!;
      input.checked = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const asked = () =>
      model.sent.filter((content) => (content as { kind: string }).kind === "compare").at(-1);
    frame.querySelector<HTMLElement>(".fw-tl-view-menu")!.click();
    choice("median");
    await vi.waitFor(() => expect(asked()).toMatchObject({ other: "median" }));
    choice("last");
    await vi.waitFor(() => expect(asked()).toMatchObject({ other: "" }));
    choice("nothing");
    expect(seen(frame, "[aria-label^=Comparison] .fw-notice-sentence")).toBe("");
  });

  it("has room for a run that took longer", async () => {
    const slower = answers.compare.rows.map(([id, from, took, by]) => [id, from, Number(took) * 3, by]);
    const traits = RECORDED.get("succeeded")!();
    const { frame } = mount(
      traits,
      new GalleryModel(traits, { answers: { ...answers, compare: { ...answers.compare, rows: slower } } }),
    );
    const axis = () => frame.querySelector<HTMLElement>(".fw-tl-ghost")!.style.left;
    frame.querySelector<HTMLElement>(".fw-tl-lens-compare")!.click();
    await vi.waitFor(() => expect(frame.querySelector(".fw-tl-ghost")).not.toBeNull());
    await vi.waitFor(() => expect(Number.parseFloat(axis())).toBeGreaterThan(0));
    // Its 131 s are a third of 480 s now, and were two thirds of 200 s.
    expect(Number.parseFloat(axis())).toBeLessThan(712 * 0.4);
  });

  it("B shows time by task, sorted by what is clicked", async () => {
    const { frame } = open();
    press(grid(frame), "b");
    const tasks = () =>
      [...frame.querySelectorAll("button.fw-bt-row")].map((row) => row.firstElementChild!.textContent);
    await vi.waitFor(() => expect(tasks()[0]).toBe("embed_corpus"));
    expect(tasks()).toHaveLength(answers.by_task.length);
    frame.querySelector<HTMLElement>(".fw-bt-head[data-column=total]")!.click();
    expect(tasks()[0]).toBe("square");
    frame.querySelector<HTMLElement>(".fw-bt-head[data-column=task]")!.click();
    expect(tasks()).toEqual([...tasks()].sort());
  });

  it("a click on a task filters the timeline by it, another one lets go", async () => {
    const { frame } = open();
    press(grid(frame), "b");
    await vi.waitFor(() => expect(frame.querySelector("button.fw-bt-row")).not.toBeNull());
    const search = frame.querySelector<HTMLInputElement>(".fw-tl-search-input")!;
    frame.querySelector<HTMLElement>("button.fw-bt-row")!.click();
    expect(search.value).toBe("embed_corpus");
    expect(frame.querySelector("button.fw-bt-row")!.getAttribute("aria-pressed")).toBe("true");
    frame.querySelector<HTMLElement>("button.fw-bt-row")!.click();
    expect(search.value).toBe("");
  });

  it("R adds up what is seen of the run", async () => {
    const { frame, model } = open();
    press(grid(frame), "r");
    const asked = () =>
      model.sent.filter((content) => (content as { kind: string }).kind === "by_task").at(-1);
    await vi.waitFor(() =>
      expect(asked()).toMatchObject({ fromMs: expect.any(Number), toMs: expect.any(Number) }),
    );
    expect(frame.querySelector<HTMLElement>(".fw-range")!.hidden).toBe(false);
    frame.querySelector<HTMLElement>(".fw-range-clear")!.click();
    await vi.waitFor(() => expect(asked()).toMatchObject({ fromMs: null, toMs: null }));
  });
});
