// Builds the widget into one ES module. CSS is imported as text, minified, and lands in the shadow root.
// `--watch` builds on every change; `--gallery` builds the gallery and a widget for it into gallery/dist.
import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { build, context, transform } from "esbuild";

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
  await build(widget);
  const { size } = await stat(widget.outfile);
  process.stdout.write(`widget.js: ${(size / 1000).toFixed(1)} kB minified\n`);
}
if (gallery) {
  await mkdir(path("gallery/dist"), { recursive: true });
  await build({
    ...widget,
    entryPoints: [path("gallery/gallery.ts")],
    outfile: path("gallery/dist/gallery.js"),
    minify: false,
  });
  await copyFile(path("gallery/index.html"), path("gallery/dist/index.html"));
}
