// Colours of hosts: taken where they are legible, and the host's theme found where each host says it.
import { afterEach, expect, test } from "vitest";
import { cssName, PHASES } from "../src/core/phases";
import { detectHost, unpaint } from "../src/hosts/hosts";
import { contrast, luminance, over, parseColour } from "../src/ui/colour";
import { accepts, type HostColours, properties, schemeOf } from "../src/ui/palette";
import { createTheme } from "../src/ui/theme";

afterEach(() => {
  for (const node of [document.body, document.documentElement]) {
    for (const { name } of [...node.attributes]) node.removeAttribute(name);
  }
  document.body.replaceChildren();
});

const schemes = [schemeOf(false, false), schemeOf(true, false)];
const phases = [...PHASES.keys(), 0];

test.each([
  ["#abc", [170, 187, 204, 1]],
  ["#11223380", [17, 34, 51, 128 / 255]],
  ["rgb(1, 2, 3)", [1, 2, 3, 1]],
  ["rgba(1,2,3,.5)", [1, 2, 3, 0.5]],
  ["rgb(1 2 3 / 50%)", [1, 2, 3, 0.5]],
  ["color(srgb 1 0 0.5)", [255, 0, 127.5, 1]],
])("%s is read as a colour", (text, colour) => {
  expect(parseColour(text)).toEqual(colour);
});

test.each(["", "red", "#12345", "var(--x)", "rgb(a, b, c)"])("%j is not", (text) => {
  expect(parseColour(text)).toBeNull();
});

test("contrast and luminance are WCAG's", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  expect(luminance("#ff0000")).toBeCloseTo(0.2126);
  expect(over([0, 0, 0, 0.5], "#ffffff")).toBe("#808080");
});

test("each token is a custom property", () => {
  const all = properties(schemes[0]!);
  expect(all.get("--fw-bg")).toBe("#ffffff");
  expect(all.get("--fw-line-2")).toBe("#c8cdd5");
  expect(all.get("--fw-danger-press")).toBe("#fbdcd6");
  for (const number of phases) {
    for (const kind of ["", "on-", "ink-", "ring-"])
      expect(all.has(`--fw-${kind}${cssName(number)}`)).toBe(true);
  }
});

test("a host's colours are taken whole where they are near ours, and not at all where one is not", () => {
  const lab: HostColours = {
    bg: "#ffffff",
    panel: "#fafafa",
    hover: "#eeeeee",
    fg: "#212121",
    fg2: "#616161",
  };
  expect(schemeOf(false, false, lab).colours).toMatchObject({
    bg: "#ffffff",
    panel: "#fafafa",
    fg: "#212121",
  });
  const sepia = { ...lab, panel: "#d8c9a0" };
  expect(accepts(sepia, false)).toBe(false);
  expect(schemeOf(false, false, sepia).colours).toEqual(schemeOf(false, false).colours);
  // A light notebook in a dark theme, as VS Code has it, would be white on white.
  expect(schemeOf(true, false, lab).colours).toEqual(schemeOf(true, false).colours);
  const faint = { ...lab, fg2: "#999999" };
  expect(accepts(faint, false)).toBe(false);
});

test("a brand colour too faint to be read is not taken for links", () => {
  const orange: HostColours = { bg: "#ffffff", panel: "#ffffff", hover: "#eeeeee", accent: "#f37626" };
  expect(schemeOf(false, false, orange).colours.accent).toBe("#1f5fc4");
  expect(schemeOf(false, false, { ...orange, accent: "#1a56b0" }).colours.accent).toBe("#1a56b0");
});

test("forced colours are the system's, and patterns stay", () => {
  const { colours, phase } = schemeOf(true, true, { bg: "#123456" });
  expect(colours).toMatchObject({ bg: "Canvas", fg: "CanvasText", accent: "Highlight" });
  expect(phase(2)).toMatchObject({ fill: "CanvasText", on: "Canvas", pattern: "hatch" });
});

function place(): HTMLElement {
  const node = document.createElement("div");
  document.body.append(node);
  return node;
}

test.each([
  ["data-jp-theme-light", "true", "jupyter", false],
  ["data-jp-theme-light", "false", "jupyter", true],
  ["data-vscode-theme-kind", "vscode-light", "vscode", false],
  ["data-vscode-theme-kind", "vscode-dark", "vscode", true],
  ["data-vscode-theme-kind", "vscode-high-contrast", "vscode", true],
  ["data-vscode-theme-kind", "vscode-high-contrast-light", "vscode", false],
])("body[%s=%s] is %s", (attribute, value, name, dark) => {
  document.body.setAttribute(attribute, value);
  expect(detectHost(place())).toEqual({ name, dark });
});

test("VS Code's word goes before JupyterLab's, whose variables it also has", () => {
  document.body.setAttribute("data-jp-theme-light", "true");
  document.body.setAttribute("data-vscode-theme-kind", "vscode-dark");
  expect(detectHost(place())).toEqual({ name: "vscode", dark: true });
});

test("Colab says it on html, marimo on an ancestor, out of shadow roots too; else the system decides", () => {
  const node = place();
  expect(detectHost(node)).toEqual({ name: "system", dark: false });
  document.documentElement.setAttribute("theme", "dark");
  expect(detectHost(node)).toEqual({ name: "colab", dark: true });
  document.documentElement.removeAttribute("theme");
  const inner = document.createElement("div");
  node.attachShadow({ mode: "open" }).append(inner);
  document.body.className = "dark";
  expect(detectHost(inner)).toEqual({ name: "marked", dark: true });
  node.setAttribute("data-theme", "light");
  expect(detectHost(inner)).toEqual({ name: "marked", dark: false });
});

test("the theme follows the host, and stops when the view does", async () => {
  document.body.setAttribute("data-jp-theme-light", "true");
  const host = place();
  const ending = new AbortController();
  const { palette } = createTheme(host, ending.signal);
  expect(palette.value).toMatchObject({ dark: false, bg: "#ffffff" });
  document.body.setAttribute("data-jp-theme-light", "false");
  await Promise.resolve();
  expect(palette.value).toMatchObject({ dark: true, bg: "#1e1e1e" });
  expect(host.style.getPropertyValue("--fw-bg")).toBe("#1e1e1e");
  expect(host.style.colorScheme).toBe("dark");
  ending.abort();
  document.body.setAttribute("data-jp-theme-light", "true");
  await Promise.resolve();
  expect(palette.value.dark).toBe(true);
});

test("a theme that comes to the same colours wakes nobody", async () => {
  const { palette, refresh } = createTheme(place(), new AbortController().signal);
  const before = palette.value;
  document.body.className = "unrelated";
  await Promise.resolve();
  refresh();
  expect(palette.value).toBe(before);
  refresh(true); // a font came
  expect(palette.value).not.toBe(before);
});

test("VS Code's white behind widgets is taken away, in both of its boxes", () => {
  const outer = place();
  const inner = document.createElement("div");
  const node = document.createElement("div");
  outer.className = inner.className = "cell-output-ipywidget-background";
  outer.append(inner);
  inner.append(node);
  unpaint(node);
  for (const box of [outer, inner]) {
    expect(box.style.getPropertyValue("background")).toBe("transparent");
    expect(box.style.getPropertyPriority("background")).toBe("important");
  }
});
