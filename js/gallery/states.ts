// Every state of the widget, by name: recorded traits, how the kernel behaves, and what was clicked to get there.

import { type Connection, IN_KERNEL, type PushedContent, type RunTraits } from "../src/core/protocol";
import type { Store } from "../src/core/store";
import { odd } from "../test/odd-runs";
import { BASE_MS, scenario } from "../test/scenario";
import { INSIDE } from "./inside";
import { COMPACT, LINES } from "./lines";
import { LOGS } from "./logs";
import type { Manner } from "./model";
import { openDetails } from "./open-details";
import { PERSON } from "./person";
import { RECORDED } from "./recorded";
import answers from "./recorded/succeeded-answers.json";

export interface State {
  traits: RunTraits;
  manner?: Manner;
  selecting?: (id: string) => RunTraits;
  /** The run that is shown in its place, where one is asked for. */
  other?: () => RunTraits;
  /** Clicks and keys, once drawn. */
  act?: (stage: Stage) => void | Promise<void>;
  /** Where the pointer is in the end. */
  point?: (stage: Stage) => void;
  /** How long after the traits it is looked at. */
  laterMs?: number;
}

export interface Stage {
  find<T extends Element>(selector: string): T;
  /** Set the frozen clock on. */
  later(ms: number): void;
  play(traits: Partial<RunTraits>): void;
  pause(ms: number): Promise<unknown>;
  /** Resolves once this is in the widget. */
  until(selector: string): Promise<unknown>;
  /** As Python pushes it. */
  push(content: PushedContent, buffer: DataView): void;
}

const LIVE_MS = 102_000;
const LOST_MS = 88_000;
const at = (ms: number): number => BASE_MS + ms;

function running(selected = "a44", more: Partial<RunTraits> = {}): RunTraits {
  return { ...scenario.running(LIVE_MS, selected), ...more };
}

/** Nothing was read of the run. */
function unread(connection: Partial<Connection>): RunTraits {
  const traits = scenario.noActions();
  return {
    ...traits,
    task_name: "",
    phase: "",
    counts: {},
    root: null,
    started_ms: null,
    connection: { ...traits.connection, lastMs: null, ...connection },
  };
}

/** Over what is finished: still going on. */
const unfinished = (): Partial<RunTraits> => {
  const { phase, is_terminal, ended_ms, connection } = running();
  return { phase, is_terminal, ended_ms, connection };
};

function linked(traits: RunTraits, connection: Partial<Connection>): RunTraits {
  return { ...traits, connection: { ...traits.connection, ...connection } };
}

const live = (traits: RunTraits): State => ({ traits, selecting: (id) => scenario.running(LIVE_MS, id) });
const failed = (id: string): RunTraits => scenario.failed(id);

const click = (stage: Stage, selector: string): void => stage.find<HTMLElement>(selector).click();

function confirmAbort(stage: Stage): void {
  click(stage, ".fw-abort");
  click(stage, ".fw-danger-fill");
  // A script's click leaves a focus ring that a mouse would not.
  stage.find<HTMLElement>(".fw-abort").blur();
}

/** The choice would hold for the page: each state is to be seen by itself. */
function setFolded(stage: Stage, folded: boolean): void {
  const fold = stage.find<HTMLElement>(".fw-fold");
  if ((fold.getAttribute("aria-expanded") === "false") !== folded) fold.click();
}

function press(stage: Stage, key: string): void {
  const grid = stage.find<HTMLElement>("[role=treegrid]");
  grid.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
}

/** On its row, in the middle of the plot. */
function pointAtRoot(stage: Stage): void {
  const grid = stage.find<HTMLElement>("[role=treegrid]");
  const { top } = stage.find("[role=row]").getBoundingClientRect();
  const { left, width } = stage.find(".fw-tl-plot").getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + 11, pointerType: "mouse" };
  grid.dispatchEvent(new PointerEvent("pointermove", at));
}

/** As the simulator has them, sent by Python; with details where an action is selected. */
const recorded = [...RECORDED].map(([name, read]): [string, () => State] => [
  `recorded-${name}`,
  () => {
    const traits = read();
    return { traits, ...(traits.selected && { act: openDetails }) };
  },
]);

async function squeezeIdle(stage: Stage): Promise<void> {
  await stage.pause(300); // until it is counted
  click(stage, ".fw-tl-view-menu");
  click(stage, ".fw-choice [type=checkbox]");
  click(stage, ".fw-choice [value=clock]");
  click(stage, ".fw-tl-view-menu");
  await stage.pause(300);
}

/** What the host, or the clock, says of the kernel after a while. */
function unheard(state: "cut" | "silent"): (stage: Stage) => void {
  return (stage) => {
    const { host } = stage.find(".fw").getRootNode() as ShadowRoot;
    (host as Element & { store: Store }).store.kernel.state.value = state;
  };
}

/** A run of which Python's answers about its time were recorded, too. */
const analysed = (): State => ({ traits: RECORDED.get("succeeded")!(), manner: { answers } });

export const STATES: Record<string, () => State> = {
  connecting: () => ({ traits: unread({ state: "connecting" }), laterMs: 3_000 }),
  "no-actions": () => ({ traits: scenario.noActions() }),
  "not-found": () => ({ traits: unread({ state: "not_found" }) }),
  forbidden: () => ({ traits: unread({ state: "forbidden" }) }),
  "login-needed": () => ({ traits: unread({ state: "login_needed" }) }),
  unreadable: () => ({
    traits: unread({
      state: "failed",
      message: "flyte.acme.dev answered with HTML, not with a Flyte API.",
      hint: "Check the endpoint: `fw.connect(endpoint=…)`.",
    }),
  }),
  closed: () => ({ traits: unread({ state: "closed" }) }),
  "ended-empty": () => ({ traits: odd.empty() }),
  queued: () => ({ traits: scenario.queued() }),
  "view-menu-few": () => ({ traits: scenario.queued(), act: (stage) => click(stage, ".fw-tl-view-menu") }),
  maximised: () => ({
    traits: failed("a44"),
    selecting: failed,
    act: (stage) => {
      openDetails(stage);
      click(stage, "[aria-label=Maximise]");
    },
  }),
  "abort-action": () => ({
    ...live(running("a44")),
    act: (stage) => {
      openDetails(stage);
      click(stage, ".fw-details-head .fw-abort");
    },
  }),
  "abort-action-requested": () => ({
    ...live(running("a44")),
    act: (stage) => {
      openDetails(stage);
      const sent = { action: "a44", atMs: at(LIVE_MS - 3_000), reason: "", message: "" };
      stage.play({ abort_state: { state: "accepted", ...sent } });
    },
  }),
  "abort-action-failed": () => ({
    ...live(running("a44")),
    act: (stage) => {
      openDetails(stage);
      const why = { action: "a44", atMs: null, reason: "", message: "permission denied" };
      stage.play({ abort_state: { state: "failed", ...why } });
    },
  }),
  "abort-action-done": () => ({
    ...live(running("a44")),
    act: (stage) => {
      openDetails(stage);
      const { detail } = running("a44");
      const abort = { reason: "loss is NaN", by: "ada@acme.dev" };
      stage.play({ detail: { ...detail!, phase: "aborted", endMs: at(LIVE_MS - 2_000), abort } });
    },
  }),
  "view-menu": () => ({ ...live(running("")), act: (stage) => click(stage, ".fw-tl-view-menu") }),
  keys: () => ({ ...live(running()), act: (stage) => press(stage, "?") }),
  running: () => live(running()),
  loading: () => live(running("", { is_loading: true })),
  folded: () => ({ ...live(running()), act: (stage) => setFolded(stage, true) }),
  unfolded: () => ({ ...live(running()), act: (stage) => setFolded(stage, false) }),
  "unfolded-all": () => ({ ...live(running("")), act: (stage) => setFolded(stage, false) }),
  "folded-failed": () => ({ traits: failed(""), act: (stage) => setFolded(stage, true) }),
  "folded-many": () => ({ traits: scenario.big(10_000), act: (stage) => setFolded(stage, true) }),
  "folded-filtered": () => ({
    ...live(running("")),
    act: async (stage) => {
      setFolded(stage, true);
      click(stage, ".fw-folded-chip[data-phase='2']");
    },
  }),
  local: () => ({ traits: odd.local(), act: (stage) => setFolded(stage, false) }),
  "no-selection": () => live(running("")),
  reconnecting: () => ({
    traits: linked(scenario.running(LOST_MS), { state: "reconnecting", nextTryMs: at(LIVE_MS + 4_000) }),
    laterMs: LIVE_MS - LOST_MS,
  }),
  polling: () => ({ traits: linked(running(), { state: "polling", pollS: 5 }) }),
  "lost-updates": () => ({
    traits: linked(running(), {
      state: "polling",
      pollS: 5,
      message: "This Flyte's stream lost updates: asking every 5 s.",
    }),
  }),
  "kernel-gone": () => ({
    traits: scenario.running(LOST_MS),
    manner: { gone: true },
    laterMs: LIVE_MS - LOST_MS,
  }),
  "kernel-gone-with-backend": () => ({
    traits: { ...scenario.running(LOST_MS), source: IN_KERNEL },
    manner: { gone: true },
    laterMs: LIVE_MS - LOST_MS,
  }),
  ...Object.fromEntries(
    (["cut", "silent"] as const).map((kernel) => [
      `kernel-${kernel}`,
      () => ({ traits: scenario.running(LOST_MS), laterMs: LIVE_MS - LOST_MS, act: unheard(kernel) }),
    ]),
  ),
  "own-error": () => ({
    traits: running("a44", {
      error: {
        message: "An observer of `phase` raised ValueError: no such channel.",
        hint: "The watch goes on.",
      },
    }),
  }),
  "abort-confirm": () => ({ traits: running(), act: (stage) => click(stage, ".fw-abort") }),
  "abort-waiting": () => ({
    traits: running(),
    manner: { busy: true },
    act: async (stage) => {
      confirmAbort(stage);
      stage.later(400);
      await stage.pause(320); // it says so after 300 ms
    },
  }),
  "abort-requested": () => ({
    traits: running(),
    act: async (stage) => {
      confirmAbort(stage);
      await Promise.resolve();
      stage.play({
        abort_state: { state: "requested", action: "a0", atMs: at(LIVE_MS - 3_000), reason: "", message: "" },
      });
    },
  }),
  "abort-failed": () => ({ traits: running(), manner: { refusal: "permission denied" }, act: confirmAbort }),
  aborted: () => ({ traits: scenario.aborted() }),
  succeeded: () => ({ traits: scenario.succeeded() }),
  failed: () => ({ traits: failed(""), selecting: failed }),
  "failed-details": () => ({ traits: failed("a44"), selecting: failed, act: openDetails }),
  "waiting-details": () => ({ ...live(running("a49")), act: openDetails }),
  "many-actions": () => ({ traits: scenario.big(2_000) }),
  "ten-thousand": () => ({ traits: scenario.big(10_000) }),
  names: () => ({ traits: odd.names(), act: openDetails }),
  "confirm-names": () => ({
    traits: { ...odd.names(), ...unfinished() },
    act: (stage) => click(stage, ".fw-abort"),
  }),
  "details-cached": () => ({ traits: odd.cached(), act: openDetails }),
  "details-loading": () => ({ traits: odd.unread(), act: openDetails }),
  "all-paused": () => ({ traits: odd.paused(), act: openDetails }),
  "idle-squeezed": () => ({ traits: odd.paused(""), act: squeezeIdle }),
  "details-unknown": () => ({ traits: running(""), act: (stage) => stage.play({ selected: "zzz" }) }),
  "details-gone": () => ({ traits: odd.detailsGone(), act: openDetails }),
  "trace-details": () => ({ traits: odd.trace(), act: openDetails }),
  "longest-first": () => ({
    traits: failed(""),
    selecting: failed,
    act: (stage) => {
      click(stage, ".fw-tl-view-menu");
      click(stage, ".fw-choice [value=duration]");
    },
  }),
  hover: () => ({ traits: running(), point: pointAtRoot }),
  filtered: () => ({ traits: running(), act: (stage) => click(stage, ".fw-state[data-phase='6']") }),
  "nothing-found": () => ({
    traits: running(""),
    act: (stage) => {
      const search = stage.find<HTMLInputElement>(".fw-tl-search-input");
      search.value = "no such action";
      search.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
  }),
  note: () => ({
    traits: running(""),
    act: (stage) => {
      setFolded(stage, false); // narrow, it is folded
      click(stage, ".fw-states-title");
    },
  }),
  path: () => ({ ...analysed(), act: (stage) => click(stage, ".fw-tl-lens-path") }),
  tasks: () => ({ ...analysed(), act: (stage) => click(stage, ".fw-tl-lens-tasks") }),
  compare: () => ({ ...analysed(), act: (stage) => click(stage, ".fw-tl-lens-compare") }),
  "tasks-range": () => ({
    ...analysed(),
    act: (stage) => {
      const grid = stage.find<HTMLElement>("[role=treegrid]");
      for (const key of ["+", "+", "r", "0"]) grid.dispatchEvent(new KeyboardEvent("keydown", { key }));
    },
  }),
  ...LINES,
  ...COMPACT,
  ...PERSON,
  ...LOGS,
  ...INSIDE,
  ...Object.fromEntries(recorded),
};
