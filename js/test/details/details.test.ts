import { describe, expect, test, vi } from "vitest";
import type { ActionDetail, RunTraits } from "../../src/core/protocol";
import { mountDetails } from "../../src/run/drawer/drawer";
import { mountFrameKeys } from "../../src/run/frame-keys";
import { type Mounted, mounted, press } from "../diagram/mounted";
import { scenario } from "../scenario";

function details(traits: RunTraits = scenario.failed()): Mounted {
  const view = mounted(traits, mountDetails);
  view.frame.ui.detailsOpen.value = true;
  return view;
}
const panel = ({ all }: Mounted) => all(".fw-panel:not([hidden])").map(({ id }) => id);
const tabs = ({ all }: Mounted) =>
  all("[role=tab]").map((tab) => [tab.textContent, tab.getAttribute("aria-selected")]);
const focused = (view: Mounted) => (view.band.getRootNode() as ShadowRoot).activeElement;

describe("the panel", () => {
  test("is hidden until it is opened", () => {
    const view = mounted(scenario.failed(""), mountDetails);
    expect(view.band.hidden).toBe(true);
    view.frame.ui.detailsOpen.value = true;
    expect(view.band.hidden).toBe(false);
  });

  test("is open, and tells of it, where an action is selected from the start", () => {
    const view = mounted(scenario.failed(), mountDetails);
    expect(view.band.hidden).toBe(false);
    expect(view.find("section").getAttribute("aria-label")).toBe("Details of train_model");
    expect(view.find(".fw-details-title").textContent).toBe("train_modela44");
    expect(view.find(".fw-details-facts").textContent).toMatch(/^2 attempts2m 5\ds$/);
  });

  test("tells of the run where nothing is selected", () => {
    expect(details(scenario.succeeded()).find(".fw-details-name").textContent).toBe("etl.pipeline");
  });

  test("says that it reads what is not here yet, or that it never will be", () => {
    const view = details(scenario.running());
    view.model.play({ selected: "a49" });
    expect(view.find(".fw-details-name").textContent).toBe("gpu_eval");
    expect(view.find(".fw-details-loading").textContent).toBe("Reading the details…");
    expect(view.find(".fw-details-body").hidden).toBe(true);
    view.store.kernel.state.value = "gone";
    expect(view.find(".fw-details-loading").textContent).toContain("not kept");
    view.model.play({ detail: scenario.running(102_000, "a49").detail });
    expect(view.find(".fw-details-body").hidden).toBe(false);
  });

  test("says that the run has no such action, once its actions are known", () => {
    const view = details(scenario.running());
    view.model.play({ selected: "zzz", detail: null });
    expect(view.find(".fw-details-loading").textContent).toBe("No action zzz is known in this run.");
  });

  test("turns the diagram to its action, and back when it is closed; the user's word counts", () => {
    const { frame } = details();
    expect(frame.ui.reading.value).toBe("action");
    frame.ui.reading.value = "all";
    frame.store.select("a46");
    expect(frame.ui.reading.value).toBe("all");
    frame.ui.reading.value = "action";
    frame.ui.detailsOpen.value = false;
    expect(frame.ui.reading.value).toBe("all");
  });

  test("gives the focus back to where it was opened from", () => {
    const view = mounted(scenario.failed(""), mountDetails);
    const opener = document.createElement("button");
    view.frame.element.append(opener);
    opener.focus();
    view.frame.ui.detailsOpen.value = true;
    view.find("[aria-label='Close the details']").focus();
    view.find("[aria-label='Close the details']").click();
    expect([view.frame.ui.detailsOpen.value, focused(view) === opener]).toEqual([false, true]);
    view.frame.ui.detailsOpen.value = true;
    view.find("[role=tab]").focus();
    press(focused(view)!, "Escape");
    expect([view.band.hidden, focused(view) === opener]).toEqual([true, true]);
  });
});

describe("tabs", () => {
  test("open with the error of what failed, and count what is behind them", () => {
    const view = details();
    expect(panel(view)).toEqual(["fw-panel-error"]);
    expect(tabs(view)).toEqual([
      ["Error", "true"],
      ["Logs", "false"],
      ["Data", "false"],
      ["Events 5", "false"],
      ["Links 2", "false"],
    ]);
    expect(view.find(".fw-error-kind").textContent).toBe("User error");
    expect(view.find(".fw-error-title").textContent).toBe("OutOfMemoryError");
    expect(view.find("pre").textContent).toBe(scenario.failed().detail!.error!.message);
  });

  test("are one tab stop with arrow keys, and stay chosen while the details change", () => {
    const view = details();
    view.find("#fw-tab-error").focus();
    press(focused(view)!, "ArrowRight");
    expect([focused(view)!.id, ...panel(view)]).toEqual(["fw-tab-logs", "fw-panel-logs"]);
    press(focused(view)!, "End");
    press(focused(view)!, "ArrowRight");
    expect(focused(view)!.id).toBe("fw-tab-error");
    expect(view.all('[role=tab][tabindex="0"]')).toHaveLength(1);
    view.find("#fw-tab-links").click();
    view.model.play({ detail: { ...scenario.failed().detail!, attemptCount: 3 } });
    expect(panel(view)).toEqual(["fw-panel-links"]);
    view.model.play({ selected: "a0" });
    expect(panel(view)).toEqual(["fw-panel-links"]);
  });

  test("come one at a time with the attempts where it is narrow", () => {
    const view = details();
    view.frame.ui.compact.value = true;
    expect(tabs(view).map(([name]) => name)).toEqual([
      "Attempts",
      "Error",
      "Logs",
      "Data",
      "Events 5",
      "Links 2",
    ]);
    expect(view.find(".fw-attempts").hidden).toBe(true);
    view.find("#fw-tab-attempts").click();
    expect(view.find(".fw-attempts").hidden).toBe(false);
    expect(panel(view)).toEqual([]);
    view.frame.ui.compact.value = false;
    expect([view.find(".fw-attempts").hidden, ...panel(view)]).toEqual([false, "fw-panel-error"]);
  });

  test("keep the text that is being read: a change elsewhere does not redraw it", () => {
    const view = details();
    const text = view.find("pre");
    view.model.play({ detail: { ...scenario.failed().detail!, attemptCount: 3 } });
    expect(view.find("pre")).toBe(text);
  });
});

describe("the tab that is open", () => {
  test("stays open whatever becomes of the action", () => {
    const view = details(scenario.running(102_000, "a49"));
    expect(panel(view)).toEqual(["fw-panel-events"]);
    const { detail } = scenario.running(102_000, "a49");
    const error = { kind: "user", title: "", message: "boom", code: "" };
    view.model.play({ detail: { ...detail!, phase: "failed", error } });
    expect(tabs(view)[0]).toEqual(["Error", "false"]);
    expect(panel(view)).toEqual(["fw-panel-events"]);
  });

  test("is the person's choice, for every action that has it", () => {
    const view = details();
    view.find("#fw-tab-events").click();
    view.model.play({ selected: "a0" });
    expect(panel(view)).toEqual(["fw-panel-events"]);
  });

  test("is the error of an attempt that failed, once that is unfolded", () => {
    const traits = scenario.running();
    const [failed, ...others] = traits.detail!.attempts;
    const error = { kind: "user", title: "ValueError", message: "ValueError: no", code: "" };
    const detail = { ...traits.detail!, attempts: [{ ...failed!, phase: "failed", error }, ...others] };
    const view = details({ ...traits, detail });
    expect(panel(view)).not.toEqual(["fw-panel-error"]);
    view.find("[data-attempt='1']").click();
    expect(panel(view)).toEqual(["fw-panel-error"]);
  });
});

describe("the size", () => {
  test("M gives one tab all the room, Escape takes it back, then closes", () => {
    const view = details();
    view.frame.mount("keys", mountFrameKeys, view.frame.element);
    const section = view.find("section");
    press(view.find("#fw-tab-error"), "m");
    expect([section.hasAttribute("data-maximised"), view.find(".fw-attempts").hidden]).toEqual([true, true]);
    expect(panel(view)).toEqual(["fw-panel-error"]);
    press(view.find("#fw-tab-error"), "Escape");
    expect([section.hasAttribute("data-maximised"), view.band.hidden]).toEqual([false, false]);
    press(view.find("#fw-tab-error"), "Escape");
    expect(view.band.hidden).toBe(true);
  });

  test("has a button that says what it does", () => {
    const view = details();
    view.find("[aria-label=Maximise]").click();
    view.find("[aria-label=Restore]").click();
    expect(view.frame.ui.detailsMaximised.value).toBe(false);
  });
});

describe("abort of one action", () => {
  const running = () => details(scenario.running(102_000, "a44"));
  const abort = (view: Mounted) => view.find("[aria-label='Abort train_model']");

  test("asks in the title's place, says what else will stop, and sends its id", () => {
    const view = running();
    abort(view).click();
    expect(view.find(".fw-details-head").dataset.abort).toBe("confirm");
    expect(view.find(".fw-question-text").textContent).toBe(
      "Abort train_model a44? Its 2 active children will stop, too. Its parent gets an error.",
    );
    (focused(view) as HTMLInputElement).value = "loss is NaN";
    press(focused(view)!, "Enter");
    expect(view.model.sent.at(-1)).toMatchObject({ kind: "abort", action: "a44", reason: "loss is NaN" });
    view.model.play({
      abort_state: {
        state: "accepted",
        action: "a44",
        atMs: view.store.clockMs() - 3_000,
        reason: "",
        message: "",
      },
    });
    expect(view.find(".fw-details-head .fw-abort-note").textContent).toBe("Abort requested 3 s ago");
    const detail = { ...scenario.running(102_000, "a44").detail!, phase: "aborted", endMs: 0 };
    view.model.play({ detail: { ...detail, abort: { reason: "loss is NaN", by: "ada" } } });
    expect(view.find(".fw-details-aborted").textContent).toMatch(/^by you, .*\d\d:\d\d:\d\d: loss is NaN$/);
    expect(view.find(".fw-details-head .fw-abort").hidden).toBe(true);
  });

  test("is not there for the run, which has a button of its own, nor for what has ended", () => {
    const view = running();
    view.model.play({ selected: "a0" });
    expect(view.find(".fw-details-head .fw-abort").hidden).toBe(true);
    expect(details(scenario.failed()).find(".fw-details-head .fw-abort").hidden).toBe(true);
  });

  test("another action takes the question away", () => {
    const view = running();
    abort(view).click();
    view.model.play({ selected: "a49" });
    expect(view.find(".fw-question").hidden).toBe(true);
  });
});

test("after 2 s without an answer it says that the kernel is busy", () => {
  vi.useFakeTimers();
  const view = details(scenario.running());
  view.model.play({ selected: "a49" });
  const words = () => view.find(".fw-details-loading").textContent;
  expect(words()).toBe("Reading the details…");
  vi.advanceTimersByTime(2_300);
  view.store.revision.value++;
  expect(words()).toBe("Waiting for the kernel: a cell is running");
  vi.useRealTimers();
});

describe("what is told", () => {
  const play = (more: Partial<ActionDetail>) =>
    details({ ...scenario.failed(), detail: { ...scenario.failed().detail!, ...more } });

  test("why it waits, and every event with its warnings", () => {
    const view = details(scenario.running(102_000, "a49"));
    expect(view.find(".fw-callout").textContent).toBe(
      "Why waiting: 12 of 12 nodes have no free nvidia.com/gpu",
    );
    const rows = view.all(".fw-event").map((row) => row.textContent);
    expect(rows[3]).toMatch(
      /^Jun 12 2025 \d\d:\d\d:\d\dWarning: FailedScheduling0\/12 nodes available: .* ×4$/,
    );
    expect(view.all(".fw-event[data-warning]")).toHaveLength(2);
  });

  test("who aborted, and why", () => {
    const view = play({
      phase: "aborted",
      error: null,
      attempts: [],
      abort: { reason: "wrong dataset", by: "ana" },
    });
    expect(tabs(view)[0]).toEqual(["Abort", "true"]);
    expect(view.find(".fw-abort-reason").textContent).toBe("Aborted by ana. wrong dataset");
  });

  test("links that a browser may follow, and no others", () => {
    const attempts = scenario.failed().detail!.attempts.map((one) => ({
      ...one,
      links: [...one.links, { name: "bad", url: "javascript:alert(1)" }],
    }));
    const view = play({ attempts, consoleUrl: "javascript:alert(1)" });
    view.find("#fw-tab-links").click();
    const links = view.all("a") as HTMLAnchorElement[];
    expect(links.filter(({ hidden }) => !hidden).map(({ protocol }) => protocol)).toEqual([
      "https:",
      "https:",
    ]);
    expect(links.every(({ rel, target }) => rel.includes("noopener") && target === "_blank")).toBe(true);
  });

  test("text, whatever is in it", () => {
    const name = "<img src=x onerror=alert(1)>";
    const view = play({ name, error: { kind: "", title: name, message: name, code: "" }, attempts: [] });
    expect(view.all("img")).toEqual([]);
    expect(view.find(".fw-details-name").textContent).toBe(name);
    expect(view.find("pre").textContent).toBe(name);
  });

  test("one line for an action without attempts", () => {
    const view = play({ kind: "condition", phase: "paused", attempts: [], error: null, attemptCount: 0 });
    expect(view.find(".fw-attempts").textContent).toMatch(
      /^A condition: it waits for its signal.Paused2m 5\dsJun 12 2025 \d\d:\d\d:\d\d – \d\d:\d\d:\d\d/,
    );
  });
});

describe("where it stands", () => {
  const facts = ({ all }: Mounted) =>
    all(".fw-relations > *").map((node) => (node.textContent ?? "").replace(/\s+/g, " "));

  test("its parent leads there, its children are counted by phase", () => {
    const view = details(scenario.failed("a44"));
    expect(facts(view)).toEqual(["Parent", "etl.pipeline", "Children", "22 aborted"]);
    view.find(".fw-relations button").click();
    expect(view.store.traits.selected.value).toBe("a0");
    expect(view.frame.ui.reveal.value).toEqual({ id: "a0" });
    expect(facts(view)).toEqual(["Children", "4744 succeeded2 failed1 aborted"]);
  });

  test("without parent, group and children there is nothing to tell", () => {
    const view = details({ ...scenario.noActions(), ...{ detail: null } });
    expect(view.find(".fw-relations").hidden).toBe(true);
  });
});

describe("other kinds", () => {
  const play = (more: Partial<ActionDetail>): Mounted => {
    const traits = scenario.failed("a46");
    const detail = { ...traits.detail!, attempts: [], error: null, abort: null, attemptCount: 0, ...more };
    return details({ ...traits, detail });
  };

  test("a trace and a condition have no empty tabs: they run in no pod, but a trace has data", () => {
    for (const [kind, ...there] of [["trace", "data"], ["condition"]] as const) {
      const view = play({ kind, phase: "succeeded" });
      expect(view.find(".fw-details-side").hidden).toBe(there.length === 0);
      expect(view.find(".fw-phase-when").textContent).toMatch(
        /^Jun 12 2025 \d\d:\d\d:\d\d – \d\d:\d\d:\d\d$/,
      );
      view.frame.ui.compact.value = true;
      expect(tabs(view).map(([text]) => text?.trim().toLowerCase())).toEqual([kind, ...there]);
    }
  });

  test("an aborted condition has its reason as the only tab", () => {
    const view = play({ kind: "condition", phase: "aborted", abort: { reason: "too late", by: "Ada" } });
    expect(panel(view)).toEqual(["fw-panel-error"]);
    expect(view.find("#fw-panel-error").textContent).toBe("Aborted by Ada. too late");
  });

  test("what the backend keeps no more is said, beside what the list tells", () => {
    const view = play({ notKept: true, phase: "succeeded" });
    expect(view.find(".fw-attempts").textContent).toMatch(
      /keeps the details of this action no more.*Succeeded/,
    );
    expect(view.find(".fw-details-side").hidden).toBe(true);
  });

  test.each([
    [{ phase: "succeeded" }, "No attempts are kept, or none were reported."],
    [{ phase: "queued" }, "No attempts were reported."],
    [{ phase: "succeeded", cache: "hit" }, "Taken from the cache: it did not run."],
  ])("a task without attempts says why, and has no empty tabs: %o", (more, words) => {
    const view = play({ kind: "task", ...more });
    expect(view.find(".fw-attempts .fw-note").textContent).toBe(words);
    expect(view.find(".fw-details-side").hidden).toBe(true);
  });
});

test("where the list of attempts is a tab of its own, the attempt is picked in the title", () => {
  const view = details(scenario.failed("a44"));
  const pick = view.find(".fw-pick");
  expect(pick.hidden).toBe(true);
  view.frame.ui.compact.value = true;
  expect(pick.hidden).toBe(false);
  expect(pick.textContent).toMatch(/^2/);
  view.frame.ui.compact.value = false;
  view.frame.ui.detailsMaximised.value = true;
  expect(pick.textContent).toMatch(/^attempt 2 of 2/);
  view.frame.ui.detailsMaximised.value = false;
  view.frame.ui.compact.value = true;
  const select = pick.querySelector("select")!;
  expect([...select.options].map(({ text }) => text)).toEqual(["1", "2"]);
  expect(select.value).toBe("2");
  const events = () => tabs(view).find(([text]) => text?.startsWith("Events"))![0];
  const before = events();
  select.value = "1";
  select.dispatchEvent(new Event("change"));
  expect(events()).not.toBe(before);
  expect(view.all(".fw-attempt-head[aria-expanded='true']")[0]!.dataset.attempt).toBe("1");
});

describe("attempts", () => {
  test("are folded but for one; unfolding another turns the tabs to it and keeps the focus", () => {
    const view = details();
    const heads = () => view.all(".fw-attempt-head");
    expect(heads().map((head) => head.getAttribute("aria-expanded"))).toEqual(["true", "false"]);
    heads()[1]!.focus();
    heads()[1]!.click();
    expect(heads().map((head) => head.getAttribute("aria-expanded"))).toEqual(["false", "true"]);
    expect(focused(view)).toBe(heads()[1]);
    expect(tabs(view).map(([name]) => name)).toEqual(["Logs", "Data", "Events 0", "Links 2"]);
  });

  test("that are open grow without being redrawn", async () => {
    const view = details(scenario.running());
    const head = view.find(".fw-attempt-head");
    const before = head.textContent;
    await vi.waitFor(() => expect(head.textContent).not.toBe(before), { timeout: 60_000 });
    expect(view.find(".fw-attempt-head")).toBe(head);
  });
});
