// Why the kernel has not answered, in words.
import type { KernelState } from "../core/kernel-life";
import type { Store } from "../core/store";

/** An answer takes a few ms; a read of the backend up to a second or so. After this long it is said what is in the way. */
const SLOW_MS = 2_000;

/** A kernel that is heard and does not answer runs a cell, unless the host knows better. "" where nothing is known. */
export function whyQuiet(kernel: KernelState, busy: boolean | null): string {
  return {
    alive: busy === false ? "" : "a cell is running",
    cut: "no connection",
    silent: "no word from it",
    gone: "",
  }[kernel];
}

/** "Waiting for the kernel: a cell is running" for what was asked for at `sinceMs`; "" while that is not long ago. */
export function waitingForKernel(store: Store, sinceMs: number): string {
  if (Date.now() - sinceMs < SLOW_MS || store.busy === false) return "";
  const why = whyQuiet(store.kernel.state.value, store.busy);
  return `Waiting for the kernel${why && `: ${why}`}`;
}
