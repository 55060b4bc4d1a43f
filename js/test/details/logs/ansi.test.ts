import { describe, expect, it } from "vitest";
import { plainText, spansOf } from "../../../src/run/drawer/logs/ansi";

const ESC = String.fromCharCode(27);
const sgr = (codes: string, text: string): string => `${ESC}[${codes}m${text}`;

describe("a terminal's colours", () => {
  it("leave a plain line in one piece", () => {
    expect(spansOf("plain")).toEqual([{ text: "plain", style: {} }]);
    expect(spansOf("")).toEqual([]);
  });

  it("begin and end where the escapes are", () => {
    expect(spansOf(`a ${sgr("31", "red")}${sgr("0", " b")}`)).toEqual([
      { text: "a ", style: {} },
      { text: "red", style: { ink: 1 } },
      { text: " b", style: {} },
    ]);
  });

  it("add up, and are taken back one by one", () => {
    const [bold, both, ink] = spansOf(sgr("1", "x") + sgr("92", "y") + sgr("22", "z"));
    expect(bold!.style).toEqual({ bold: true });
    expect(both!.style).toEqual({ bold: true, ink: 10 });
    expect(ink!.style).toMatchObject({ bold: false, ink: 10 });
  });

  it.each([
    ["38;5;9", 9],
    ["38;5;196", 1],
    ["38;5;21", 4],
    ["38;5;244", 8],
    ["38;2;40;200;60", 2],
    ["38;2;170;240;255", 14],
    ["38:2:200:60:200", 5],
  ])("of %s are the nearest of the sixteen", (codes, ink) => {
    expect(spansOf(sgr(codes, "x"))[0]!.style.ink).toBe(ink);
  });

  it("do not swallow what follows a 256-colour code", () => {
    expect(spansOf(sgr("38;5;9;1;4", "x"))[0]!.style).toEqual({ ink: 9, bold: true, underline: true });
  });

  it("can be left out", () => {
    expect(plainText(`${sgr("31", "red")} ${sgr("0", "plain")}`)).toBe("red plain");
  });
});
