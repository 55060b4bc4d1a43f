// Which key does what on the rows. Pure: the event's key in, an action out; null is left to the page. Tab is never taken.

export type KeyAction =
  | { kind: "step"; by: number }
  | { kind: "page"; by: 1 | -1 }
  | { kind: "edge"; to: "first" | "last" }
  | { kind: "expand" | "collapse" | "details" | "fit" | "live" | "escape" | "range" }
  | { kind: "zoom"; factor: number }
  | { kind: "pan"; share: number }
  | { kind: "failure"; by: 1 | -1 }
  | { kind: "lens"; lens: "path" | "tasks" };

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const PLAIN: Record<string, KeyAction> = {
  ArrowDown: { kind: "step", by: 1 },
  ArrowUp: { kind: "step", by: -1 },
  PageDown: { kind: "page", by: 1 },
  PageUp: { kind: "page", by: -1 },
  Home: { kind: "edge", to: "first" },
  End: { kind: "edge", to: "last" },
  ArrowRight: { kind: "expand" },
  ArrowLeft: { kind: "collapse" },
  Enter: { kind: "details" },
  " ": { kind: "details" },
  "+": { kind: "zoom", factor: 1.5 },
  "=": { kind: "zoom", factor: 1.5 },
  "-": { kind: "zoom", factor: 1 / 1.5 },
  _: { kind: "zoom", factor: 1 / 1.5 },
  "0": { kind: "fit" },
  n: { kind: "failure", by: 1 },
  p: { kind: "failure", by: -1 },
  l: { kind: "live" },
  c: { kind: "lens", lens: "path" },
  r: { kind: "range" },
  b: { kind: "lens", lens: "tasks" },
  Escape: { kind: "escape" },
};

export function keyActionOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): KeyAction | null {
  // Chords are the browser's and the notebook's.
  if (ctrlKey || metaKey || altKey) return null;
  if (shiftKey && (key === "ArrowLeft" || key === "ArrowRight")) {
    return { kind: "pan", share: key === "ArrowLeft" ? -0.2 : 0.2 };
  }
  if (shiftKey && key.startsWith("Arrow")) return null;
  return PLAIN[key.length === 1 ? key.toLowerCase() : key] ?? null;
}
