// Where the widget is shown, and whether it is dark there. Reads the page; changes one thing of it, see unpaint.
import { over, parseColour, type Rgba } from "../ui/colour";
import type { HostColours } from "../ui/palette";

export interface HostTheme {
  name: "vscode" | "jupyter" | "colab" | "marked" | "system";
  dark: boolean;
}

/** The element around, out of shadow roots too: marimo keeps a widget in one. */
function parentOf(node: Element): Element | null {
  if (node.parentElement) return node.parentElement;
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function marked(from: Element): boolean | null {
  for (let node: Element | null = from; node; node = parentOf(node)) {
    const theme = node.getAttribute("data-theme");
    if (node.classList.contains("dark") || theme === "dark") return true;
    if (node.classList.contains("light") || theme === "light") return false;
  }
  return null;
}

const prefersDark = (): boolean => globalThis.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;

/** VS Code goes first: its notebooks also have JupyterLab's variables, light ones whatever the theme is. */
export function detectHost(node: Element): HostTheme {
  const { body, documentElement: html } = node.ownerDocument;
  const vscode = body.getAttribute("data-vscode-theme-kind");
  if (vscode) return { name: "vscode", dark: /dark|high-contrast$/.test(vscode) };
  const jupyter = body.getAttribute("data-jp-theme-light");
  if (jupyter) return { name: "jupyter", dark: jupyter === "false" };
  const colab = html.getAttribute("theme");
  if (colab) return { name: "colab", dark: colab === "dark" };
  const dark = marked(node);
  if (dark !== null) return { name: "marked", dark };
  return { name: "system", dark: prefersDark() };
}

type Sources = { readonly [K in keyof Required<HostColours>]?: string };

const VSCODE: Sources = {
  bg: "--vscode-editor-background",
  panel: "--vscode-sideBar-background",
  hover: "--vscode-list-hoverBackground",
  line: "--vscode-panel-border",
  fg: "--vscode-foreground",
  accent: "--vscode-focusBorder",
};

const JUPYTER: Sources = {
  bg: "--jp-layout-color1",
  panel: "--jp-layout-color2",
  hover: "--jp-layout-color2",
  line: "--jp-border-color2",
  line2: "--jp-border-color1",
  fg: "--jp-ui-font-color1",
  fg2: "--jp-ui-font-color2",
  accent: "--jp-brand-color1",
};

/** The browser knows all notations and names; a colour that it cannot read leaves the probe as it was. */
function resolve(probe: HTMLElement, value: string): Rgba | null {
  const direct = parseColour(value);
  if (direct) return direct;
  probe.style.color = "";
  probe.style.color = value;
  const colour = probe.style.color ? parseColour(getComputedStyle(probe).color) : null;
  probe.style.color = "";
  return colour;
}

/** The host's own colours, opaque. Empty where it has none, or `host` is not in the page yet. */
export function hostColours(host: HTMLElement, name: HostTheme["name"]): HostColours {
  const sources = name === "vscode" ? VSCODE : name === "jupyter" ? JUPYTER : {};
  const style = getComputedStyle(host);
  const read = (property: string | undefined): Rgba | null => {
    const value = property ? style.getPropertyValue(property).trim() : "";
    return value ? resolve(host, value) : null;
  };
  const bg = read(sources.bg);
  if (!bg || bg[3] < 1) return {};
  const found: HostColours = {};
  const base = over(bg, "#000000");
  for (const [token, property] of Object.entries(sources)) {
    const colour = read(property);
    if (colour) found[token as keyof HostColours] = over(colour, base);
  }
  return found;
}

/** VS Code paints the output of every widget white, in two boxes around it; ours has its own background. */
export function unpaint(node: Element): void {
  for (let at: Element | null = node; at; at = parentOf(at)) {
    if (!at.classList.contains("cell-output-ipywidget-background")) continue;
    (at as HTMLElement).style.setProperty("background", "transparent", "important");
  }
}

/** Call `changed` when the theme may have changed, until `signal` aborts. */
export function watchHost(node: Element, signal: AbortSignal, changed: () => void): void {
  const { body, documentElement } = node.ownerDocument;
  const observer = new MutationObserver(changed);
  const attributeFilter = [
    "data-jp-theme-light",
    "data-jp-theme-name",
    "data-vscode-theme-kind",
    "data-vscode-theme-id",
    "data-theme",
    "theme",
    "class",
    "style",
  ];
  for (const target of [documentElement, body])
    observer.observe(target, { attributes: true, attributeFilter });
  signal.addEventListener("abort", () => observer.disconnect());
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    globalThis.matchMedia?.(query).addEventListener("change", changed, { signal });
  }
}
