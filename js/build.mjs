// Builds the widget into one ES module. CSS is imported as text, minified, and lands in the shadow root.
import { mkdir, readFile, stat } from "node:fs/promises";
import { build, context, transform } from "esbuild";

const outfile = new URL("../flyte_widgets/widgets/static/widget.js", import.meta.url).pathname;
const watching = process.argv.includes("--watch");

const cssText = {
  name: "css-text",
  setup(hooks) {
    hooks.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: !watching });
      return { contents: code, loader: "text" };
    });
  },
};

const options = {
  entryPoints: ["src/widget.ts"],
  outfile,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: !watching,
  sourcemap: watching ? "inline" : false,
  legalComments: "none",
  plugins: [cssText],
  logLevel: "warning",
};

await mkdir(new URL(".", `file://${outfile}`), { recursive: true });
if (watching) {
  const ctx = await context({ ...options, logLevel: "info" });
  await ctx.watch();
} else {
  await build(options);
  const { size } = await stat(outfile);
  process.stdout.write(`widget.js: ${(size / 1000).toFixed(1)} kB minified\n`);
}
