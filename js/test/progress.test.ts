import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { COMPACT } from "../gallery/lines";
import { PERSON } from "../gallery/person";
import type { Progress, ProgressRow } from "../src/core/protocol";
import runWidget from "../src/widget";
import { button, mount, seen, withoutCanvas } from "./view";

const NOW_MS = 1_750_000_000_000;

function row(run: string, phase: string, more: Partial<ProgressRow> = {}): ProgressRow {
  const isTerminal = ["succeeded", "failed"].includes(phase);
  return {
    run,
    label: "",
    task: "sweep",
    phase,
    isTerminal,
    line: [],
    asks: phase === "paused",
    counts: { succeeded: 3, running: 1 },
    startedMs: NOW_MS - 60_000,
    endedMs: isTerminal ? NOW_MS - 10_000 : null,
    url: "",
    trouble: "",
    ...more,
  };
}

/** A model as anywidget gives it, for a widget that has no other traits. */
class Model {
  readonly #listeners = new Map<string, () => void>();
  progress: Progress = { rows: [], left: "", nowMs: NOW_MS };
  get = (name: string): unknown => (name === "progress" ? this.progress : undefined);
  on = (event: string, listener: () => void): void => void this.#listeners.set(event, listener);
  off = (event: string): void => void this.#listeners.delete(event);
  play(rows: ProgressRow[]): void {
    this.progress = { ...this.progress, rows };
    this.#listeners.get("change:progress")?.();
  }
  get listeners(): number {
    return this.#listeners.size;
  }
}

describe("many runs", () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW_MS }));
  afterEach(() => vi.useRealTimers());

  const open = async (rows: ProgressRow[]) => {
    const model = new Model();
    model.play(rows);
    const widget = runWidget();
    const el = document.createElement("div");
    document.body.append(el);
    const ends = [widget.initialize({ model: model as never }), widget.render({ model: model as never, el })];
    await vi.waitUntil(() => el.firstElementChild); // the list is a part of its own
    const root = el.firstElementChild!.shadowRoot!;
    const rowsOf = () => [...root.querySelectorAll(".fw-pr-row")].map((one) => one.textContent);
    return { model, root, el, rowsOf, close: () => ends.forEach((end) => void end()) };
  };

  it("shows what needs somebody first, folds what succeeded, and never what failed", async () => {
    const { root, rowsOf, close } = await open([
      row("a", "succeeded"),
      row("b", "failed"),
      row("c", "running"),
      row("d", "running", { asks: true }),
      row("e", "succeeded"),
    ]);
    expect(root.querySelector(".fw-pr-head strong")!.textContent).toBe("3 of 5 runs done");
    expect(rowsOf()).toEqual(["d3/41m 00s", "c3/41m 00s", "b3/450s", "2 succeeded50s to 50s, median 50s"]);
    root.querySelector<HTMLElement>(".fw-pr-fold")!.click();
    expect(rowsOf()).toHaveLength(6);
    close();
  });

  it("goes on counting while the kernel is heard, and then stands still and says since when", async () => {
    const { root, close } = await open([row("a", "running")]);
    const took = () => root.querySelector(".fw-pr-row .fw-compact-elapsed")!.textContent;
    vi.advanceTimersByTime(5_000);
    expect(took()).toBe("1m 05s");
    vi.advanceTimersByTime(60_000);
    expect(took()).toBe("1m 00s");
    expect(root.querySelector(".fw-pr-head")!.textContent).toContain("last seen");
    close();
  });

  it("ends as one line, and leaves nothing behind", async () => {
    const { model, root, el, close } = await open([row("a", "running"), row("b", "running")]);
    model.play([row("a", "succeeded"), row("b", "failed")]);
    expect(root.querySelector(".fw-pr-head strong")!.textContent).toBe("1 of 2 succeeded");
    close();
    expect([el.childElementCount, model.listeners, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it("takes labels and lines as text", async () => {
    const { root, close } = await open([
      row("a", "running", { label: "<b>x</b>", line: [["<i>", "strong", null]] }),
    ]);
    expect(root.querySelector(".fw-compact-name strong")!.textContent).toBe("<b>x</b>");
    expect(root.querySelector(".fw-pr-row b, .fw-pr-row i")).toBeNull();
    close();
  });
});

describe("a run in one row", () => {
  beforeEach(withoutCanvas);

  it("says who, the line and how much is done, and opens to the whole", async () => {
    const { frame } = mount(COMPACT["compact-failed"]!().traits);
    expect(seen(frame, ".fw-compact-line")).toBe("square ValueError: n is too big");
    expect(seen(frame, ".fw-compact-count")).toBe("50/50");
    expect(seen(frame, ".fw-timeline-band [role=treegrid]")).toBe("");
    expect(frame.querySelector<HTMLElement>(".fw-timeline-band")!.hidden).toBe(true);
    button(frame, "Show the whole run")!.click();
    expect(frame.querySelector<HTMLElement>(".fw-timeline-band")!.hidden).toBe(false);
  });

  it("asks in the row, and takes no click at once", async () => {
    const { frame, model } = mount(PERSON["compact-yes-no"]!().traits);
    expect(seen(frame, ".fw-compact-line")).toBe("Deploy model v14 to production?");
    expect(frame.querySelector<HTMLElement>(".fw-waiting-band")!.hidden).toBe(true);
    const answers = () => model.sent.filter((sent) => (sent as { kind: string }).kind === "signal");
    button(frame, "Yes")!.click();
    expect(answers()).toEqual([]);
    const takes = () => expect(button(frame, "Yes")!.getAttribute("aria-disabled")).toBeNull();
    await vi.waitFor(takes, { timeout: 30_000 });
    button(frame, "Yes")!.click();
    await vi.waitFor(() => expect(answers()).toMatchObject([{ value: "true" }]));
    await vi.waitFor(() => expect(seen(frame, ".fw-compact-line")).toBe("Yes sent"));
  });

  it("leads to where a number is typed", () => {
    const { frame } = mount(PERSON["compact-answer"]!().traits);
    expect(seen(frame, ".fw-compact-line")).toBe("Highest price to bid, in cents?");
    button(frame, "Answer")!.click();
    expect(frame.querySelector<HTMLElement>(".fw-waiting-band")!.hidden).toBe(false);
    expect(frame.querySelector<HTMLElement>(".fw-compact-answer")!.hidden).toBe(true);
  });

  it("leads to the log of what failed", async () => {
    const { frame, model } = mount(COMPACT["compact-failed"]!().traits);
    button(frame, "Logs")!.click();
    expect(model.get("selected")).toBe("a17");
  });
});
