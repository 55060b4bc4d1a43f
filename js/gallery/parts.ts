// The parts of ui/ by themselves, each in its states, in a frame without a run.
import { Band, type BandContent } from "../src/ui/band";
import { h } from "../src/ui/dom";
import { Question } from "../src/ui/question";
import { panelId, type Tab, TabList } from "../src/ui/tabs";
import type { View } from "../src/ui/view-state";
import { VirtualList } from "../src/ui/virtual-list";
import { PROGRESS } from "./progress";
import { RUNS } from "./runs";

export type Part = (view: View, parent: HTMLElement) => void;

const strong = (text: string): HTMLElement => h("strong", {}, text);
const mono = (text: string): HTMLElement => h("span", { class: "fw-mono" }, text);
const nothing = (): void => {};
const text = (label: string) => ({ id: label, label, press: nothing });
const button = (label: string) => ({ ...text(label), kind: "button" as const });

const BANDS: readonly BandContent[] = [
  {
    key: "warn",
    name: "Connection to the backend",
    tone: "warn",
    mark: { icon: "warning" },
    whole: true,
    sentence: ["flyte.acme.dev does not answer. Shown as of 14:33:53, next try in 4 s."],
    actions: [button("Retry now")],
  },
  {
    key: "error",
    name: "Error of the widget",
    tone: "danger",
    mark: { icon: "warning" },
    whole: true,
    sentence: ["An observer of phase raised ValueError: no such channel. The watch goes on."],
    dismiss: nothing,
  },
  {
    key: "wait",
    name: "Needs an answer",
    tone: "wait",
    stacked: true,
    mark: { chip: 9 },
    sentence: ["Deploy model v14 to production?"],
    secondary: [mono("deploy_gate"), "waiting 3m 12s", "times out in 26 m"],
    actions: [button("No"), { ...text("Yes"), kind: "primary" }],
  },
  {
    key: "failed",
    name: "Failure",
    tone: "danger",
    mark: { glyph: 6, ink: "var(--fw-ink-failed)" },
    sentence: ["square ", mono("a17"), " raised ", strong("ValueError: n is too big")],
    secondary: ["last of 3 attempts", "user error"],
    actions: [text("Show"), text("Logs"), text("Copy report")],
  },
  {
    key: "long",
    name: "Another failure",
    tone: "danger",
    mark: { glyph: 6, ink: "var(--fw-ink-failed)" },
    sentence: [
      "train_model ",
      mono("a44"),
      " raised ",
      strong("OutOfMemoryError: CUDA out of memory. Tried to allocate 2.40 GiB (GPU 0; 15.78 GiB total)"),
    ],
    secondary: ["last of 3 attempts", "user error"],
    actions: [text("Show"), text("Logs"), text("Copy report")],
  },
  {
    key: "waiting",
    name: "Waiting",
    tone: "plain",
    mark: { glyph: 2, ink: "var(--fw-ink-waiting-for-resources)" },
    sentence: [strong("12 actions wait for nvidia.com/gpu"), ", the longest 1m 12s"],
    secondary: ["0 of 10 nodes have any free"],
    actions: [text("Show")],
  },
  {
    key: "from",
    name: "Started from this run",
    tone: "plain",
    mark: { icon: "retry" },
    sentence: [mono("r9x2kd84mq"), " started from this run"],
    secondary: ["14:38:02"],
    actions: [text("Copy code"), text("Show")],
  },
];

function bands(view: View, parent: HTMLElement): void {
  for (const content of BANDS) {
    const band = new Band(view);
    band.update(content);
    parent.append(band.element);
  }
}

function questions(view: View, parent: HTMLElement): void {
  const words = { name: "Confirm", keep: "Keep running", answer: nothing } as const;
  const reason = { placeholder: "Reason (optional)", name: "Reason" };
  const many = new Question(view, { ...words, tone: "danger", sure: "Abort 2 runs", reason });
  many.say(["Abort 2 runs?"], "14 active actions will stop.");
  const rerun = new Question(view, { ...words, tone: "ask", keep: "Cancel", sure: "Start run" });
  rerun.say(["Rerun ", mono("r4p2bdpt7f")], "Runs all 50 actions again, in etl / development.");
  for (const question of [many, rerun]) {
    const row = h("div", { class: "fw-band" }, question.element);
    row.style.padding = "8px 12px";
    row.style.background = question === many ? "var(--fw-danger-bg)" : "var(--fw-ask)";
    parent.append(row);
    question.open(row);
  }
}

const TABS: readonly Tab<string>[] = [
  ...["Attempts", "Error", "Logs", "Data", "Report"].map((label) => ({ id: label, label, count: null })),
  { id: "events", label: "Events", count: 7 },
  { id: "links", label: "Links", count: 3 },
];

function tabs(view: View, parent: HTMLElement): void {
  for (const chosen of ["Error", "events"]) {
    const list = new TabList<string>("Details", (id) => list.update(TABS, id), view.signal);
    const bar = h("div", { class: "fw-tabs-bar" }, list.element);
    const panel = h("div", { id: panelId(chosen), role: "tabpanel", "aria-label": chosen });
    parent.append(bar, panel);
    list.update(TABS, chosen);
  }
}

/** Lines of a log: wrapped, so of many heights, and kept to the end. */
function list(view: View, parent: HTMLElement): void {
  const lines = Array.from({ length: 20_000 }, (_, i) =>
    i % 7
      ? `epoch ${i}/20000 loss ${(7 / (i + 9)).toFixed(4)}`
      : `${i} UserWarning: ${"the batch is padded ".repeat(9)}`,
  );
  const virtual = new VirtualList({
    source: { count: lines.length, keyAt: (i) => i, indexOf: (key) => Number(key) },
    create: () => {
      const element = h("div", { class: "fw-mono" });
      element.style.cssText =
        "padding: 0 12px; font-size: 11.5px; line-height: 18px; overflow-wrap: anywhere";
      return {
        element,
        show: (i) => {
          element.textContent = lines[i]!;
        },
      };
    },
    rowPx: 18,
    measured: true,
    follow: true,
    role: "log",
    name: "Lines",
    signal: view.signal,
  });
  virtual.element.style.height = "268px";
  parent.append(virtual.element);
  virtual.refresh();
}

/** By name, as states of the gallery. */
export const PARTS: Readonly<Record<string, Part>> = {
  "part-bands": bands,
  "part-questions": questions,
  "part-tabs": tabs,
  "part-list": list,
  ...PROGRESS,
  ...RUNS,
};
