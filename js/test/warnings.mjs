// A warning of Node fails the test in which it comes. Of JavaScript: only what is here needs the types of Node.
import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect } from "vitest";

// Each part of a view listens once for the view's end. More than these: something listens anew with every redraw.
setMaxListeners(40);

const warnings = [];
process.on("warning", (warning) => warnings.push(String(warning)));

afterEach(async () => {
  await setImmediate(); // Node tells of it a moment later
  expect(warnings.splice(0)).toEqual([]);
});
