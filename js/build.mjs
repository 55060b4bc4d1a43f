// Builds the widget into ES modules, and packs them. CSS is imported as text, minified, and lands in the shadow root.
// `--watch` builds on every change, not minified; `--gallery` builds the gallery and the minified module, not packed,
// into gallery/dist.
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { build, context } from "esbuild";
import { cssTexts } from "./css-text.mjs";
import { pack } from "./pack.mjs";

const path = (name) => new URL(name, import.meta.url).pathname;
const watching = process.argv.includes("--watch");
const gallery = process.argv.includes("--gallery");

const packed = {
  name: "pack",
  setup({ onEnd }) {
    onEnd(async (result) => {
      if (result.errors.length > 0) return;
      const folder = path("../flyte_widgets/widgets/static/");
      const files = await pack(result);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      for (const [name, content] of files) await writeFile(folder + name, content);
      const kB = (length) => `${(length / 1000).toFixed(1)} kB`;
      const minified = result.outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
      const sent = [...files].map(([name, { length }]) => `${name} ${kB(length)}`).join(", ");
      process.stdout.write(`${kB(minified)} minified; sent: ${sent}\n`);
    });
  },
};

const widget = {
  entryPoints: { widget: path("src/widget.ts") },
  outdir: path("gallery/dist"),
  bundle: true,
  splitting: true,
  chunkNames: "[name]-[hash]",
  format: "esm",
  target: "es2022",
  minify: !watching,
  sourcemap: watching ? "inline" : false,
  legalComments: "none",
  charset: "utf8",
  plugins: [cssTexts(!watching)],
  logLevel: "warning",
};
const shipped = { ...widget, write: false, metafile: true, plugins: [...widget.plugins, packed] };

if (watching) {
  const ctx = await context({ ...shipped, logLevel: "info" });
  await ctx.watch();
} else if (gallery) {
  await build(widget);
  // In one piece: what the benchmarks put beside the packed one.
  await build({ ...widget, splitting: false, entryPoints: { whole: path("src/widget.ts") } });
  await build({ ...widget, entryPoints: { gallery: path("gallery/gallery.ts") }, minify: false });
  await copyFile(path("gallery/index.html"), path("gallery/dist/index.html"));
} else {
  await build(shipped);
}
