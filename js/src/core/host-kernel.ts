// What the host says of the kernel, where it says anything. ipywidgets tells its models that their comm is dead;
// JupyterLab, Notebook and Voila also have the kernel's connection. None of that is a public interface for widgets, so all
// of it is guarded. Where the host says nothing, the store goes by silence.
import type { AnyModel } from "@anywidget/types";

/** `dead`: this kernel, or this widget's end of it, is gone for good. `cut`: the page is not connected to it. */
export type Link = "" | "connected" | "cut" | "dead";

interface HostSignal {
  connect(slot: () => void): unknown;
  disconnect(slot: () => void): unknown;
}

interface KernelConnection {
  status?: string;
  connectionStatus?: string;
  statusChanged?: HostSignal;
  connectionStatusChanged?: HostSignal;
}

const DEAD = new Set(["restarting", "autorestarting", "terminating", "dead"]);

export class HostKernel {
  readonly #kernel: KernelConnection | null;
  readonly #dispose: (() => void)[] = [];

  /** Call `report` with what the host says, whenever that may have changed. */
  constructor(model: Pick<AnyModel, "on" | "off" | "widget_manager">, report: (link: Link) => void) {
    this.#kernel = kernelOf(model.widget_manager);
    const lost = (): void => report("dead");
    model.on("comm_live_update", lost); // it begins alive, and only ever becomes dead
    this.#dispose.push(() => model.off("comm_live_update", lost));
    const look = (): void => report(this.link);
    for (const name of ["statusChanged", "connectionStatusChanged"] as const) {
      const changed = this.#kernel?.[name];
      if (typeof changed?.connect !== "function") continue;
      changed.connect(look);
      this.#dispose.push(() => changed.disconnect(look));
    }
  }

  get link(): Link {
    const { status, connectionStatus } = this.#kernel ?? {};
    if (status !== undefined && DEAD.has(status)) return "dead";
    if (typeof connectionStatus !== "string") return "";
    return connectionStatus === "connected" ? "connected" : "cut";
  }

  /** Whether a cell runs; null where the host does not say. */
  get busy(): boolean | null {
    const status = this.#kernel?.status;
    return status === "busy" ? true : status === "idle" ? false : null;
  }

  close(): void {
    for (const dispose of this.#dispose.splice(0)) dispose();
  }
}

function kernelOf(manager: unknown): KernelConnection | null {
  try {
    return (manager as { kernel?: KernelConnection | null } | undefined)?.kernel ?? null;
  } catch {
    return null; // a getter of the host's that fails
  }
}
