import { describe, expect, test } from "vitest";
import { Phase } from "../../src/core/phases";
import type { ActionDetail, Attempt, ClusterEvent } from "../../src/core/protocol";
import { attemptsOf, cacheWords, durationOf, statusLine } from "../../src/run/drawer/model";
import type { TabFacts } from "../../src/run/drawer/tab";
import { firstTab, TABS } from "../../src/run/drawer/tab-table";
import { errorOf, exitCode, phaseNow, splitMessage, waitingOf } from "../../src/run/drawer/why";
import { safeUrl } from "../../src/ui/buttons";
import { scenario } from "../scenario";

const { Queued, WaitingForResources, Initializing, Running, Paused, Failed } = Phase;
const failed = () => scenario.failed().detail!;
const waiting = () => scenario.running(102_000, "a49").detail!;
const NOW_MS = scenario.running().connection.lastMs!;
const attempt = (more: Partial<Attempt>): Attempt => ({ ...waiting().attempts[0]!, ...more });
const withAttempt = (more: Partial<Attempt>, phase = "running"): ActionDetail => ({
  ...waiting(),
  phase,
  attempts: [attempt(more)],
});
const step = (phase: string, startMs: number | null, endMs: number | null) => ({
  phase,
  startMs,
  endMs,
  endInferred: false,
});

describe("attempts", () => {
  test("come newest first, say when they ended, or that the end was inferred", () => {
    const [newest, oldest] = attemptsOf(failed(), NOW_MS);
    expect([newest!.attempt, oldest!.attempt]).toEqual([2, 1]);
    expect([newest!.note, oldest!.note]).toEqual(["failed", "end inferred"]);
    expect(newest!.when).toMatch(/^ended Jun 12 2025 \d\d:\d\d:\d\d$/);
    expect(oldest!.when).toBe("");
  });

  test("place their phases in time: shares add up to the whole, each begins where the one before ends", () => {
    for (const { rows } of attemptsOf(failed(), NOW_MS)) {
      expect(rows.map((row) => row.phase)).toEqual([Queued, WaitingForResources, Initializing, Running]);
      let at = 0;
      for (const row of rows) {
        expect(row.from).toBeCloseTo(at, 5);
        at = row.from + row.share;
      }
      expect(at).toBeCloseTo(1, 5);
    }
  });

  test("show a bar in the outcome's colour once they are over", () => {
    const [over] = attemptsOf(
      withAttempt({ phase: "failed", startMs: 0, endMs: 9, transitions: [step("running", 0, 9)] }, "failed"),
      0,
    );
    expect(over!.bar.map(({ phase }) => phase)).toEqual([Failed]);
    expect(over!.rows.map(({ phase }) => phase)).toEqual([Running]);
  });

  test("that are open grow, and name what they have not reached", () => {
    const [before] = attemptsOf(waiting(), NOW_MS);
    const [after] = attemptsOf(waiting(), NOW_MS + 5_000);
    expect(after!.durationMs! - before!.durationMs!).toBe(5_000);
    expect(before!.rows.map(({ phase, reached, current }) => [phase, reached, current])).toEqual([
      [Queued, true, false],
      [WaitingForResources, true, true],
      [Initializing, false, false],
      [Running, false, false],
    ]);
    expect(after!.rows[1]!.durationMs! - before!.rows[1]!.durationMs!).toBe(5_000);
    expect(before!.rows[2]!.durationMs).toBeNull();
  });

  test("never have a negative time, nor one that is not known", () => {
    const backwards = withAttempt({
      startMs: 50,
      endMs: null,
      transitions: [step("queued", 50, 40), step("running", 40, null)],
    });
    const [one] = attemptsOf(backwards, 90);
    expect(one!.rows[0]).toMatchObject({ durationMs: 0, share: 0 });
    expect(one!.rows.every(({ from, share }) => from >= 0 && from + share <= 1)).toBe(true);
    const [unknown] = attemptsOf(
      withAttempt({ startMs: null, transitions: [step("running", null, null)] }),
      90,
    );
    expect([unknown!.durationMs, unknown!.rows[0]!.durationMs]).toEqual([null, null]);
  });

  test("that nobody ended stand still when the action is over", () => {
    const lost = withAttempt({ startMs: 0, endMs: null, transitions: [step("running", 0, null)] }, "aborted");
    expect(attemptsOf(lost, 10)[0]!.durationMs).toBeNull();
  });

  test("may be without phases, and an action without attempts", () => {
    expect(attemptsOf(withAttempt({ phase: "succeeded", transitions: [] }, "succeeded"), 0)[0]!.rows).toEqual(
      [],
    );
    const condition: ActionDetail = { ...waiting(), kind: "condition", phase: "paused", attempts: [] };
    expect([attemptsOf(condition, 0), statusLine(condition)]).toEqual([
      [],
      "A condition: it waits for its signal.",
    ]);
    expect(statusLine({ ...condition, kind: "trace" })).toContain("recorded once");
  });
});

test("an action's time grows until it ends; none is made up", () => {
  const open = { ...waiting(), startMs: 100, endMs: null };
  expect(durationOf(open, 350)).toBe(250);
  expect(durationOf({ ...open, endMs: 200 }, 350)).toBe(100);
  expect(durationOf({ ...open, startMs: null }, 350)).toBeNull();
  expect(durationOf({ ...open, phase: "aborted" }, 350)).toBeNull();
});

describe("errors", () => {
  test("end after the last indented line of a traceback", () => {
    const [head, end] = splitMessage(failed().error!.message);
    expect(head.split("\n")).toHaveLength(5);
    expect(end).toMatch(/^torch.OutOfMemoryError: .*\nallocate/);
    expect(splitMessage("pod was evicted")).toEqual(["", "pod was evicted"]);
    expect(splitMessage("a\n  b")).toEqual(["", "a\n  b"]);
    expect(splitMessage("1\n2\n3\n4\n5\n")).toEqual(["1\n2\n3\n4", "5"]);
    const frames = `  + Exception Group Traceback (most recent call last):\n  |   File "a.py", line 1\n  |     go()`;
    const group = "  | ExceptionGroup: eg (1 sub-exception)\n  +-+--- 1 ---\n    | ValueError: a\n    +---";
    expect(splitMessage(`${frames}\n${group}`)).toEqual([frames, group]);
    expect(splitMessage(`${frames}\n${group}\n\nTraceback:\n  File "b.py"\nE: b`)[1]).toBe("E: b");
  });

  test.each([
    ["exit code 1", "", "exit code 1"],
    ["", "container main exited with code 137", "exit code 137"],
    ["", "exit status: -9", "exit code -9"],
    ["Exception", "no more", ""],
  ])("code %j and text %j give %j", (code, message, expected) => {
    expect(exitCode({ kind: "user", title: "", code, message })).toBe(expected);
  });

  test("of the action belong to its newest attempt", () => {
    const detail = failed();
    expect(errorOf(detail, detail.attempts[1])).toBe(detail.attempts[1]!.error);
    expect(errorOf(detail, detail.attempts[0])).toBeNull();
    expect(errorOf({ ...detail, attempts: [] }, undefined)).toBe(detail.error);
  });
});

describe("why it waits", () => {
  const event = (message: string, more: Partial<ClusterEvent> = {}): ClusterEvent => ({
    atMs: 5,
    reason: "FailedScheduling",
    message,
    warning: true,
    count: 1,
    ...more,
  });
  const because = (message: string) => waitingOf(attempt({ events: [event(message)] }), WaitingForResources);

  test("is the latest warning, in plain words where it is Kubernetes' usual one", () => {
    const detail = waiting();
    expect(waitingOf(detail.attempts[0], phaseNow(detail, detail.attempts[0]))).toEqual({
      waitedMs: null,
      text: "12 of 12 nodes have no free ",
      code: "nvidia.com/gpu",
    });
    const long =
      "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No victims found.";
    expect(because(long)).toMatchObject({ text: "3 of 3 nodes have no free ", code: "cpu" });
  });

  test.each([
    "0/5 nodes are available: 3 Insufficient cpu, 2 node(s) had untolerated taint.",
    "1/5 nodes are available: 4 Insufficient cpu.",
    "quota exceeded",
  ])("is told as it came where it says more: %s", (message) => {
    expect(because(message)).toMatchObject({ text: message, code: "" });
  });

  test("is not told for what does not wait, nor for a queue without a warning", () => {
    expect(waitingOf(attempt({ events: [event("x")], transitions: [] }), Running)).toBeNull();
    expect(waitingOf(attempt({ events: [event("x", { warning: false })] }), Queued)).toBeNull();
    expect(waitingOf(undefined, WaitingForResources)).toBeNull();
  });

  test("becomes how long it waited, if a warning came in that time", () => {
    const transitions = [step("waiting_for_resources", 0, 42_000), step("running", 42_000, null)];
    const early = attempt({ transitions, events: [event("x", { atMs: 10 })] });
    expect(waitingOf(early, Running)).toMatchObject({ waitedMs: 42_000, text: "x" });
    const late = attempt({ transitions, events: [event("x", { atMs: 50_000 })] });
    expect(waitingOf(late, Running)).toBeNull();
  });
});

describe("the tab that opens first", () => {
  const factsOf = (detail: ActionDetail): TabFacts => ({ detail, attempt: detail.attempts.at(-1) });
  const tabsOf = (detail: ActionDetail) => TABS.filter((tab) => tab.isThere(factsOf(detail)));
  const first = (detail: ActionDetail, narrow = false) => firstTab(factsOf(detail), tabsOf(detail), narrow);
  /** As others add them. */
  const withTabs = (detail: ActionDetail, ...ids: string[]) => {
    const more = ids.map((id) => ({ id, label: () => id, isThere: () => true, mount: () => {} }));
    return firstTab(factsOf(detail), [...tabsOf(detail), ...more], false);
  };
  const succeeded = { ...scenario.succeeded().root!, phase: "succeeded" };

  test("is the error of what failed, why it waits, and what is told of what runs or has ended", () => {
    expect(first(failed())).toBe("error");
    expect(first(waiting())).toBe("events");
    expect(first({ ...waiting(), phase: "aborted", abort: { reason: "", by: "me" } })).toBe("error");
    expect(withTabs(scenario.running().detail!, "data", "logs")).toBe("logs");
    expect(withTabs(succeeded, "logs", "data", "report")).toBe("report");
    expect(withTabs(succeeded, "logs", "data")).toBe("data");
    expect(withTabs({ ...succeeded, kind: "condition", phase: "paused", attempts: [] }, "answer")).toBe(
      "answer",
    );
  });

  test("has something in it, if any has", () => {
    expect(first(withAttempt({ events: [], transitions: [step("queued", 0, null)] }), true)).toBe("attempts");
    expect(first(withAttempt({ events: [], links: [{ name: "a", url: "https://a" }] }))).toBe("links");
    expect(first(withAttempt({ events: [], links: [] }))).toBe("logs");
  });

  test("exists only where there is something to say", () => {
    const ids = (detail: ActionDetail) => tabsOf(detail).map(({ id }) => id);
    expect(ids(waiting())).toEqual(["logs", "data", "events", "links"]);
    expect(ids(failed())).toEqual(["error", "logs", "data", "events", "links"]);
  });
});

test("a retry is where its attempt is, though the status lags behind", () => {
  const detail = withAttempt({ phase: "queued", transitions: [step("queued", 0, null)] }, "running");
  expect(phaseNow(detail, detail.attempts[0])).toBe(Queued);
  expect(phaseNow({ ...detail, phase: "failed" }, detail.attempts[0])).toBe(Failed);
  expect(phaseNow({ ...detail, kind: "condition", phase: "paused", attempts: [] }, undefined)).not.toBe(
    Paused,
  );
});

test.each([
  ["https://logs.acme.dev/a b", "https://logs.acme.dev/a%20b"],
  ["http://localhost:30080/v2", "http://localhost:30080/v2"],
  ["javascript:alert(1)", ""],
  ["data:text/html,x", ""],
  ["/relative", ""],
])("the address %j becomes %j", (url, expected) => {
  expect(safeUrl(url)).toBe(expected);
});

test.each([
  ["hit", "from the cache"],
  ["lookup failure", "cache could not be read"],
  ["disabled", ""],
  ["", ""],
  ["frozen", "cache: frozen"],
])("a cache that says %j is %j in words", (cache, words) => {
  expect(cacheWords(cache)).toBe(words);
});
