// Ids of commands (abort, signal, rerun) that Python has not answered. They are kept for the tab, so that a page that was
// reloaded between click and answer sends the same command, which Python then answers but does not do again.

const PREFIX = "flyte-widgets:command:";

export class UnansweredCommands {
  /** `scope`: what tells this run from others of the page. */
  constructor(
    private readonly scope: () => string,
    private readonly storage: Storage | null = tabStorage(),
  ) {}

  /** The id under which this command was sent and not answered; null: none. */
  idOf(kind: string, subject: string): number | null {
    const kept = attempt(() => this.storage?.getItem(this.#key(kind, subject)));
    return kept ? Number(kept) : null;
  }

  keep(kind: string, subject: string, id: number): void {
    attempt(() => this.storage?.setItem(this.#key(kind, subject), String(id)));
  }

  forget(kind: string, subject: string): void {
    attempt(() => this.storage?.removeItem(this.#key(kind, subject)));
  }

  #key(kind: string, subject: string): string {
    return `${PREFIX}${this.scope()}:${kind}:${subject}`;
  }
}

/** Hosts that show outputs in a sandbox have no storage: there a reload forgets. */
function tabStorage(): Storage | null {
  return attempt(() => globalThis.sessionStorage) ?? null;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
