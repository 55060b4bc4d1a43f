import { defineConfig } from "vitest/config";
import { cssText } from "./css-text.mjs";

export default defineConfig({
  plugins: [
    {
      // As in build.mjs: a stylesheet is imported as its text.
      name: "css-text",
      enforce: "pre",
      async load(id) {
        if (!id.endsWith(".css")) return undefined;
        return `export default ${JSON.stringify((await cssText(id, false)).text)};`;
      },
    },
  ],
  test: {
    environment: "jsdom",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/warnings.mjs", "test/setup.ts"],
    // Only what never ends takes so long, on however busy a machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    onConsoleLog: (log, type) => {
      if (type === "stderr") throw new Error(`A test wrote to the console: ${log}`);
    },
  },
});
