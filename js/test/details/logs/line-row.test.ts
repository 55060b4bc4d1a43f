import { describe, expect, it } from "vitest";
import { leftOut } from "../../../src/run/drawer/logs/line-row";

describe("a long line", () => {
  it("says how much of it is not shown", () => {
    expect(leftOut("x".repeat(10_000))).toBe(6_000);
  });

  it("counts what the kernel has not kept", () => {
    expect(leftOut(`${"x".repeat(16_384)} … 983,616 more`)).toBe(1_000_000 - 4_000);
  });
});
