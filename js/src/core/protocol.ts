// What crosses between Python and the browser: traits, requests, messages (protocol.generated.ts), and packed columns.
// Phases are the SDK's values ("running") in traits and messages, wire numbers in columns. Times are epoch
// milliseconds of the backend's clock in traits and messages, milliseconds from `baseMs` in columns.
import columns from "../../../flyte_widgets/shared/columns.json";

export * from "./protocol.generated";

/** `source` where the backend is in the kernel itself, and ends with it. */
export const IN_KERNEL = "fw.local.start()";

export const MAGIC = columns.magic;
/** Id of the run's root action. */
export const ROOT = columns.root;

/** Row flags. History: segments come from attempts and phase transitions, not from what was observed or status alone. */
export const Row = columns.rowFlags;

/**
 * Segment flags. Observed: times are those at which this client saw the phase. StatusOnly: one segment for the whole
 * life, for nothing else is known.
 */
export const Seg = columns.segmentFlags;

export const Kind = columns.kinds;
