// What VS Code itself does, and its Jupyter extension: owns the socket to the kernel and the outputs of the notebook.
// The webview gets neither, only messages. Addresses come in the page's own: ?kernel=ws://…&webview=http://…
import { type Bundle, type FromWebview, type Output, SANDBOX, type ToWebview } from "./messages";

interface Message {
  channel: string;
  header: { msg_id: string; msg_type: string };
  parent_header: { msg_id?: string };
  content: Record<string, unknown>;
}

const address = new URLSearchParams(location.search);
const clientId = crypto.randomUUID();
const outputs = new Map<string, Output>();
const running = new Map<string, (status: string) => void>();

const socket = new WebSocket(`${address.get("kernel")}&session_id=${clientId}`);
socket.binaryType = "arraybuffer";
const connected = new Promise((resolve) => socket.addEventListener("open", resolve));

let webview: HTMLIFrameElement | undefined;
const tell = (message: ToWebview): void => webview?.contentWindow?.postMessage(message, "*");

/** Opens the notebook anew. Without a kernel it is as on the next day: there are only the outputs. */
async function open(theme: string, alive: boolean): Promise<void> {
  await connected;
  webview?.remove();
  webview = document.createElement("iframe");
  webview.setAttribute("sandbox", SANDBOX);
  webview.allow = "cross-origin-isolated; autoplay; clipboard-read; clipboard-write";
  webview.src = address.get("webview") ?? "";
  const ready = new Promise<void>((resolve) => {
    addEventListener("message", function listen({ source, data }: MessageEvent<FromWebview>) {
      if (source !== webview?.contentWindow || data.kind !== "ready") return;
      removeEventListener("message", listen);
      resolve();
    });
  });
  document.body.append(webview);
  await ready;
  tell({ kind: "theme", theme });
  if (alive) tell({ kind: "kernel", clientId });
  for (const output of outputs.values()) tell({ kind: "output", output });
}

addEventListener("message", ({ source, data }: MessageEvent<FromWebview>) => {
  if (source === webview?.contentWindow && data.kind === "frame") socket.send(data.frame);
});

socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
  tell({ kind: "frame", frame: data });
  if (typeof data === "string") take(JSON.parse(data) as Message);
});

function take({ header, parent_header, content }: Message): void {
  const type = header.msg_type;
  if (type === "execute_reply") {
    running.get(parent_header.msg_id ?? "")?.(String(content.status));
  } else if (/^(display_data|update_display_data|execute_result)$/.test(type)) {
    const { display_id } = (content.transient ?? {}) as { display_id?: string };
    const id = display_id ?? header.msg_id;
    if (type === "update_display_data" && !outputs.has(id)) return;
    const output = { id, data: content.data as Bundle };
    outputs.set(id, output);
    tell({ kind: "output", output });
  }
}

/** Runs a cell. Resolves with its status when it is done. */
async function run(code: string): Promise<string> {
  await connected;
  const msg_id = crypto.randomUUID();
  const header = {
    msg_id,
    msg_type: "execute_request",
    session: clientId,
    username: "",
    version: "5.3",
    date: new Date().toISOString(),
  };
  const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
  const done = new Promise<string>((resolve) => running.set(msg_id, resolve));
  socket.send(
    JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] }),
  );
  return done;
}

Object.assign(globalThis, {
  editor: { open, run, theme: (theme: string) => tell({ kind: "theme", theme }) },
});
