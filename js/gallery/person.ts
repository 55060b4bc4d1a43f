// States of a run that waits for a person, and of one that runs again.
import type { AnswerState, RerunForm, RunTraits, WaitingCondition } from "../src/core/protocol";
import { scenario } from "../test/scenario";
import { RECORDED } from "./recorded";
import type { Stage, State } from "./states";

const ID = "a52";
const paused = (): RunTraits => RECORDED.get("paused")!();
const asked = (): WaitingCondition => paused().waiting[0]!;
const base = (): number => asked().sinceMs!;

function waits(...more: Partial<WaitingCondition>[]): RunTraits {
  return {
    ...paused(),
    waiting: more.map((one, i) => ({ ...asked(), id: `${ID}${i || ""}`, description: "", ...one })),
  };
}

const MODEL = { prompt: "Deploy model v14 to production?", name: "deploy_gate" };
const PRICE = { prompt: "Highest price to bid, in cents?", name: "max_price", type: "int", deadlineMs: null };
const TITLE = { prompt: "What is the release called?", name: "release_name", type: "str", deadlineMs: null };
const LONG = {
  prompt:
    "Approve the tool call `delete_rows`? It removes 12,480 rows of orders_2025 that no invoice names, and their line " +
    "items in the archive as well.",
  name: "approve_delete_rows",
  description: "More of it.",
};

const AFTER = { relation: { kind: "recover", run: "r4p2bdpt7f", url: "" }, run_name: "r9x2kd84mq" };
const recovering = (): RunTraits => ({ ...scenario.running(102_000, ""), ...AFTER });
const started = (): RunTraits["rerun_state"] => ({
  state: "started",
  kind: "rerun",
  run: "r9x2kd84mq",
  code: 'flyte.rerun("r4p2bdpt7f")',
  url: "https://flyte.acme.dev/v2/domain/development/project/etl/runs/r9x2kd84mq",
  atMs: base(),
  message: "",
});

const answer = (more: Partial<AnswerState>): AnswerState => ({
  state: "answered",
  id: ID,
  name: MODEL.name,
  value: "yes",
  by: "",
  atMs: base() + 9_000,
  sinceMs: base() - 183_000,
  message: "",
  ...more,
});

const ended = (more: Partial<AnswerState>): State => ({
  traits: waits(MODEL),
  act: (stage) => stage.play({ waiting: [], answers: [answer(more)] }),
});

function type(stage: Stage, text: string): void {
  const input = stage.find<HTMLInputElement>(".fw-waiting input");
  input.value = text;
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  input.dispatchEvent(new FocusEvent("blur"));
}

const press = (stage: Stage, selector: string): void => stage.find<HTMLElement>(selector).click();

export const PERSON: Record<string, () => State> = {
  "compact-yes-no": () => ({
    traits: { ...waits(MODEL), view: "compact" },
    act: async (stage) => {
      stage.later(650);
      await stage.pause(650); // they take no click for 600 ms
    },
  }),
  "compact-answer": () => ({ traits: { ...waits(PRICE), view: "compact" } }),
  "waits-bool": () => ({ traits: waits(MODEL, PRICE) }),
  "waits-number": () => ({ traits: waits(PRICE), act: (stage) => type(stage, "1250") }),
  "waits-wrong": () => ({ traits: waits(PRICE), act: (stage) => type(stage, "12,5") }),
  "waits-text": () => ({ traits: waits(TITLE) }),
  "waits-long": () => ({ traits: waits(LONG) }),
  "waits-sent": () => ({
    traits: waits(MODEL),
    manner: { silent: ["signal"] },
    act: async (stage) => {
      press(stage, ".fw-waiting .fw-primary");
      stage.later(400);
      await stage.pause(320);
    },
  }),
  "waits-accepted": () => ({
    traits: { ...waits(MODEL), answers: [answer({ state: "accepted", atMs: base() + 10_000 })] },
  }),
  "waits-answered": () => ended({}),
  "waits-refused": () => ({
    traits: { ...waits(MODEL), answers: [answer({ state: "failed", message: "permission denied" })] },
  }),
  "waits-other": () => ended({ state: "answered_elsewhere", by: "kim@acme.dev" }),
  "waits-timed-out": () => ended({ state: "timed_out", sinceMs: base() - 1_800_000 }),
  "waits-details": () => ({
    traits: { ...paused(), selected: ID },
    act: (stage) => press(stage, ".fw-waiting .fw-text-link"),
  }),
  "rerun-question": () => ({
    traits: scenario.failed(""),
    manner: { answers: { read_rerun: { ...FORM, recovers: true } } },
    act: async (stage) => {
      await stage.until(".fw-rerun");
      press(stage, ".fw-rerun");
      await stage.pause(30);
    },
  }),
  "rerun-form": () => ({
    traits: scenario.failed(""),
    manner: { answers: { read_rerun: FORM } },
    act: async (stage) => {
      await stage.until(".fw-rerun");
      press(stage, ".fw-rerun");
      await stage.pause(30);
      press(stage, ".fw-segmented > :last-child");
      for (const [i, text] of ["40", "0,1"].entries()) {
        const input = stage.find<HTMLInputElement>(`#fw-rerun-${i}`);
        input.value = text;
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }
    },
  }),
  "rerun-failed": () => ({
    traits: {
      ...scenario.failed(""),
      rerun_state: { ...scenario.failed("").rerun_state, state: "failed", message: "permission denied" },
    },
  }),
  "rerun-started": () => ({
    traits: {
      ...scenario.failed(""),
      rerun_state: started(),
    },
  }),
  "rerun-lineage": () => ({ traits: recovering() }),
  "rerun-recovered": () => ({
    traits: { ...scenario.succeeded(), ...AFTER, counts: { recovered: 44, succeeded: 6 } },
  }),
  "rerun-other": () => ({
    traits: { ...scenario.failed(""), rerun_state: started() },
    other: recovering,
    manner: { answers: { open_other: "model" } },
    act: async (stage) => {
      press(stage, ".fw-started-band .fw-primary");
      await stage.until(".fw-other-band .flyte-widgets");
    },
  }),
};

const field = (
  name: string,
  type: string,
  text: string,
  kind: RerunForm["fields"][number]["kind"] = "line",
) => ({
  name,
  type,
  text,
  kind,
  choices: kind === "choice" ? ["FAST", "EXACT"] : [],
});
const FORM: RerunForm = {
  recovers: false,
  fields: [
    field("n", "int", "20"),
    field("rate", "float", "0.0003"),
    field("dry_run", "bool", "false", "bool"),
    field("mode", "enum", "FAST", "choice"),
    field("note", "str", "nightly"),
    field("since", "datetime", "2026-11-23 00:00"),
    field("cfg", "TrainConfig", "{'epochs': 30, 'lr': 0.0003}", "text"),
    field("orders", "DataFrame", "DataFrame(…)", "kept"),
    field("model", "TorchModel", "…", "kept"),
  ],
};
