// Which run is open, in place of the list or beside it. Python makes its widget; the list keeps its place meanwhile.
import type { AnyModel } from "@anywidget/types";
import type { Channel } from "../core/channel";
import { sentences } from "../core/format";
import type { RequestError } from "../core/requests";
import type { VirtualList } from "../ui/virtual-list";
import type { RunsGrid } from "./grid";
import { Pane } from "./pane";

export interface OpenedActions {
  /** Another run is open, or none: lay it out. */
  changed(): void;
  failed(error: RequestError): void;
}

export class OpenedRun {
  /** Its name; "": the list alone is shown. */
  run = "";
  /** The run that it is shown beside; "": none. */
  #compare = "";
  #isOpening = false;
  #place: VirtualList["place"] = null;

  readonly pane: Pane;

  constructor(
    model: AnyModel,
    private readonly channel: Channel,
    private readonly grid: RunsGrid,
    private readonly on: OpenedActions,
    private readonly signal: AbortSignal,
  ) {
    const step = (by: number): void => {
      const run = grid.next(this.run, by);
      if (run) this.#show(run);
    };
    this.pane = new Pane(model, { back: () => this.open(""), step }, signal);
  }

  /** The user opens a run, or with "" goes back to the list: the focus goes there, too. */
  open(run: string, compare = ""): void {
    if (run !== this.run || compare !== this.#compare) this.#show(run, compare);
    if (run) this.pane.focus();
    else this.grid.focus();
  }

  /** Python says which one is open: another page may have opened it. */
  follow(run: string): void {
    if (run !== this.run && !this.#isOpening) this.#show(run);
  }

  #show(run: string, compare = ""): void {
    if (!this.run) this.#place = this.grid.list.place;
    if (run) this.grid.current = run;
    [this.run, this.#compare] = [run, compare];
    if (run) this.pane.say(`Opening ${run} …`);
    else this.pane.hide();
    this.on.changed();
    if (!run) {
      this.grid.list.place = this.#place;
      this.grid.reveal();
    }
    void this.#ask(run, compare);
  }

  async #ask(run: string, compare: string): Promise<void> {
    const isCurrent = (): boolean => !this.signal.aborted && this.run === run && this.#compare === compare;
    this.#isOpening = true;
    try {
      const { payload } = await this.channel.request("open_run", { run, compare });
      if (run && isCurrent()) await this.pane.draw(payload);
    } catch (error) {
      const { message, hint = "" } = error as RequestError;
      if (!run) this.on.failed(error as RequestError);
      else if (isCurrent()) this.pane.say(sentences(message, hint));
    } finally {
      if (isCurrent()) this.#isOpening = false;
    }
  }
}
