// The colours of one view: found from the host, laid on the shadow host as custom properties, kept for canvases.
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { detectHost, hostColours, unpaint, watchHost } from "../hosts/hosts";
import { type PhaseColours, properties, schemeOf } from "./palette";

export type { Pattern, PhaseColours } from "./palette";

/** The same values as the custom properties on the host (--fw-bg …), read once per change, for canvases. */
export interface Palette {
  dark: boolean;
  forced: boolean;
  bg: string;
  panel: string;
  hover: string;
  line: string;
  line2: string;
  line3: string;
  fg: string;
  fg2: string;
  fg3: string;
  accent: string;
  sel: string;
  danger: string;
  /** Lines that something went along. */
  edgeOn: string;
  fontFamily: string;
  monoFamily: string;
  phase(phase: number): PhaseColours;
}

export interface Theme {
  readonly palette: ReadonlySignal<Palette>;
  /** Look again: the host came into the page, where its surroundings can be seen. `force`: tell all, as if changed. */
  refresh(force?: boolean): void;
}

const FONT =
  'var(--jp-ui-font-family, var(--vscode-font-family, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif))';
const MONO =
  "var(--jp-code-font-family, var(--vscode-editor-font-family, ui-monospace, SFMono-Regular, Menlo, Consolas, monospace))";

const resolved = (host: HTMLElement, property: string, otherwise: string): string =>
  getComputedStyle(host).getPropertyValue(property).trim() || otherwise;

function paint(host: HTMLElement): Palette {
  unpaint(host);
  const { name, dark } = detectHost(host);
  const forced = globalThis.matchMedia?.("(forced-colors: active)").matches ?? false;
  const scheme = schemeOf(dark, forced, forced ? {} : hostColours(host, name));
  for (const [property, value] of properties(scheme)) host.style.setProperty(property, value);
  host.style.setProperty("--fw-font", FONT);
  host.style.setProperty("--fw-mono", MONO);
  host.style.colorScheme = dark ? "dark" : "light";
  host.dataset.fwTheme = forced ? "forced" : dark ? "dark" : "light";
  return {
    ...scheme.colours,
    dark,
    forced,
    fontFamily: resolved(host, "--fw-font", "sans-serif"),
    monoFamily: resolved(host, "--fw-mono", "monospace"),
    phase: scheme.phase,
  };
}

const same = (a: Palette, b: Palette): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Set the theme of a shadow host, and keep it true until `signal` aborts. */
export function createTheme(host: HTMLElement, until: AbortSignal): Theme {
  const palette = signal(paint(host));
  const refresh = (force = false) => {
    const next = paint(host);
    if (force || !same(next, palette.peek())) palette.value = next;
  };
  watchHost(host, until, () => refresh());
  return { palette, refresh };
}
