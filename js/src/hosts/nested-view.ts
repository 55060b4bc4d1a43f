// Another widget of this package inside of a view, where the host can show one.
import type { AnyModel } from "@anywidget/types";

interface HostView {
  el: HTMLElement;
  remove?(): void;
}

/** What ipywidgets' managers can do; hosts without one (marimo) cannot show a widget inside of another one. */
interface Manager {
  get_model?(id: string): Promise<unknown>;
  create_view?(model: unknown, options?: object): Promise<HostView>;
}

export class NestedView {
  #view: HostView | null = null;
  #model = "";

  /** `place` is for its element alone. */
  constructor(
    private readonly host: Pick<AnyModel, "widget_manager">,
    private readonly place: HTMLElement,
  ) {}

  /** Draw the widget of a model. Rejects where the host cannot. */
  async draw(id: string): Promise<void> {
    this.#model = id;
    const manager = this.host.widget_manager as Manager | undefined;
    if (!manager?.get_model || !manager.create_view) {
      throw new Error("This notebook host cannot show a run inside of another view.");
    }
    const view = await manager.create_view(await manager.get_model(id), {});
    if (this.#model !== id) {
      view.remove?.(); // another one is wanted meanwhile
      return;
    }
    this.clear();
    this.#model = id;
    this.#view = view;
    this.place.append(view.el);
  }

  clear(): void {
    this.#model = "";
    this.#view?.remove?.();
    this.#view = null;
    this.place.replaceChildren();
  }
}
