// Builds the widget into one ES module, and packs it. CSS is imported as text, minified, and lands in the shadow root.
// `--watch` builds on every change, neither minified nor packed; `--gallery` builds the gallery and the minified
// module into gallery/dist.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { build, context, transform } from "esbuild";
import { pack } from "./pack.mjs";

const path = (name) => new URL(name, import.meta.url).pathname;
const watching = process.argv.includes("--watch");
const gallery = process.argv.includes("--gallery");

const cssText = {
  name: "css-text",
  setup(hooks) {
    hooks.onLoad({ filter: /\.css$/ }, async (file) => {
      const { code } = await transform(await readFile(file.path, "utf8"), {
        loader: "css",
        minify: !watching,
      });
      return { contents: code.trimEnd(), loader: "text" };
    });
  },
};

const widget = {
  entryPoints: [path("src/widget.ts")],
  outfile: path(gallery ? "gallery/dist/widget.js" : "../flyte_widgets/widgets/static/widget.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: !watching,
  sourcemap: watching ? "inline" : false,
  legalComments: "none",
  charset: "utf8",
  plugins: [cssText],
  logLevel: "warning",
};

if (watching) {
  const ctx = await context({ ...widget, logLevel: "info" });
  await ctx.watch();
} else {
  const { outputFiles } = await build({ ...widget, write: false });
  const module = outputFiles[0].contents;
  const shipped = gallery ? module : Buffer.from(await pack(module));
  await mkdir(dirname(widget.outfile), { recursive: true });
  await writeFile(widget.outfile, shipped);
  const kB = ({ length }) => `${(length / 1000).toFixed(1)} kB`;
  process.stdout.write(`widget.js: ${kB(module)} minified, ${kB(shipped)} as it is sent with each widget\n`);
}
if (gallery) {
  await build({
    ...widget,
    entryPoints: [path("gallery/gallery.ts")],
    outfile: path("gallery/dist/gallery.js"),
    minify: false,
  });
  await copyFile(path("gallery/index.html"), path("gallery/dist/index.html"));
}
