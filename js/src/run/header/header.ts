// The first row: phase, task, run, how long, how fresh, Abort.
import { ago, duration, spoken } from "../../core/format";
import { label } from "../../core/phases";
import { IN_KERNEL } from "../../core/protocol";
import { mountBadge } from "../../ui/badge";
import { iconLink, pointLink } from "../../ui/buttons";
import { copyButton } from "../../ui/copy";
import { h, setAttribute, setText } from "../../ui/dom";
import { mountOnceNeeded } from "../../ui/part";
import type { View } from "../../ui/view-state";
import { kinship } from "../rerun/other-run";
import { mountLineage } from "../rerun/started";
import { mountAbort } from "./abort";
import { mountFreshness } from "./freshness";
import { runLengthMs } from "./length";

export function mountHeader(view: View, band: HTMLElement): void {
  const row = h("div", { class: "fw-header" });
  band.append(row);
  mountBadge(view, row);
  mountIdentity(view, row);
  mountLineage(view, row);
  row.append(h("span", { class: "fw-gap" }));
  mountElapsed(view, row);
  mountFreshness(view, row);
  mountAbort(view, row, band);
  const { traits, kernelAlive } = view.store;
  mountOnceNeeded(
    view,
    () => traits.is_terminal.value && kernelAlive.value,
    async () => {
      const { mountRerun } = await import("../rerun/control");
      return () => mountRerun(view, row, band);
    },
  );
  speakPhases(view);
}

function mountIdentity(view: View, row: HTMLElement): void {
  const { traits } = view.store;
  const taskName = h("span", { class: "fw-large" });
  const task = h("strong", { class: "fw-task fw-cut", dir: "auto" }, taskName);
  const run = h("span", { class: "fw-run fw-mono fw-cut" });
  const copy = copyButton(view, "Copy the line that shows this run", () => traits.reference.value);
  const open = iconLink("Open in the Flyte console");
  const local = h("span", { class: "fw-local", title: "It runs in this notebook’s kernel" }, "local");
  const id = h("span", { class: "fw-id" }, run, copy, open, local);
  row.append(task, id);
  view.effect(() => {
    const { task_name, run_name, reference, phase, project, domain, relation } = traits;
    setText(taskName, task_name.value);
    setAttribute(task, "title", task_name.value || null);
    setAttribute(task, "hidden", task_name.value ? null : "");
    setText(run, run_name.value);
    const place = [project.value, domain.value, run_name.value].filter(Boolean).join(" / ");
    const other = relation.value;
    const whose = other && `${kinship(other.kind)} ${other.run}`;
    setAttribute(run, "title", [place, whose].filter(Boolean).join(" · "));
    const known = phase.value !== "";
    setAttribute(copy, "hidden", known && reference.value ? null : "");
    pointLink(open, known ? traits.console_url.value : "");
    // A backend in the kernel has no console.
    local.hidden = !open.hidden || traits.source.value !== IN_KERNEL;
    // Where there is no room for the chip, its words are here.
    setAttribute(id, "title", local.hidden ? null : local.title);
  });
}

function mountElapsed(view: View, row: HTMLElement): void {
  const { store } = view;
  const { traits } = store;
  const attempt = h("span", { class: "fw-attempt" });
  const time = h("span", { class: "fw-large" });
  const elapsed = h("span", { class: "fw-elapsed" }, h("span", {}, time));
  row.append(attempt, elapsed);
  const beganMs = Date.now();
  const draw = (): void => {
    const known = traits.phase.value !== "";
    const connecting = !known && traits.connection.value.state === "connecting";
    const gone = !store.kernelAlive.value && !traits.is_terminal.value;
    const startMs = traits.started_ms.value;
    const endMs = traits.ended_ms.value;
    let text = "";
    if (connecting) text = ago(Date.now() - beganMs);
    else if (known && !gone && startMs !== null) {
      // As the bars: where nothing is heard of the run, it stands at what was last seen.
      void store.revision.value;
      const tookMs = runLengthMs(store.actions, startMs, endMs ?? store.nowMs());
      text = tookMs === null ? "" : duration(tookMs);
      setAttribute(elapsed, "title", tookMs === null ? null : `${spoken(tookMs)} since the start`);
    }
    elapsed.dataset.faint = String(connecting);
    setText(time, text);
    setAttribute(elapsed, "hidden", text ? null : "");
  };
  view.effect(draw);
  view.everyTick(200, draw);
  view.effect(() => {
    const n = traits.attempt.value;
    setText(attempt, `attempt ${n}`);
    // Where it is tight, the task's name needs the place more: the root's row and the details tell the attempt, too.
    setAttribute(attempt, "hidden", n > 1 && !view.ui.compact.value ? null : "");
  });
}

function speakPhases(view: View): void {
  const { traits } = view.store;
  let last = -1;
  view.effect(() => {
    const phase = traits.phase.value === "" ? 0 : view.store.phase;
    if (phase === last) return;
    // The first phase is read with the page; only changes are news.
    if (last > 0) view.announce(`${traits.task_name.value} is ${label(phase)}`, traits.is_terminal.value);
    last = phase;
  });
}
