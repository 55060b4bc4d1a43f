// A notebook's webview as VS Code makes it: VS Code's own bundle of ipywidgets, on a kernel whose socket is the editor.
import { type Kernel, ServerConnection } from "@jupyterlab/services";
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default";
import type { FromWebview, Output, ToWebview } from "./messages";
import { THEMES } from "./themes";

interface View {
  luminoWidget: { dispose(): void };
}
interface Manager {
  get_model(id: string): Promise<unknown> | undefined;
  create_view(model: unknown, options: { el: HTMLElement }): Promise<View>;
  display_view(data: unknown, view: View, options: { node: HTMLElement }): Promise<unknown>;
}
interface Globals {
  vscIPyWidgets8: { load(): void };
  vscIPyWidgets: {
    WidgetManager: new (
      kernel: Kernel.IKernelConnection,
      el: HTMLElement | undefined,
      loader: object,
      log: (message: string) => void,
    ) => Manager;
  };
  requirejs: { config(options: object): void };
}

const VIEW = "application/vnd.jupyter.widget-view+json";
const globals = globalThis as unknown as Globals;
const tell = (message: FromWebview): void => parent.postMessage(message, "*");

class EditorSocket {
  static current: EditorSocket | undefined;
  readonly protocol = "";
  readyState = 1;
  binaryType = "arraybuffer";
  onopen?: (event: unknown) => void;
  onmessage?: (event: { data: string | ArrayBuffer }) => void;
  constructor() {
    EditorSocket.current = this;
    setTimeout(() => this.onopen?.({ target: this }));
  }
  send(frame: string | ArrayBuffer): void {
    tell({ kind: "frame", frame });
  }
  close(): void {}
}

let manager: Manager | undefined;
/** Ids of the models whose display the kernel's messages have come to: what came before that, the model, is handled. */
const displayed = new Set<string>();
let noteDisplayed = (): void => {};

/** As the extension does: an output comes on another way than the kernel's messages, and may overtake them. */
async function untilDisplayed(modelId: string): Promise<void> {
  while (!displayed.has(modelId)) {
    await new Promise<void>((resolve) => {
      noteDisplayed = resolve;
    });
  }
}

function connect(clientId: string): void {
  const serverSettings = ServerConnection.makeSettings({
    WebSocket: EditorSocket as unknown as typeof WebSocket,
    wsUrl: "ws://nowhere",
  });
  const model = { id: crypto.randomUUID(), name: "python3" };
  const kernel = new KernelConnection({ serverSettings, clientId, model, handleComms: true });
  kernel.iopubMessage.connect((_, { content }) => {
    const view = (content as { data?: Output["data"] }).data?.[VIEW] as { model_id: string } | undefined;
    if (view) displayed.add(view.model_id);
    noteDisplayed();
  });
  kernel.commsOverSubshells = "disabled" as typeof kernel.commsOverSubshells;
  // Of the kernel's environment: that is where the extension looks for what is not its own.
  globals.requirejs.config({ paths: { anywidget: "nbextensions/anywidget/index" } });
  const loader = {
    widgetsRegisteredInRequireJs: new Set(["anywidget"]),
    loadWidgetScript: async () => {},
    successHandler: () => {},
    errorHandler: (...failed: unknown[]) => console.error("a widget's script was not loaded", ...failed),
  };
  manager = new globals.vscIPyWidgets.WidgetManager(kernel, undefined, loader, () => {});
}

async function show({ id, data }: Output): Promise<void> {
  let output = document.getElementById(`output-${id}`);
  if (!output) {
    output = document.createElement("div");
    output.id = `output-${id}`;
    document.body.append(output);
  }
  output.className = "output";
  output.replaceChildren();
  const view = data[VIEW] as { model_id: string } | undefined;
  if (view && manager) await untilDisplayed(view.model_id);
  const model = view && (await manager?.get_model(view.model_id)?.catch(() => undefined));
  if (view && model && manager) {
    // Two of them, one in the other: the extension's renderer marks its element, and then puts another one into it.
    output.classList.add("cell-output-ipywidget-background");
    const node = document.createElement("div");
    node.className = "cell-output-ipywidget-background";
    output.append(node);
    await manager.display_view(view, await manager.create_view(model, { el: node }), { node });
  } else if (typeof data["text/html"] === "string") {
    output.innerHTML = data["text/html"]; // as VS Code does for a trusted notebook
  } else {
    const text = document.createElement("pre");
    text.textContent = String(data["text/plain"] ?? "");
    output.append(text);
  }
}

function paint(theme: string): void {
  const { kind, variables } = THEMES[theme]!;
  for (const [name, value] of Object.entries(variables)) {
    document.documentElement.style.setProperty(`--vscode-${name}`, value);
  }
  document.body.classList.remove("vscode-dark", "vscode-light", "vscode-high-contrast");
  document.body.classList.add(kind);
  document.body.dataset.vscodeThemeKind = kind;
  document.body.dataset.vscodeThemeId = theme;
}

/** One after the other, as they came: an output needs the model that came before it. */
let last = Promise.resolve();

addEventListener("message", ({ source, data }: MessageEvent<ToWebview>) => {
  if (source !== parent) return;
  if (data.kind === "frame") EditorSocket.current?.onmessage?.({ data: data.frame });
  else if (data.kind === "theme") paint(data.theme);
  else if (data.kind === "kernel") connect(data.clientId);
  else last = last.then(() => show(data.output)).catch(console.error);
});

const { activate } = await import(new URL("ipywidgets.js", location.href).href);
activate();
globals.vscIPyWidgets8.load();
tell({ kind: "ready" });
