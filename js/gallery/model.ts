// The kernel of the gallery: answers as Python would, from recorded traits.
import type { ActionValues, Request, RunTraits } from "../src/core/protocol";
import { RecordedModel } from "../test/scenario";

/** How this kernel behaves. */
export interface Manner {
  /** `send` throws, as it does once the kernel is gone. */
  gone?: boolean;
  /** A cell is running: clicks get no answer. */
  busy?: boolean;
  /** Kinds of requests that get no answer. */
  silent?: string[];
  /** What an abort is answered with; without it, it is taken. */
  refusal?: string;
  /** What other requests are answered with, by kind. */
  answers?: Record<string, unknown>;
  /** What comes with an answer, as text. */
  buffers?: Record<string, string>;
  /** Kinds of requests that are refused, and why. */
  refusals?: Record<string, string>;
}

/** Where a state says nothing of the data of its actions. */
const NO_DATA: ActionValues = {
  inputs: [],
  outputs: [],
  python: "w.run",
  inputsUri: "",
  outputsUri: "",
  tooLarge: "",
};
const ANSWERS: Readonly<Record<string, unknown>> = { read_data: NO_DATA };

export class GalleryModel extends RecordedModel {
  constructor(
    traits: RunTraits,
    private readonly manner: Manner = {},
    /** The traits once another action is selected. */
    private readonly selecting?: (id: string) => RunTraits,
  ) {
    super(traits);
  }

  override send(content: unknown): void {
    if (this.manner.gone) throw new Error("Cannot send");
    super.send(content);
    const request = content as Request & { id: number };
    const aborts = request.kind === "abort";
    if ((this.manner.busy && aborts) || this.manner.silent?.includes(request.kind)) return;
    const refusal = this.manner.refusals?.[request.kind] ?? (aborts ? this.manner.refusal : undefined);
    const text = this.manner.buffers?.[request.kind];
    const buffers = text === undefined ? [] : [new DataView(new TextEncoder().encode(text).buffer)];
    const answer = {
      kind: "reply",
      id: request.id,
      payload: { ...ANSWERS, ...this.manner.answers }[request.kind],
    };
    queueMicrotask(() => {
      if (refusal) this.message({ ...answer, ok: false, message: refusal });
      else this.message({ ...answer, ok: true }, ...buffers);
    });
  }

  override save_changes(): void {
    const id = this.get("selected");
    if (this.selecting && id) this.play({ detail: this.selecting(id).detail });
  }
}
