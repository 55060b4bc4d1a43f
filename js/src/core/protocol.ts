// What crosses between Python and the browser: the synced traits, the custom messages, the packed columns.
// Python's side: flyte_widgets/widgets/run_widget.py (traits, messages) and flyte_widgets/wire/columns.py (columns).
// Phases are the SDK's values ("running") in traits and messages, wire numbers in columns. Times are epoch
// milliseconds of the backend's clock in traits and messages, milliseconds from `baseMs` in columns.

import columns from "../../../flyte_widgets/shared/columns.json";

export interface ErrorInfo {
  /** "user", "system" or "". */
  kind: string;
  /** First word of the message where it names an exception class, else "". */
  title: string;
  message: string;
  code: string;
}

export interface Transition {
  phase: string;
  startMs: number | null;
  endMs: number | null;
  /** The end is not the backend's word, but the start of what followed. */
  endInferred: boolean;
}

export interface ClusterEvent {
  atMs: number | null;
  reason: string;
  message: string;
  warning: boolean;
  count: number;
}

export interface Link {
  name: string;
  /** http(s) only: Python drops all others. */
  url: string;
}

export interface Attempt {
  attempt: number;
  phase: string;
  startMs: number | null;
  endMs: number | null;
  endInferred: boolean;
  transitions: Transition[];
  error: ErrorInfo | null;
  links: Link[];
  events: ClusterEvent[];
  logsAvailable: boolean;
  cache: string;
}

/** All that is known of one action: the root's in `root`, the selected one's in `detail`. */
export interface ActionDetail {
  id: string;
  name: string;
  kind: "task" | "trace" | "condition";
  parent: string;
  group: string;
  phase: string;
  startMs: number | null;
  endMs: number | null;
  attemptCount: number;
  attempts: Attempt[];
  error: ErrorInfo | null;
  abort: { reason: string; by: string } | null;
  cache: string;
  consoleUrl: string;
  /** The list of actions has it, but its details are gone: older than the history that the backend keeps. */
  notKept: boolean;
}

export type ConnectionState =
  | "connecting" // nothing was read yet
  | "live" // streams are open
  | "polling" // no stream to be had, unary reads instead
  | "reconnecting" // what is shown is `lastMs` old
  | "ended" // the run is over and was read whole
  | "closed" // nobody watches any more
  | "not_found"
  | "forbidden"
  | "login_needed"
  | "failed"; // an error that trying again does not mend

export interface Connection {
  state: ConnectionState;
  /** When the backend was last heard, epoch ms; null = never. */
  lastMs: number | null;
  nextTryMs: number | null;
  /** What happened, and what to do. Both may be empty. */
  message: string;
  hint: string;
  pollS: number | null;
}

export interface AbortState {
  state: "idle" | "requested" | "accepted" | "aborted" | "failed";
  /** The action it is about; "a0" is the run. */
  action: string;
  atMs: number | null;
  reason: string;
  message: string;
}

/** `source` where the backend is in the kernel itself, and ends with it. */
export const IN_KERNEL = "fw.local.start()";

/** The synced traits. Read-only for the browser, all but `selected`. */
export interface RunTraits {
  run_name: string;
  project: string;
  domain: string;
  /** Where the run is read from, without path or secret ("flyte.acme.dev"). */
  host: string;
  /** In words, where that was configured ("the SDK's config file"). */
  source: string;
  console_url: string;
  task_name: string;
  /** What to paste to watch this run again. */
  reference: string;
  phase: string;
  is_terminal: boolean;
  counts: Record<string, number>;
  attempt: number;
  started_ms: number | null;
  ended_ms: number | null;
  root: ActionDetail | null;
  selected: string;
  detail: ActionDetail | null;
  connection: Connection;
  abort_state: AbortState;
  /** What an abort means on this backend, where that needs saying; else "". */
  abort_note: string;
  /** Of the element with the static view of the run. */
  static_view_id: string;
  /** An error of the widget itself, or of the user's own observer. */
  error: { message: string; hint: string } | null;
  /** Packed columns, deflated (zlib); empty while the run is live, for then they come as messages. */
  snapshot: DataView;
}

/** A page says that it is there, and whether any of its views is on screen: else it needs no columns. */
export interface Handshake {
  kind: "handshake";
  /** What the page has of the columns. */
  seq: number;
  /** A name that no other page has. */
  page: string;
  looks: boolean;
  /** It is the first handshake of this page. */
  begins: boolean;
  /** Topics that its views show: "logs/a3/1". */
  shows: string[];
}

/** Browser to Python. Each gets exactly one reply with its `id`; one that was sent before is answered, not done. */
export type Request =
  | Handshake // reply, then a snapshot unless `seq` is current or nobody looks
  | { kind: "abort"; action: string; reason: string }
  | { kind: "retry" } // try to reconnect now
  | { kind: "request_history"; actions: string[] } // rows on screen whose history is not known
  | { kind: "static_view" } // the static view of the end, once that was read
  | { kind: "pending_sidebar_calls" } // which calls of `sidebar()` have no answer?
  | { kind: "sidebar_answer"; call: number; refusal: string; views: number }; // how a call went; "": there is a panel

/** Python to the browser. `columns` carries one buffer. */
export type Message =
  | { kind: "reply"; id: number; ok: boolean; message?: string; hint?: string; payload?: unknown }
  | { kind: "columns" }
  | { kind: "heartbeat"; nowMs: number }
  | { kind: "sidebar_call"; call: number; side: "right" | "left" | "main" } // open a panel, and say how it went
  | { kind: "presence_call"; newcomer: string } // pages that look make their handshake again
  | { kind: "push"; parts: { kind: string; payload: unknown; buffers: number }[] };

/** Payloads of replies, by kind of request. All others are empty. */
export interface Replies {
  static_view: Record<string, string>;
}

/** Header of a block of columns. A snapshot is a delta since 0. */
export interface ColumnsHeader {
  seq: number;
  since: number;
  baseMs: number;
  /** The backend's clock when this was packed, epoch ms. */
  nowMs: number;
  /** Actions in the store once this is applied, and how many the run has (more only in a bounded saved state). */
  total: number;
  known: number;
  rows: number;
  segments: number;
  strings: number;
  stringsFrom: number;
  stringBytes: number;
  /** Labels of phases that the table does not have. */
  phases: Record<string, string>;
}

export const MAGIC = columns.magic;
/** Id of the run's root action. */
export const ROOT = columns.root;

/** Row flags. History: segments come from attempts and phase transitions, not from what was observed or status alone. */
export const Row = columns.rowFlags;

/**
 * Segment flags. Observed: times are those at which this client saw the phase. StatusOnly: one segment for the whole
 * life, for nothing else is known.
 */
export const Seg = columns.segmentFlags;

export const Kind = columns.kinds;
