// Starts the real JupyterLab extension, as JupyterLab does.
import { afterEach, beforeEach, vi } from "vitest";
import { withoutCanvas } from "./view";

interface Container {
  init(scope: unknown): void;
  get(module: string): Promise<() => { default: { activate(app: unknown): Promise<void> } }>;
}

/** Listeners on the document: an extension has them for as long as its page lives. */
let listening = vi.spyOn(document, "addEventListener");

/** In an application called `name`, whose shell is made of the second of the versions of `Widget` that it shares. */
export async function startExtension(name: string, shell: object, Widget: unknown): Promise<void> {
  vi.resetModules();
  await import("../labextension/static/remoteEntry.js" as string);
  const { _JUPYTERLAB } = window as unknown as { _JUPYTERLAB: Record<string, Container> };
  const container = _JUPYTERLAB["flyte-widgets"]!;
  const other = { get: async () => () => ({ Widget: class {} }) };
  container.init({ "@lumino/widgets": { "1.0.0": other, "2.0.0": { get: async () => () => ({ Widget }) } } });
  const { default: plugin } = (await container.get("./extension"))();
  await plugin.activate({ name, shell });
}

/** Give each test of a file a page without extensions, on which time passes as the test has it. */
export function useFreshPages(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    listening = vi.spyOn(document, "addEventListener");
    withoutCanvas();
  });
  afterEach(() => {
    endExtensions();
    document.body.replaceChildren();
    vi.useRealTimers();
  });
}

function endExtensions(): void {
  for (const [event, listener, options] of listening.mock.calls) {
    if (event.startsWith("flyte-widgets:")) document.removeEventListener(event, listener, options);
  }
  listening.mockClear();
}
