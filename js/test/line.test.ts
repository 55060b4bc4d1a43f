import { beforeEach, describe, expect, it } from "vitest";
import recorded from "../gallery/recorded/lines.json";
import type { Line } from "../src/core/protocol";
import { nodes } from "../src/run/line";
import { scenario } from "./scenario";
import { button, mount, seen, withoutCanvas } from "./view";

const line = (name: keyof typeof recorded): Line => recorded[name] as unknown as Line;
const BAND = ".fw-line-band .fw-notice";

describe("the one line", () => {
  beforeEach(withoutCanvas);

  it("says who, what and how often, and offers what can be done", () => {
    const { frame } = mount({ ...scenario.failed(""), summary: line("failed") });
    const band = frame.querySelector(BAND)!;
    expect(band.getAttribute("data-tone")).toBe("danger");
    expect(seen(frame, `${BAND}-sentence`)).toBe("square a17 raised ValueError: n is too big");
    expect([...band.querySelectorAll(".fw-notice-part")].map((part) => part.textContent)).toEqual([
      "last of 3 attempts",
      "user error",
    ]);
    for (const name of ["Show", "Logs", "Copy report"]) expect(button(frame, name)).not.toBeNull();
  });

  it("is not there where nothing is known", () => {
    const { frame } = mount({ ...scenario.running(), summary: null });
    expect(seen(frame, `${BAND}-sentence`)).toBe("");
  });

  it("is red only where the run has failed", () => {
    const { frame, model } = mount({ ...scenario.running(), summary: line("retry") });
    expect(frame.querySelector(BAND)!.getAttribute("data-tone")).toBe("plain");
    model.play({ summary: line("gpu") });
    expect(seen(frame, `${BAND}-sentence`)).toContain("12 actions wait for nvidia.com/gpu, the longest");
  });

  it("opens the action that it is about", () => {
    const { frame, model } = mount({ ...scenario.failed(""), summary: line("failed") });
    button(frame, "Show")!.click();
    expect(model.get("selected")).toBe("a17");
  });

  it("shows what waits among its like", () => {
    const { frame } = mount({ ...scenario.running(102_000, ""), summary: line("gpu") });
    button(frame, "Show")!.click();
    expect(frame.querySelector(".fw-state[data-phase='2']")!.getAttribute("aria-pressed")).toBe("true");
  });

  it("goes on counting", () => {
    const said = (atS: number): string =>
      nodes(line("gpu").sentence, atS * 1000)
        .map((node) => (typeof node === "string" ? node : node.textContent))
        .join("");
    expect(said(102)).toContain("the longest 1m 12s: 0 of 10");
    expect(said(103)).toContain("the longest 1m 13s: 0 of 10");
  });
});
