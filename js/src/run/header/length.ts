// How long a run took, also where its own times say nothing. Pure.
import type { Actions } from "../../core/actions";

/**
 * From start to end; null where that is not known. Some backends give a run that ended one time for both: then the times
 * of its actions tell how long it took, for a run whose actions took time did not take "0s".
 */
export function runLengthMs(actions: Actions, startMs: number, endMs: number): number | null {
  const lengthMs = endMs - startMs;
  if (lengthMs >= 1) return lengthMs;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < actions.count; row++) {
    if (actions.createdMs[row]! < first) first = actions.createdMs[row]!;
    if (actions.endedMs[row]! > last) last = actions.endedMs[row]!;
  }
  if (last === Number.NEGATIVE_INFINITY) return Math.max(0, lengthMs);
  return last - first >= 1 ? last - first : null;
}
