// What fills the view while there is no action to show: connecting, waiting for the first action, or why not.

import { sentences } from "../../core/format";
import type { RunTraits } from "../../core/protocol";
import { h, prose, setAttribute, setText } from "../../ui/dom";
import type { View } from "../../ui/view-state";

export interface Empty {
  title: string;
  /** `code` between backticks. */
  text: string;
  button: "Try again" | "Log in" | "";
  skeleton: "bars" | "dots" | "";
}

type Facts = Pick<RunTraits, "connection" | "phase" | "run_name" | "project" | "domain" | "host" | "source">;

/** What to say. `hasActions`: there is something to show, so nothing. */
export function emptyOf(facts: Facts, hasActions: boolean): Empty | null {
  if (hasActions) return null;
  const { connection, run_name: run, project, domain } = facts;
  const host = facts.host || "the backend";
  const { message, hint } = connection;
  const said = sentences(message, hint);
  const again = { button: "Try again", skeleton: "" } as const;
  switch (connection.state) {
    case "not_found":
      return {
        ...again,
        title: `No run ${run}${project ? ` in ${[project, domain].filter(Boolean).join(" / ")}` : ""}`,
        text:
          `Asked ${host}. ` +
          (hint ||
            "Check the name, or say where the run is: `fw.connect(project=…, domain=…)`. A console URL works too. " +
              "What is older than the backend keeps is not found, either."),
      };
    case "forbidden":
      return {
        ...again,
        title: `No permission to read ${run}`,
        text:
          said ||
          `${host} knows who you are, but does not let you read this run. Ask for access to its project.`,
      };
    case "login_needed":
      return {
        title: `${host} asks for a login`,
        text: hint || "The SDK’s own login opens in your browser. Nothing of it is kept in the notebook.",
        button: "Log in",
        skeleton: "",
      };
    case "failed":
      return { ...again, title: "The run cannot be read", text: said || `${host} gave no reason.` };
    case "closed":
      return {
        title: "Nobody watches this run any more",
        text: "The widget was closed. Run the cell again to watch it.",
        button: "",
        skeleton: "",
      };
    case "ended":
      return {
        title: "No actions",
        text: "The run ended before Flyte created any.",
        button: "",
        skeleton: "",
      };
  }
  if (facts.phase !== "") {
    return {
      title: "No actions yet",
      text: "The run is accepted and waits to be scheduled. Actions appear here as Flyte creates them.",
      button: "",
      skeleton: "dots",
    };
  }
  const where = [project && `project \`${project}\``, domain && `domain \`${domain}\``]
    .filter(Boolean)
    .join(", ");
  const from = [where, facts.source && `from ${facts.source}`].filter(Boolean).join(", ");
  return {
    title: `Reading the run from ${host}`,
    text: from ? `${from.charAt(0).toUpperCase()}${from.slice(1)}.` : "",
    button: "",
    skeleton: "bars",
  };
}

/** Left, width of a name, and left and width of a bar, in percent: like a timeline, but nobody's. */
const SKELETON = [
  [12.8, 28.3, 53],
  [17, 35.4, 31.8],
  [14.9, 42.5, 39],
] as const;

export function mountEmpty(view: View, parent: HTMLElement): void {
  const { store } = view;
  const { traits } = store;
  const title = h("div", { class: "fw-empty-title" });
  const text = h("p", { class: "fw-empty-text" });
  const button = h("button", { class: "fw-button fw-empty-button" });
  const skeleton = h(
    "div",
    { class: "fw-skeleton", "aria-hidden": "true" },
    ...SKELETON.map(([namePc, leftPc, widthPc]) => {
      const name = h("span", { class: "fw-skeleton-name" });
      name.style.width = `${namePc}%`;
      const bar = h("span", { class: "fw-skeleton-bar" });
      bar.style.left = `${leftPc}%`;
      bar.style.width = `${widthPc}%`;
      return h("div", { class: "fw-skeleton-row" }, name, bar);
    }),
  );
  parent.append(h("div", { class: "fw-empty-words" }, title, text), button, skeleton);
  view.effect(() => {
    const facts = Object.fromEntries(FACTS.map((name) => [name, traits[name].value])) as unknown as Facts;
    void store.revision.value;
    const now = emptyOf(facts, store.actions.count > 0);
    if (!now) return;
    setText(title, now.title);
    text.replaceChildren(...prose(now.text));
    setText(button, now.button);
    setAttribute(button, "hidden", now.button ? null : "");
    button.classList.toggle("fw-primary", now.button === "Log in");
    setAttribute(skeleton, "hidden", now.skeleton ? null : "");
    skeleton.dataset.kind = now.skeleton;
  });
  button.addEventListener(
    "click",
    () => {
      setAttribute(button, "aria-disabled", "true");
      const done = () => setAttribute(button, "aria-disabled", null);
      // A refusal shows in `connection`, as the failed try itself does.
      store.retry().then(done, done);
    },
    { signal: view.signal },
  );
}

const FACTS = ["connection", "phase", "run_name", "project", "domain", "host", "source"] as const;
