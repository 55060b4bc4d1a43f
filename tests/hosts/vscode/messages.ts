// What the editor and its webview tell each other, and the cage that the webview is in: as in VS Code.

export type Bundle = Record<string, unknown>;

export interface Output {
  id: string;
  data: Bundle;
}

export type ToWebview =
  | { kind: "theme"; theme: string }
  | { kind: "kernel"; clientId: string }
  | { kind: "frame"; frame: string | ArrayBuffer }
  | { kind: "output"; output: Output };

export type FromWebview = { kind: "ready" } | { kind: "frame"; frame: string | ArrayBuffer };

/** No pop-ups and no dialogs: `window.open` gives null, `confirm` false. */
export const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-pointer-lock allow-downloads";
