// Ids of commands (abort, signal, rerun) that Python has not answered. They are kept for the tab, so that a page that was
// reloaded between click and answer sends the same command, which Python then answers but does not do again.
import { keep, kept } from "./tab-storage";

const PREFIX = "flyte-widgets:command:";

export class UnansweredCommands {
  /** `scope`: what tells this run from others of the page. */
  constructor(private readonly scope: () => string) {}

  /** The id under which this command was sent and not answered; null: none. */
  idOf(kind: string, subject: string): number | null {
    const id = kept(this.#key(kind, subject));
    return id ? Number(id) : null;
  }

  keep(kind: string, subject: string, id: number): void {
    keep(this.#key(kind, subject), String(id));
  }

  forget(kind: string, subject: string): void {
    keep(this.#key(kind, subject), null);
  }

  #key(kind: string, subject: string): string {
    return `${PREFIX}${this.scope()}:${kind}:${subject}`;
  }
}
