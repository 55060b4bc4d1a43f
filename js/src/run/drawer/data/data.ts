// The Data tab: what the action was given and what it returned. Read when it is looked at, and again when it has ended.
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { isTerminal, Phase, phaseOf } from "../../../core/phases";
import type { ActionDetail, ActionValues, ValueNode } from "../../../core/protocol";
import type { RequestError } from "../../../core/requests";
import { insertCell } from "../../../hosts/new-cell";
import { iconButton, textButton } from "../../../ui/buttons";
import { copyText } from "../../../ui/copy";
import { h } from "../../../ui/dom";
import { icon } from "../../../ui/icons";
import type { View } from "../../../ui/view-state";
import type { Subject } from "../subject";
import css from "./data.css";
import { type Side, ValueTree } from "./tree";

const hasEnded = ({ phase }: ActionDetail): boolean => isTerminal(phaseOf(phase));
const hasSucceeded = (phase: string): boolean => [Phase.Succeeded, Phase.Recovered].includes(phaseOf(phase));

export function mountData(
  view: View,
  panel: HTMLElement,
  subject: Subject,
  shown: ReadonlySignal<boolean>,
): void {
  view.style(css);
  panel.classList.add("fw-data");
  /** Changes where other values may be there. */
  const key = computed(() => {
    const { id, detail, attempt } = subject;
    const phase = detail.value?.phase ?? "";
    return shown.value
      ? `${id.value}\n${hasEnded({ phase } as ActionDetail) ? phase : "goes on"}\n${attempt.value?.attempt}`
      : "";
  });
  let read = "";
  let reading = new AbortController();
  view.signal.addEventListener("abort", () => reading.abort());

  const load = (): void => {
    const detail = subject.detail.peek();
    if (!detail) return;
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    panel.replaceChildren(...(["inputs", "outputs"] as const).map((side) => section(side, "", waiting())));
    view.store
      .request("read_data", { action: detail.id }, { signal, timeoutMs: 120_000 })
      .then(({ payload }) => {
        if (!signal.aborted) draw(view, panel, detail, payload, signal);
      })
      .catch((error: RequestError) => {
        if (!signal.aborted) panel.replaceChildren(failure(error, load));
      });
  };
  view.effect(() => {
    const now = key.value;
    if (now === "" || now === read) return;
    read = now;
    load();
  });
}

function draw(
  view: View,
  panel: HTMLElement,
  detail: ActionDetail,
  data: ActionValues,
  signal: AbortSignal,
): void {
  const sections = (["inputs", "outputs"] as const).map((side) => {
    const python = `${data.python}.${side}()`;
    const tree = (nodes: readonly ValueNode[]): HTMLElement =>
      new ValueTree(view.store, detail.id, side, nodes, commandsOf(view, panel, detail.id, side), signal)
        .element;
    if (data[side].length) return section(side, python, tree(data[side]), view);
    const content = data.tooLarge
      ? tooLarge(view, detail.id, side, data, tree)
      : h("p", { class: "fw-data-none" }, nothing(side, detail));
    return section(side, python, content, view);
  });
  panel.replaceChildren(...sections);
}

/** The backend does not hand it out: it can be read where it is stored, if the kernel may. */
function tooLarge(
  view: View,
  action: string,
  side: Side,
  data: ActionValues,
  tree: (nodes: readonly ValueNode[]) => HTMLElement,
): HTMLElement {
  const uri = (side === "inputs" ? data.inputsUri : data.outputsUri) ?? "";
  const words = h("span", {}, data.tooLarge ?? "");
  const line = h("p", { class: "fw-data-none" }, words);
  if (!uri) return line;
  const load = textButton("Load");
  const copy = iconButton("Copy the address", "copy", 13);
  line.append(load, copy);
  copy.title = uri;
  copy.addEventListener("click", () => void copied(view, uri, copy), { signal: view.signal });
  load.addEventListener("click", () => {
    load.disabled = true;
    words.textContent = "Reading…";
    view.store
      .request("load_data", { action, side }, { timeoutMs: 600_000 })
      .then(({ payload }) => line.replaceWith(tree(payload)))
      .catch((error: RequestError) => {
        words.textContent = [error.message, error.hint].filter(Boolean).join(" ");
        line.classList.add("fw-data-failed");
        load.textContent = "Try again";
        load.disabled = false;
      });
  });
  return line;
}

function section(side: Side, python: string, content: HTMLElement, view?: View): HTMLElement {
  const title = side === "inputs" ? "Inputs" : "Outputs";
  const head = h("div", { class: "fw-data-head" }, h("h4", {}, title));
  if (python && view) {
    const copy = iconButton("Copy the Python", "copy", 13);
    copy.addEventListener("click", () => void copied(view, python, copy));
    head.append(h("code", { class: "fw-data-python", title: python }, python), copy);
  }
  return h("section", { class: "fw-data-section", "aria-label": title }, head, content);
}

function nothing(side: Side, { phase, kind }: ActionDetail): string {
  if (side === "inputs") return `The ${kind} takes none.`;
  if (!isTerminal(phaseOf(phase))) return "They come when the action succeeds.";
  return hasSucceeded(phase) ? `The ${kind} returns none.` : `None: the action ${words(phase)}.`;
}

const words = (phase: string): string =>
  ({ failed: "failed", aborted: "was aborted", timed_out: "timed out" })[phase] ?? "did not succeed";

function commandsOf(view: View, panel: HTMLElement, action: string, side: Side) {
  const { store } = view;
  const failed = (error: RequestError): void => {
    store.notice.value = [error.message, error.hint].filter(Boolean).join(" ");
  };
  const pathOf = ({ path }: ValueNode): number[] => path ?? [];
  return {
    copy: (node: ValueNode): void => {
      if (node.uri || !(node.children ?? 0)) void copied(view, node.uri || node.text || "", panel);
      else if (node.kind === "text") {
        store
          .request("read_value", { action, side, path: pathOf(node), start: 0 })
          .then(({ payload }) => copied(view, payload.text, panel), failed);
      } else void copied(view, node.text ?? "", panel);
    },
    python: (node: ValueNode): void => {
      store
        .request("python_of_value", { action, side, path: pathOf(node) })
        .then(({ payload }) => {
          if (insertCell(panel, payload)) view.announce("A new cell has the Python for this value.", true);
          else void copied(view, payload, panel);
        })
        .catch(failed);
    },
    save: (node: ValueNode): void => {
      store
        .request("save_value", { action, side, path: pathOf(node) }, { timeoutMs: 600_000 })
        .then(({ payload }) => {
          store.notice.value = `${payload.path} is beside the notebook, ${payload.note}.`;
        })
        .catch(failed);
    },
    preview: (): void => undefined, // the tree's own, as is the next
    load: (): void => undefined,
  };
}

async function copied(view: View, text: string, near: HTMLElement): Promise<void> {
  const done = await copyText(text, near);
  view.announce(done ? "Copied" : "The browser did not let it be copied", true);
}

function failure(error: RequestError, again: () => void): HTMLElement {
  const retry = textButton("Try again");
  retry.addEventListener("click", again);
  const words = [`Not read: ${error.message}`, error.hint].filter(Boolean).join(" ");
  return h("p", { class: "fw-data-none fw-data-failed" }, words, retry);
}

const waiting = (): HTMLElement => h("p", { class: "fw-data-none" }, icon("spinner", 12), "Reading…");
