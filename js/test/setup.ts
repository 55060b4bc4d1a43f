// What a test leaves behind when it fails in its middle does not reach the next one.
import { afterEach, vi } from "vitest";

// The first to be registered is the last to run: a file's own clean-up comes before it.
afterEach(() => {
  document.body?.replaceChildren();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
