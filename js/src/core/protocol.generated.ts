// Generated from flyte_widgets/wire and the traits of the widgets by `python -m tools.typescript`.

/** How long the actions of one task took. */
export interface TaskRow {
  task: string;
  actions: number;
  totalMs: number;
  /** None for fewer than 3 actions. */
  medianMs: number | null;
  /** None for fewer than 20 actions. */
  p95Ms: number | null;
  longestMs: number;
  /** Share of their time that they waited for resources. None where no action's phases were read. */
  waiting: number | null;
  /** Their part of the critical path. */
  onPath: number;
}

/** A run beside an earlier one of the same task. */
export interface Comparison {
  other: string;
  /** When the other was queued; None where it is no earlier success of this task. */
  startedMs: number | null;
  durationMs: number | null;
  /** "46s slower". */
  verdict: string;
  /** "most of it in square +31s and train_model +12s"; may be empty. */
  because: string;
  rows: [action: string, other_start_ms: number | null, other_ms: number | null, difference_ms: number | null][];
  /** The first to begin comes first; 50 at most. */
  gone: [name: string, actions: number, from_ms: number, to_ms: number][];
  /** Earlier successes, the newest first. */
  earlier: string[];
}

/** Header of a block of columns. A snapshot is a delta since 0. */
export interface ColumnsHeader {
  seq: number;
  since: number;
  baseMs: number;
  /** The backend's clock when this was packed, epoch ms. */
  nowMs: number;
  /** Actions in the store once this is applied. */
  total: number;
  /** Actions that the run has: more only in a bounded saved state. */
  known: number;
  rows: number;
  segments: number;
  strings: number;
  stringsFrom: number;
  stringBytes: number;
  /** Labels of phases that the table does not have. */
  phases: Record<string, string>;
}

/** Read inputs and outputs of an action. */
export interface ReadData {
  kind: "read_data";
  action: string;
}

/** Give parts of a value of an action whose data the page has read, from the one at `start` on. */
export interface ReadValue {
  kind: "read_value";
  action: string;
  side: "inputs" | "outputs";
  path: number[];
  start: number;
}

/** Read an offloaded value from where it is stored; gives its node anew. Its parts can be read then. */
export interface LoadValue {
  kind: "load_value";
  action: string;
  side: "inputs" | "outputs";
  path: number[];
}

/** Read all inputs or outputs from where they are stored: the backend does not hand out as much. */
export interface LoadData {
  kind: "load_data";
  action: string;
  side: "inputs" | "outputs";
}

/** Write the line of Python that gives a value a name: `model = w.run.actions["a7"].outputs()["o0"]`. */
export interface PythonOfValue {
  kind: "python_of_value";
  action: string;
  side: "inputs" | "outputs";
  path: number[];
}

/** Read the first rows of a table. */
export interface PreviewTable {
  kind: "preview_table";
  action: string;
  side: "inputs" | "outputs";
  path: number[];
  rows: number;
}

/** Read a picture; it comes in one buffer. */
export interface ReadImage {
  kind: "read_image";
  action: string;
  side: "inputs" | "outputs";
  path: number[];
}

/** Copy a file or a directory beside the notebook. */
export interface SaveValue {
  kind: "save_value";
  action: string;
  side: "inputs" | "outputs";
  path: number[];
}

/** Read the report of an attempt as it is now; it comes in one buffer. HTML of the task: for a sandbox only. */
export interface ReadTaskReport {
  kind: "read_task_report";
  action: string;
  attempt: number;
  /** Of the report that the page has; "" for none. The buffer is empty where that is still the one. */
  version: string;
  howeverLarge: boolean;
}

export type LogState = "opening" | "not_started" | "quiet" | "live" | "ended" | "reconnecting" | "refused" | "no_logs" | "gone";

/** Which lines a buffer holds. Lines are numbered from 0 by when they came. */
export interface LogLines {
  /** Number of the buffer's first line. */
  start: number;
  /** Number of the oldest line that the kernel keeps: so many before it are gone. */
  first: number;
  /** How many lines there were in all. */
  total: number;
}

/** A log that a page looks at: how it stands, and its newest lines where the page follows it. */
export interface LogNews {
  kind: "log";
  /** "a3/1": action and attempt. */
  key: string;
  state: LogState;
  /** When that state began, epoch ms of the backend's clock. */
  sinceMs: number | null;
  nextTryMs: number | null;
  message: string;
  hint: string;
  /** Frames of libraries in tracebacks: first line, line after the last, label. */
  folds: [start: number, end: number, label: string][];
  start: number;
  first: number;
  total: number;
}

/** Where a text was found. */
export interface LogMatches {
  /** Numbers of the lines, in order. A line that has the text twice is there once. */
  lines: number[];
  /** Whether there are more than are given. */
  isCut: boolean;
}

/** A log that was written to a file. */
export interface SavedLog {
  /** Relative to the kernel's directory. */
  path: string;
  lines: number;
}

/** The one answer to a request. Buffers belong to the payload. */
export interface Reply {
  kind: "reply";
  /** The request's id. Replies reach every page: ids of two pages differ. */
  id: number;
  ok: boolean;
  /** Why not. */
  message?: string;
  /** What to try next. */
  hint?: string;
  payload?: unknown;
}

/** A block of packed columns, in one buffer (wire/columns.py). */
export interface Columns {
  kind: "columns";
}

/** The kernel lives. Sent while nothing else says so. */
export interface Heartbeat {
  kind: "heartbeat";
  /** The backend's clock, epoch ms. */
  nowMs: number;
}

/** Open a panel, and answer with `sidebar_answer`. */
export interface SidebarCall {
  kind: "sidebar_call";
  call: number;
  side: "right" | "left" | "main";
  /** The keyboard goes to the panel, too. */
  focus: boolean;
}

/** Pages that look make their handshake again: others may have gone without a word. */
export interface PresenceCall {
  kind: "presence_call";
  /** The page that need not. */
  newcomer: string;
}

/** One part of a push. */
export interface PushedPart {
  /** A `Pushed`. */
  content: unknown;
  /** How many of the message's buffers are this part's, in order. */
  buffers: number;
}

/** All that was pushed since the last one. */
export interface Push {
  kind: "push";
  parts: PushedPart[];
}

/** One run. */
export interface ProgressRow {
  run: string;
  /** What tells it from the others; "" for its name alone. */
  label: string;
  task: string;
  phase: string;
  isTerminal: boolean;
  /** What it asks of a person; else the one line, in short; empty where nothing is known. */
  line: [text: string, style: "" | "strong" | "mono", since_ms: number | null][];
  /** Whether a person must answer. */
  asks: boolean;
  /** How many actions are in each phase. */
  counts: Record<string, number>;
  startedMs: number | null;
  endedMs: number | null;
  /** Its page in the Flyte console; "" where there is none. */
  url: string;
  /** Why it cannot be read, or not at the moment; "" while all is well. */
  trouble: string;
}

/** Many runs, in the order in which they were given. */
export interface Progress {
  rows: ProgressRow[];
  /** "about 4m left": until the last of them ends, estimated. "" where that cannot be said of one that goes on. */
  left: string;
  /** The backend's clock when this was sent. */
  nowMs: number;
}

/** What became of reading a report. */
export interface ReportVersion {
  /** "none": there is no report, or none yet. "too_large": it is read only if that is asked for. */
  state: "read" | "unchanged" | "none" | "too_large";
  /** Another one: the report has changed. */
  version: string;
  sizeBytes: number;
  /** When it was read, epoch ms of the backend's clock. */
  atMs: number;
  message: string;
}

/** A page says that it is there, what it has, and what its views show. The reply may be followed by columns. */
export interface Handshake {
  kind: "handshake";
  /** Sequence number of the columns that the page has. */
  seq: number;
  /** A name that no other page has. */
  page: string;
  /** Whether any of its views is on screen: else it needs no columns and no pushes. */
  looks: boolean;
  /** Whether this is the page's first handshake. */
  begins: boolean;
  /** Topics that its views show, each "name/what": "log/a3/1". They are pushed for as long as they stand here. */
  shows: string[];
}

/** Abort an action; "a0" or "" is the run. Sent again with the same id, it is answered, not done twice. */
export interface Abort {
  kind: "abort";
  action: string;
  reason: string;
}

/** Answer a condition. Sent again with the same id, it is answered, not done twice. */
export interface Signal {
  kind: "signal";
  action: string;
  /**
   * What was typed: "true", "1250". It is read by the condition's type, in Python: a number of JavaScript cannot hold
   * every integer of Flyte's.
   */
  value: string;
}

/** Start the run again. Sent again with the same id, it is answered, not done twice. */
export interface Rerun {
  kind: "rerun";
  recover: boolean;
  /** Inputs to change, each as it was typed; read by the input's type. */
  changed: Record<string, string>;
}

/** Read the run's inputs for the form of a rerun. */
export interface ReadRerun {
  kind: "read_rerun";
}

/**
 * Make the widget of the run that this one was started from, or of one that was started from it.
 *
 * "": close that widget. Gives the id of its model.
 */
export interface OpenOther {
  kind: "open_other";
  run: string;
}

/** Try to reach the backend now. */
export interface Retry {
  kind: "retry";
}

/** Give a part of the front end that few runs need, in one buffer (js/loader.mjs). */
export interface ReadFrontEnd {
  kind: "front_end";
  /** "widget": the module itself, for hosts whose models do not see each other. Its payload is the loader. */
  part: string;
}

/** Read the phase transitions of rows on screen whose history is not known. */
export interface RequestHistory {
  kind: "request_history";
  actions: string[];
}

/** Write the failure of an action as Markdown; "a0" or "" is the run. */
export interface ReadReport {
  kind: "report";
  action: string;
}

/** Give the critical path. It reads the phases of its actions. */
export interface ReadPath {
  kind: "critical_path";
}

/** Add up the time by task, within this stretch (epoch ms) or, with null, from the start or up to now. */
export interface ReadByTask {
  kind: "by_task";
  fromMs: number | null;
  toMs: number | null;
}

/** Compare with another run, by name; "": the last success of the task before, "median": of the five before. */
export interface ReadComparison {
  kind: "compare";
  other: string;
}

/** Give the static view of the run's end, once that was read: an output of a notebook, by media type. */
export interface ReadStaticView {
  kind: "static_view";
}

/** Send the last call of `sidebar()` that no page has answered. */
export interface PendingSidebarCalls {
  kind: "pending_sidebar_calls";
}

/** How a call of `sidebar()` went. */
export interface SidebarAnswer {
  kind: "sidebar_answer";
  call: number;
  /** Why there is no panel; "": the page opened it. */
  refusal: string;
  /** How many views of the widget the page shows. */
  views: number;
}

/** Open the panel with all runs, from which this run's own panel gives way. */
export interface ShowRuns {
  kind: "show_runs";
}

/** Give lines of a log that the page looks at. They come in one buffer (`wire.logs.pack_lines`). */
export interface ReadLog {
  kind: "read_log";
  action: string;
  attempt: number;
  /** Number of the first line. */
  start: number;
  count: number;
}

/** Find a text in the lines that the kernel keeps, in any case. */
export interface FindInLog {
  kind: "find_in_log";
  action: string;
  attempt: number;
  text: string;
}

/** Find the first line that was written at a time or after it. */
export interface LineAtTime {
  kind: "line_at_time";
  action: string;
  attempt: number;
  /** Epoch ms of the backend's clock. */
  atMs: number;
}

/** Write the whole log of an attempt to a file in the kernel's directory. */
export interface SaveLog {
  kind: "save_log";
  action: string;
  attempt: number;
}

/** List other runs. The trait `runs` has them once they were read. */
export interface ChooseRuns {
  kind: "choose_runs";
  task: string;
  /** "", "active", "paused" or a phase's value. */
  phase: string;
  mine: boolean;
  /** "24h", "7d", "30d" or "all"; "": as it is. */
  since: string;
  search: string;
}

/** Give the runs that follow the first `have`. Reads the next page of the backend where it has to. */
export interface ReadOlderRuns {
  kind: "older_runs";
  have: number;
}

/** Make the widget of a run of the list; "": close the one that is open. Gives the id of its model. */
export interface OpenRun {
  kind: "open_run";
  run: string;
  /** Name of the run that it is shown beside; "": none. */
  compare: string;
}

/** Abort several runs. Sent again with the same id, it is answered, not done twice. */
export interface AbortRuns {
  kind: "abort_runs";
  runs: string[];
  reason: string;
}

/** How an input is changed. line: one line of text. text: a literal of Python, on several lines. kept: not from here. */
export type FieldKind = "bool" | "choice" | "line" | "text" | "kept";

/** One input. */
export interface RerunField {
  name: string;
  kind: FieldKind;
  /** As Python writes it: "int". */
  type: string;
  /** Its value as the field shows it, and as it is sent back. */
  text: string;
  choices: string[];
}

/** What can be changed for a rerun. */
export interface RerunForm {
  fields: RerunField[];
  /** Whether this backend is known to take over what succeeded. */
  recovers: boolean;
}

/** aborted: the backend has accepted. ended: it had ended before. refused: the backend did not accept. */
export type AbortOutcomeKind = "aborted" | "ended" | "refused";

/** One run of the list. */
export interface RunListRow {
  run: string;
  task: string;
  phase: string;
  createdMs: number | null;
  endedMs: number | null;
  /** Who started it, readable; "" where that is not known. */
  owner: string;
  mine: boolean;
  /** A condition of it waits for an answer. */
  waiting: boolean;
}

/** The list: what is asked for, its newest rows, and how it stands. */
export interface RunsState {
  /** Names the widget, for what a page keeps of it. */
  id: string;
  project: string;
  domain: string;
  host: string;
  task: string;
  /** "", "active", "paused" or a phase's value; several with a comma between. */
  phase: string;
  mine: boolean;
  /** In words: "in the last 7 days"; "" for all. */
  since: string;
  search: string;
  /** The newest. Older ones are asked for, and pushed where they change. */
  rows: RunListRow[];
  /** Goes up when other runs are asked for: then what the page has is of another list. */
  generation: number;
  isRead: boolean;
  hasOlder: boolean;
  /** How many runs were read so far. */
  loaded: number;
  knowsMe: boolean;
  /** What to know of how the list came about. */
  notes: string[];
  connection: Connection;
  /** Name of the run that is open in place; "" for none. */
  opened: string;
  nowMs: number;
}

/** Runs that follow those that the page has. */
export interface OlderRuns {
  generation: number;
  rows: RunListRow[];
  hasOlder: boolean;
}

/** What became of an abort of one run. */
export interface AbortOutcome {
  run: string;
  outcome: AbortOutcomeKind;
  message: string;
}

/** Rows beyond the newest that have changed. */
export interface RunRows {
  kind: "run_rows";
  generation: number;
  rows: RunListRow[];
}

/** How many actions of a run are in each phase. */
export interface RunCounts {
  kind: "run_counts";
  run: string;
  counts: Record<string, number>;
}

export type LineButton = "show" | "logs" | "report" | "compare" | "path";

export type LineState = "failed" | "error" | "waiting" | "overdue" | "estimate" | "ended";

export type LineStyle = "" | "strong" | "mono";

/** The one line that answers, in the forms in which it is shown. */
export interface Line {
  state: LineState;
  /** Whose glyph stands before it. */
  phase: string;
  /** All of it as text. */
  text: string;
  sentence: [text: string, style: LineStyle, since_ms: number | null][];
  /** More to say. Parts that find no room are left out, from the end. */
  tail: string[];
  /** The first of the two lines of a narrow view. */
  answer: [text: string, style: LineStyle, since_ms: number | null][];
  /** The second. */
  place: [text: string, style: LineStyle, since_ms: number | null][];
  /** In a row of many runs. */
  compact: [text: string, style: LineStyle, since_ms: number | null][];
  /** The action that it is about; "": none. */
  action: string;
  buttons: LineButton[];
}

export type ActionKind = "task" | "trace" | "condition";

/**
 * connecting: nothing was read yet. polling: there is no stream, unary reads stand in for it. reconnecting: what is
 * shown is as old as `lastMs` says. ended: the run is over and was read whole. closed: nobody watches any more. failed:
 * trying again does not mend it.
 */
export type ConnectionState = "connecting" | "live" | "polling" | "reconnecting" | "ended" | "closed" | "not_found" | "forbidden" | "login_needed" | "failed";

/** accepted: the backend's OK. aborted: the phase was seen ABORTED. */
export type AbortPhase = "idle" | "requested" | "accepted" | "aborted" | "failed";

/**
 * accepted: the backend's OK. answered: the condition was seen SUCCEEDED with this answer. answered_elsewhere: somebody
 * else was faster.
 */
export type AnswerPhase = "sent" | "accepted" | "answered" | "failed" | "answered_elsewhere" | "timed_out" | "aborted";

/** compact: one row, which opens to the whole view. */
export type ViewKind = "full" | "compact";

/** folded: the state diagram is one line of chips. */
export type DiagramKind = "open" | "folded";

/** The error of an action or of an attempt. */
export interface ErrorInfo {
  /** "user", "system" or "". */
  kind: string;
  /** First word of the message where it names an exception class, else "". */
  title: string;
  message: string;
  code: string;
}

/** An attempt in one phase. */
export interface Transition {
  phase: string;
  startMs: number | null;
  endMs: number | null;
  /** The backend did not report the end: it is the start of what followed. */
  endInferred: boolean;
}

/** What the cluster reported of an attempt. */
export interface ClusterEvent {
  atMs: number | null;
  reason: string;
  message: string;
  warning: boolean;
  count: number;
}

/** A page that the backend names for an attempt. */
export interface Link {
  name: string;
  /** http(s) only: Python drops all others. */
  url: string;
}

/** One attempt of an action. */
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

/** Why an action was aborted, and by whom. */
export interface AbortInfo {
  reason: string;
  by: string;
}

/** What a condition asks, and how it was answered. */
export interface ConditionInfo {
  prompt: string;
  description: string;
  markdown: boolean;
  /** "bool", "int", "float" or "str"; "" where the backend does not say. */
  type: string;
  deadlineMs: number | null;
  /** In words; null: not answered. */
  answer: string | null;
  by: string;
}

/** All that is known of one action: the root's in `root`, the selected one's in `detail`. */
export interface ActionDetail {
  id: string;
  name: string;
  kind: ActionKind;
  parent: string;
  group: string;
  phase: string;
  startMs: number | null;
  endMs: number | null;
  attemptCount: number;
  attempts: Attempt[];
  error: ErrorInfo | null;
  abort: AbortInfo | null;
  condition: ConditionInfo | null;
  cache: string;
  consoleUrl: string;
  /** Whether its task was declared with `report=True`. */
  makesReport: boolean;
  /** The list of actions has it, but its details are gone: it is older than the history that the backend keeps. */
  notKept: boolean;
}

/** How fresh what is shown is. */
export interface Connection {
  state: ConnectionState;
  /** When the backend last answered; null: never. */
  lastMs: number | null;
  nextTryMs: number | null;
  /** What happened. May be empty, as may be `hint`. */
  message: string;
  /** What to do. */
  hint: string;
  pollS: number | null;
}

/** How an abort stands. */
export interface AbortState {
  state: AbortPhase;
  /** The action it is about; "a0" is the run. */
  action: string;
  atMs: number | null;
  reason: string;
  message: string;
}

/** A condition that needs an answer. */
export interface WaitingCondition {
  id: string;
  name: string;
  prompt: string;
  description: string;
  markdown: boolean;
  /** "bool", "int", "float" or "str"; "" where the backend does not say. */
  type: string;
  parent: string;
  sinceMs: number | null;
  deadlineMs: number | null;
}

/** How the answer to a condition stands, or how one ended that was seen waiting. */
export interface AnswerState {
  state: AnswerPhase;
  id: string;
  name: string;
  /** In words: "yes", "1250". */
  value: string;
  by: string;
  atMs: number | null;
  sinceMs: number | null;
  message: string;
}

/** Which run this one was started from. */
export interface Relation {
  /** "rerun", "recover" and the like. */
  kind: string;
  run: string;
  /** Its page; "" where there is none. */
  url: string;
}

/** How a rerun of this run stands. */
export interface RerunState {
  state: "idle" | "requested" | "started" | "failed";
  kind: "rerun" | "recover";
  /** Name of the new run. */
  run: string;
  /** Python that starts the run again in this way: the SDK's own call, or ours for what the SDK runs itself. */
  code: string;
  url: string;
  atMs: number | null;
  message: string;
}

/** An error of the widget itself, or of the user's own observer. */
export interface WidgetError {
  message: string;
  hint: string;
}

export type ValueKind = "plain" | "none" | "tree" | "text" | "file" | "image" | "dir" | "table" | "opaque" | "offloaded" | "error";

/** One value, or one part of a value. */
export interface ValueNode {
  name: string;
  kind: ValueKind;
  /** The value as Python writes it, cut; of a file its name. */
  text?: string;
  /** Beside it: "120 items", "1,840 chars", "8.2 MB". */
  note?: string;
  type?: string;
  /** How many parts it has; of a long text 1: the text itself. */
  children?: number;
  uri?: string;
  /** Where it is: positions from the top down. The first is among the inputs or outputs. */
  path?: number[];
}

/** Parts of a value, or the whole of a long text. */
export interface ValueChildren {
  nodes: ValueNode[];
  text: string;
  /** Parts after these. */
  more: number;
}

/** Inputs and outputs of an action, and how Python gets them. */
export interface ActionValues {
  inputs: ValueNode[];
  outputs: ValueNode[];
  /** What the Python lines begin with: `w.run.actions["a3"]`. */
  python: string;
  inputsUri: string;
  outputsUri: string;
  /** Why the backend hands out no data; "": it does. */
  tooLarge: string;
}

/** The first rows of a table. */
export interface TablePreview {
  columns: string[];
  /** Which columns hold text: the others are set at the right. */
  isText: boolean[];
  /** None stands for None. */
  rows: ((string | null)[])[];
  rowCount: number;
  columnCount: number;
  /** "1.2 MB parquet". */
  note: string;
}

/** A file or directory that was written beside the notebook. */
export interface SavedFile {
  path: string;
  note: string;
}

/** Browser to Python. Each gets exactly one reply with its `id`. */
export type Request =
  | Handshake
  | Abort
  | Signal
  | Rerun
  | ReadRerun
  | OpenOther
  | Retry
  | ReadFrontEnd
  | RequestHistory
  | ReadReport
  | ReadPath
  | ReadByTask
  | ReadComparison
  | ReadStaticView
  | PendingSidebarCalls
  | SidebarAnswer
  | ShowRuns
  | ReadLog
  | FindInLog
  | LineAtTime
  | SaveLog
  | ChooseRuns
  | ReadOlderRuns
  | OpenRun
  | AbortRuns
  | ReadData
  | ReadValue
  | LoadValue
  | LoadData
  | PythonOfValue
  | PreviewTable
  | ReadImage
  | SaveValue
  | ReadTaskReport;

/** Payloads of replies, by kind of request. All others are empty. */
export interface Replies {
  read_rerun: RerunForm;
  open_other: string;
  report: string;
  critical_path: [action: string, phase: number, from_ms: number, to_ms: number][];
  by_task: TaskRow[];
  compare: Comparison;
  static_view: Record<string, string>;
  read_log: LogLines;
  find_in_log: LogMatches;
  line_at_time: number;
  save_log: SavedLog;
  older_runs: OlderRuns;
  open_run: string;
  abort_runs: AbortOutcome[];
  read_data: ActionValues;
  read_value: ValueChildren;
  load_value: ValueNode;
  load_data: ValueNode[];
  python_of_value: string;
  preview_table: TablePreview;
  save_value: SavedFile;
  read_task_report: ReportVersion;
}

/** Python to the browser. */
export type Message =
  | Reply
  | Columns
  | Heartbeat
  | SidebarCall
  | PresenceCall
  | Push;

/** What pushes bring. */
export type PushedContent =
  | LogNews
  | RunRows
  | RunCounts;

/** The synced traits of RunWidget. Read-only for the browser, all but `selected`. */
export interface RunTraits {
  /**
   * What you should know before you abort this run: that a local run ends only with its task, for instance. "" where
   * an abort does what one expects. The question before an abort shows it.
   */
  abort_note: string;
  /** How an abort stands: idle, requested, accepted, aborted or failed; for which action, when, why. */
  abort_state: AbortState;
  /** How answers stand, and how conditions ended, of those that were seen waiting or read since. */
  answers: AnswerState[];
  /** Number of the root's latest attempt, from 1. */
  attempt: number;
  /** Name of the run that it is shown beside from the start; "" for none. */
  compare_with: string;
  /** How fresh all this is: state, last answer, next try, message, hint. */
  connection: Connection;
  /** The run's page in the Flyte console; "" where there is none. */
  console_url: string;
  /** How many actions are in each phase. */
  counts: Record<string, number>;
  /** The selected action as `root`; None until it was read. */
  detail: ActionDetail | null;
  /** How the state diagram begins: "open", or "folded" to one line. None: as the width and the reader have it. */
  diagram: DiagramKind | null;
  /** Domain it is in. */
  domain: string;
  /** When it ended; None while it goes on. */
  ended_ms: number | null;
  /**
   * What went wrong in the widget itself or in one of your observers: {"message", "hint"}. Not the error of the run,
   * which is in `root`. None: nothing.
   */
  error: WidgetError | null;
  /** How high the view is at most, in px; what is higher scrolls. None: as high as it is. */
  height: number | null;
  /** Host of the backend. Never the whole endpoint: its path may be a secret. */
  host: string;
  /** Whether actions are still being listed: `counts` is of those that are known so far. */
  is_loading: boolean;
  /** Whether the run has ended. */
  is_terminal: boolean;
  /** Where the run is; None until it was read. */
  phase: string;
  /** Project it is in. */
  project: string;
  /** Python that watches this run again: `RunWidget("r4p2bdpt7f")`. */
  reference: string;
  /** The run that this one was started from; None where it was not. */
  relation: Relation | null;
  /** How a rerun of this run stands: idle, requested, started or failed; the new run, when, why. */
  rerun_state: RerunState;
  /** The root action with its attempts, phase times and error. */
  root: ActionDetail | null;
  /** Name of the run. */
  run_name: string;
  /** Id of the selected action, "" for none: set it to see the action. The one trait that the browser sets, too. */
  selected: string;
  /** All actions as packed columns, deflated (zlib). Written once, at the end: until then they travel as deltas. */
  snapshot: DataView;
  /** In words, where the backend was configured. */
  source: string;
  /** When the run was queued, epoch milliseconds of the backend's clock. */
  started_ms: number | null;
  /** Id of the HTML element with the static view, which the live view hides. */
  static_view_id: string;
  /**
   * One line: why it failed, what it waits for, how long it will take, or what decided how long it took. `str()`
   * gives it as text. None where nothing is known.
   */
  summary: Line | null;
  /** Name of the root task; "" until it is known. */
  task_name: string;
  /** How it is shown: "full", or "compact": one row that opens to the whole. */
  view: ViewKind;
  /**
   * The conditions that need a person's answer, those that wait longest first; 50 at most. `run.waiting` gives them
   * as Python's values.
   */
  waiting: WaitingCondition[];
}

export const RUN_TRAITS: readonly (keyof RunTraits)[] = [
  "abort_note",
  "abort_state",
  "answers",
  "attempt",
  "compare_with",
  "connection",
  "console_url",
  "counts",
  "detail",
  "diagram",
  "domain",
  "ended_ms",
  "error",
  "height",
  "host",
  "is_loading",
  "is_terminal",
  "phase",
  "project",
  "reference",
  "relation",
  "rerun_state",
  "root",
  "run_name",
  "selected",
  "snapshot",
  "source",
  "started_ms",
  "static_view_id",
  "summary",
  "task_name",
  "view",
  "waiting",
];

/** The synced traits of ProgressWidget. Read-only for the browser, all but `selected`. */
export interface ProgressTraits {
  /**
   * What went wrong in the widget itself or in one of your observers: {"message", "hint"}. Not the error of the run,
   * which is in `root`. None: nothing.
   */
  error: WidgetError | null;
  /** All runs, in the order in which they were given. */
  progress: Progress | null;
}

export const PROGRESS_TRAITS: readonly (keyof ProgressTraits)[] = [
  "error",
  "progress",
];

/** The synced traits of RunsWidget. Read-only for the browser, all but `selected`. */
export interface RunsTraits {
  /**
   * What went wrong in the widget itself or in one of your observers: {"message", "hint"}. Not the error of the run,
   * which is in `root`. None: nothing.
   */
  error: WidgetError | null;
  /** The newest rows, what is asked for, and how fresh it is. It follows the backend and the filters in the view. */
  runs: RunsState | null;
}

export const RUNS_TRAITS: readonly (keyof RunsTraits)[] = [
  "error",
  "runs",
];
