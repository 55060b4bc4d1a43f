// The one line that answers: why it failed, what it waits for, how long it will take, what decided how long it took.
// Python composes it (flyte_widgets/run/summary.py); here it is only shown, and its clocks go on.
import { signal } from "@preact/signals-core";
import { duration } from "../core/format";
import { cssName, phaseOf } from "../core/phases";
import type { Line, LineButton } from "../core/protocol";
import { Band, type Action as BandAction, type BandContent } from "../ui/band";
import { copyText } from "../ui/copy";
import { h } from "../ui/dom";
import type { View } from "../ui/view-state";

const NAMES: Record<Line["state"], string> = {
  failed: "Why it failed",
  error: "An error",
  waiting: "What it waits for",
  overdue: "How long it takes",
  estimate: "How long it takes",
  ended: "How it ended",
};
const COPIED_MS = 2_000;

export function mountLine(view: View, parent: HTMLElement): void {
  const { store, ui } = view;
  const band = new Band(view);
  parent.append(band.element);
  const copied = signal("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  view.signal.addEventListener("abort", () => clearTimeout(timer));

  const copyReport = async (action: string, button: HTMLButtonElement): Promise<void> => {
    button.style.minWidth = `${button.offsetWidth}px`;
    let said = "Copied";
    try {
      const { payload } = await store.request("report", { action }, { signal: view.signal });
      if (!(await copyText(payload, button))) said = "Not allowed";
    } catch {
      said = "No answer";
    }
    copied.value = said;
    view.announce(said === "Copied" ? "The report is copied." : "The report could not be copied.");
    clearTimeout(timer);
    timer = setTimeout(() => {
      copied.value = "";
    }, COPIED_MS);
  };

  const buttons = (line: Line): BandAction[] => {
    const all: Record<LineButton, BandAction> = {
      show: { id: "show", label: "Show", press: () => show(view, line) },
      logs: { id: "logs", label: "Logs", press: () => openAction(view, line.action, "logs") },
      report: {
        id: "report",
        label: copied.value || "Copy report",
        press: (button) => void copyReport(line.action, button),
      },
      compare: {
        id: "compare",
        label: "Compare",
        press: () => {
          ui.lens.value = "compare";
        },
      },
      path: {
        id: "path",
        label: ui.narrow.value ? "Path" : "Critical path",
        press: () => {
          ui.lens.value = ui.lens.peek() === "path" ? "" : "path";
        },
      },
    };
    const wanted = ui.narrow.value
      ? line.buttons.filter((id) => id === "show" || id === "path")
      : line.buttons;
    return wanted.map((id) => all[id]);
  };

  const draw = (): void => {
    const line = store.traits.summary.value;
    band.update(line ? contentOf(view, line, buttons(line)) : null);
  };
  view.effect(draw);
  view.everyTick(1_000, () => {
    if (store.traits.summary.peek()?.sentence.some(([, , sinceMs]) => sinceMs !== null)) draw();
  });
}

function contentOf({ store, ui }: View, line: Line, actions: BandAction[]): BandContent {
  const narrow = ui.narrow.value;
  const nowMs = store.nowMs();
  const phase = phaseOf(line.phase);
  const common = {
    key: `${line.state} ${line.action}`,
    name: NAMES[line.state],
    tone: line.state === "failed" ? "danger" : "plain",
    mark: { glyph: phase, ink: `var(--fw-ink-${cssName(phase)})` },
    actions,
    spoken: line.text,
  } as const;
  return narrow
    ? {
        ...common,
        sentence: nodes(line.answer, nowMs),
        secondary: [h("span", { class: "fw-line-place" }, ...nodes(line.place, nowMs))],
      }
    : { ...common, sentence: nodes(line.sentence, nowMs), secondary: line.tail };
}

/** The parts of a sentence as nodes. */
export function nodes(parts: Line["sentence"], nowMs: number): (Node | string)[] {
  return parts.map(([text, style, sinceMs]) => {
    const said = sinceMs === null ? text : duration(nowMs - sinceMs);
    if (style === "strong") return h("strong", {}, said);
    return style === "mono" ? h("span", { class: "fw-mono" }, said) : said;
  });
}

/** What waits is shown among its like; an action, by its details. */
function show(view: View, line: Line): void {
  if (line.state === "waiting") view.ui.phaseFilter.value = phaseOf(line.phase);
  else openAction(view, line.action, "");
}

/** Open the details of an action, on this tab; "": on the one that says most. */
export function openAction({ store, ui }: View, action: string, tab: string): void {
  if (tab) ui.detailsTab.value = tab;
  store.select(action);
  ui.reveal.value = { id: action };
  ui.detailsOpen.value = true;
}
