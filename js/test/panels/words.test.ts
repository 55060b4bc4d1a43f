// What the header, the strip and the empty view say, fact by fact.
import { describe, expect, test } from "vitest";
import { wallClock } from "../../src/core/format";
import { Phase } from "../../src/core/phases";
import type { Connection, ConnectionState } from "../../src/core/protocol";
import { fraction, reported, tally, words } from "../../src/run/header/counts";
import { emptyOf } from "../../src/run/header/empty";
import { brief, type FreshnessFacts, freshness } from "../../src/run/header/freshness";
import { runLengthMs } from "../../src/run/header/length";
import { badgeOf } from "../../src/ui/badge";
import { pack } from "../pack";
import { runningActions, scenario } from "../scenario";
import { action, load, root } from "../timeline/help";
import { mount, withoutCanvas } from "../view";

const connection = (state: ConnectionState, more: Partial<Connection> = {}): Connection => ({
  state,
  lastMs: 1_000_000,
  nextTryMs: null,
  message: "",
  hint: "",
  pollS: null,
  ...more,
});

const facts = (more: Partial<FreshnessFacts>): FreshnessFacts => ({
  connection: connection("live"),
  kernelAlive: true,
  phase: "running",
  terminal: false,
  endedMs: null,
  abort: null,
  clockMs: 1_014_000,
  ...more,
});

test.each<[string, Partial<FreshnessFacts>, string, string]>([
  ["live", {}, "live", "live"],
  ["polling", { connection: connection("polling", { pollS: 5 }) }, "polling", "polling every 5 s"],
  ["reconnecting", { connection: connection("reconnecting") }, "reconnecting", "reconnecting · 14 s"],
  [
    "never heard",
    { connection: connection("reconnecting", { lastMs: null }) },
    "reconnecting",
    "reconnecting",
  ],
  ["closed", { connection: connection("closed") }, "off", "not live"],
  ["kernel gone", { kernelAlive: false }, "off", "not live"],
  ["nothing read yet", { phase: "", connection: connection("connecting") }, "", ""],
])("freshness: %s", (_, more, dot, text) => {
  expect(freshness(facts(more))).toEqual({ dot, words: text ? [text] : [] });
});

test("a run that is over says when, and who aborted it, though the kernel be gone", () => {
  const over = { terminal: true, endedMs: 5_000_000, kernelAlive: false } as const;
  const at = wallClock(5_000_000);
  expect(freshness(facts({ ...over, phase: "failed" })).words).toEqual([`finished ${at}`]);
  const abort = { reason: "stuck", by: "ada" };
  expect(freshness(facts({ ...over, phase: "aborted", abort })).words).toEqual(["Aborted by ada", at]);
  expect(freshness(facts({ ...over, phase: "aborted" })).words).toEqual([`finished ${at}`]);
});

test.each<[string, ConnectionState, boolean, boolean, string, string]>([
  ["running", "live", false, true, "Running", "phase"],
  ["running", "live", false, false, "Last seen running", "grey"],
  ["failed", "ended", true, false, "Failed", "phase"],
  ["running", "forbidden", false, true, "Running", "phase"],
  ["unknown_42", "live", false, true, "Unknown (42)", "phase"],
  ["", "connecting", false, true, "Connecting", "grey"],
  ["", "login_needed", false, true, "Login needed", "warn"],
  ["", "not_found", false, true, "Not found", "grey"],
])("badge: phase %j, %s, over %s, kernel %s", (phase, state, over, alive, text, tone) => {
  expect(badgeOf(phase, state, over, alive)).toMatchObject({ text, tone });
});

test("counts add up, in the strip's order, an unknown phase last and active", () => {
  const sums = tally({
    waiting_for_resources: 1,
    running: 12,
    failed: 1,
    succeeded: 36,
    unknown_42: 2,
    queued: 0,
  });
  expect(sums).toMatchObject({ total: 52, done: 37, active: 15 });
  expect(sums.parts.map(({ phase }) => phase)).toEqual([Phase.Succeeded, Phase.Failed, 4, 2, 42]);
});

test("beside the strip stands what matters now, and at the end how it ended", () => {
  const live = tally({ succeeded: 36, failed: 1, running: 12, waiting_for_resources: 1 });
  expect(reported(live, false, false).map(words)).toEqual(["12 running", "1 failed"]);
  const over = tally({ succeeded: 44, aborted: 3, failed: 3 });
  expect(reported(over, true, false).map(words)).toEqual(["44 succeeded", "3 failed", "3 aborted"]);
  expect(reported(over, true, true).map(words)).toEqual(["3 failed", "3 aborted"]);
  expect(reported(tally({ succeeded: 4 }), true, true).map(words)).toEqual(["4 succeeded"]);
  // Much to tell leaves no room for the strip, so what went well is not told.
  const much = tally({ succeeded: 4, recovered: 2, failed: 1, timed_out: 1 });
  expect(reported(much, true, false).map(words)).toEqual(["1 failed", "1 timed out"]);
});

test("the button of the failures leads to what failed, then to what timed out, the root last, and round again", () => {
  const phases = new Map([
    ["a0", Phase.Failed],
    ["a3", Phase.TimedOut],
    ["a44", Phase.Failed],
  ]);
  withoutCanvas();
  const specs = runningActions().map((a) => ({ ...a, phase: phases.get(a.id) ?? Phase.Succeeded }));
  const view = mount({ ...scenario.failed(), selected: "", snapshot: pack(specs) });
  const visits = Array.from({ length: 4 }, () => {
    view.frame.querySelector<HTMLButtonElement>(".fw-failures")!.click();
    return view.model.get("selected");
  });
  expect(visits).toEqual(["a44", "a3", "a0", "a44"]);
});

describe("how long a run took", () => {
  const actions = (...times: [createdMs: number, endedMs: number][]) =>
    load([root, ...times.map(([createdMs, endedMs], i) => action({ id: `a${i + 1}`, createdMs, endedMs }))]);

  test("is the time from its start to its end", () => {
    expect(runLengthMs(actions([5, 90]), 1_000, 4_000)).toBe(3_000);
    expect(runLengthMs(load([]), 1_000, 1_000)).toBe(0);
  });

  test("is never 0 where its actions took time, and not known where they tell nothing either", () => {
    expect(runLengthMs(actions([0, 400], [100, 700]), 1_000, 1_000)).toBe(700);
    expect(runLengthMs(actions([0, 400]), 2_000, 1_000)).toBe(400);
    expect(runLengthMs(actions([0, 0]), 1_000, 1_000)).toBeNull();
  });
});

const run = (state: ConnectionState, more = {}) => ({
  ...scenario.noActions(),
  phase: "",
  connection: connection(state),
  ...more,
});

test("the empty view says what is asked where, with whose configuration", () => {
  expect(emptyOf(run("connecting"), false)).toMatchObject({
    title: "Reading the run from flyte.acme.dev",
    text: "Project `etl`, domain `development`, from the SDK’s config file.",
  });
  const bare = run("connecting", { project: "", domain: "", source: "", host: "" });
  expect(emptyOf(bare, false)).toMatchObject({ title: "Reading the run from the backend", text: "" });
});

test("a refusal says what was asked and what to try, and Python's own words go first", () => {
  expect(emptyOf(run("not_found"), false)).toMatchObject({
    title: "No run r4p2bdpt7f in etl / development",
    button: "Try again",
  });
  expect(emptyOf(run("login_needed"), false)).toMatchObject({
    title: "flyte.acme.dev asks for a login",
    button: "Log in",
  });
  for (const message of ["Not for you.", "Not for you"]) {
    const told = connection("forbidden", { message, hint: "Ask Ada." });
    expect(emptyOf(run("forbidden", { connection: told }), false)?.text).toBe("Not for you. Ask Ada.");
  }
});

test("with actions to show there is nothing to say, and with a phase the first are awaited", () => {
  expect(emptyOf(run("not_found"), true)).toBeNull();
  expect(emptyOf(run("live", { phase: "queued" }), false)).toMatchObject({ title: "No actions yet" });
  expect(emptyOf(run("ended", { phase: "failed" }), false)).toMatchObject({ title: "No actions" });
});

test("a row's fraction is exact, and short once it takes more than seven letters", () => {
  const of = (succeeded: number, running: number) => fraction(tally({ succeeded, running }));
  expect(of(0, 0)).toBe("");
  expect(of(37, 13)).toBe("37/50");
  expect(of(128, 0)).toBe("128/128");
  expect(of(999, 235)).toBe("999/1.2K");
  expect(of(12_000, 0)).toBe("12K/12K");
});

test("where it is tight, the end is a time, of another day a date", () => {
  expect(brief("finished 14:35:11")).toBe("14:35:11");
  expect(brief("finished Nov 3 14:35:11")).toBe("Nov 3");
  expect(brief("finished Nov 3 2025 14:35:11")).toBe("Nov 3 2025");
  expect(brief("finished")).toBe("finished");
  expect(brief("polling every 5 s")).toBe("polling every 5 s");
});
