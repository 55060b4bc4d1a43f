// Lists of runs as the bundle loads them: a part of its own, with the first list. All views of a list share its channel
// to Python and its panel. State: Python's rows (`runs`); the browser filters what it knows at once, and asks for the rest.
import type { AnyModel } from "@anywidget/types";
import { Channel } from "../core/channel";
import type { RunsTraits } from "../core/protocol";
import panelBarCss from "../hosts/panel-bar.css";
import { Sidebar } from "../hosts/sidebar";
import narrowCss from "./narrow.css";
import paneCss from "./pane.css";
import { RunsPanel } from "./panel";
import rowsCss from "./rows.css";
import css from "./runs.css";
import { RunsView } from "./view";

type Model = AnyModel<RunsTraits>;

const CSS = panelBarCss + css + rowsCss + paneCss + narrowCss;

/** What the views of a list have in common. */
class Shared {
  readonly channel: Channel;
  readonly panel: RunsPanel;
  readonly #sidebar: Sidebar;
  users = 0;

  constructor(model: Model, sheet: string) {
    const scope = (): string => {
      const { host, project, domain } = model.get("runs")!;
      return `runs/${host}/${project}/${domain}`;
    };
    this.channel = new Channel(model, { seq: () => 0, scope, isOver: () => false, take: () => {} });
    this.panel = new RunsPanel(model, this.channel, (into) => new RunsView(model, this.channel, into, sheet));
    this.#sidebar = new Sidebar(this.panel, model);
    this.channel.start();
  }

  close(): void {
    this.#sidebar.close();
    this.panel.close();
    this.channel.close();
  }
}

/** By the widget's id: hosts give stand-ins for a model. */
const known = new Map<string, Shared>();

function share(model: Model, sheet: string): { shared: Shared; end: () => void } {
  const { id } = model.get("runs")!;
  const shared = known.get(id) ?? new Shared(model, sheet);
  known.set(id, shared);
  shared.users++;
  return {
    shared,
    end: () => {
      if (--shared.users > 0) return;
      known.delete(id);
      shared.close();
    },
  };
}

/** Take calls of `sidebar()` for as long as the model lives, be it shown or not. Gives what ends that. */
export function attendRuns(model: Model, sheet: string): () => void {
  return share(model, sheet + CSS).end;
}

/** Draws into `el`; gives what ends it. */
export function renderRuns(model: Model, el: HTMLElement, sheet: string): () => void {
  const { shared, end } = share(model, sheet + CSS);
  const view = shared.panel.drawView(el);
  return () => {
    view.close();
    end();
  };
}
