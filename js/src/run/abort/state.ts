// What the Abort button says and does: a pure function of what this view did and what Python reports. Python's word
// goes first; this view only knows what happened before Python answered.
import { ago } from "../../core/format";
import type { KernelState } from "../../core/kernel-life";
import type { AbortState } from "../../core/protocol";
import { whyQuiet } from "../kernel-words";

/** What this view did. Times are this browser's clock. */
export type Local =
  | { at: "idle" }
  /** Sent, and no answer yet. */
  | { at: "sent"; sinceMs: number }
  /** Python took it, its state follows. */
  | { at: "taken"; sinceMs: number }
  /** Python refused, or could not be reached. */
  | { at: "refused"; message: string }
  /** No answer to the request with this id. */
  | { at: "silent"; sinceMs: number; request: number };

export interface Situation {
  /** The question is open. */
  asking: boolean;
  local: Local;
  remote: AbortState;
  /** This browser's clock, for `local`. */
  nowMs: number;
  /** The backend's clock, for `remote`. */
  clockMs: number;
  terminal: boolean;
  kernel: KernelState;
  /** Whether a cell runs; null where the host does not say. */
  busy: boolean | null;
  /** Anything is known of it, so that there is something to abort. */
  known: boolean;
}

export type Button = "Abort" | "Aborting…" | "Try again" | "Send again" | "";

export interface Shown {
  mode: "none" | "idle" | "confirm" | "busy" | "failed";
  note: string;
  button: Button;
}

/** An answer takes a few ms; after this long a cell must be in the way. */
export const BUSY_AFTER_MS = 250;
/** So long may a cell run before sending again is offered. Python makes one abort of any number of requests. */
export const SILENT_AFTER_MS = 60_000;
/** The backend took the request so long ago that it may have lost it. */
const STALE_AFTER_MS = 120_000;

const NONE: Shown = { mode: "none", note: "", button: "" };

export function shown(s: Situation): Shown {
  if (s.terminal || s.kernel === "gone" || !s.known) return NONE;
  const { local, remote } = s;
  if (s.kernel !== "alive") {
    // What was sent is still on its way; nothing else can be done now.
    return local.at === "sent" ? { mode: "busy", note: waiting(s), button: "Aborting…" } : NONE;
  }
  if (s.asking) return { mode: "confirm", note: "", button: "" };
  if (remote.state === "requested" || remote.state === "accepted" || remote.state === "aborted") {
    return requested(remote.atMs === null ? 0 : s.clockMs - remote.atMs);
  }
  switch (local.at) {
    case "sent":
      return {
        mode: "busy",
        note: s.nowMs - local.sinceMs < BUSY_AFTER_MS ? "Abort sent" : waiting(s),
        button: "Aborting…",
      };
    case "taken":
      return requested(s.nowMs - local.sinceMs);
    case "silent":
      return {
        mode: "failed",
        note: `No answer from the kernel for ${ago(s.nowMs - local.sinceMs)}`,
        button: "Send again",
      };
    case "refused":
      return failed(local.message);
    default:
      return remote.state === "failed" ? failed(remote.message) : { mode: "idle", note: "", button: "Abort" };
  }
}

function waiting({ kernel, busy }: Situation): string {
  const because = whyQuiet(kernel, busy);
  return `Abort sent, waiting for the kernel${because && `: ${because}`}`;
}

function requested(ageMs: number): Shown {
  const stale = ageMs > STALE_AFTER_MS;
  return {
    mode: "busy",
    note: `Abort requested ${ago(ageMs)} ago`,
    button: stale ? "Send again" : "Aborting…",
  };
}

function failed(message: string): Shown {
  return { mode: "failed", note: `Abort failed: ${message || "no reason was given"}`, button: "Try again" };
}
