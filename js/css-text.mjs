// A style sheet as its text, with those that it imports in their places.
import { build } from "esbuild";

/** The text, and all files that it is made of. */
export async function cssText(file, minify) {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    minify,
    write: false,
    metafile: true,
    absWorkingDir: "/",
    logLevel: "silent",
  });
  const files = Object.keys(metafile.inputs).map((input) => `/${input}`);
  return { text: outputFiles[0].text.trimEnd(), files };
}

/** For esbuild: a style sheet is imported as its text. */
export const cssTexts = (minify) => ({
  name: "css-text",
  setup(hooks) {
    hooks.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { text, files } = await cssText(path, minify);
      return { contents: text, loader: "text", watchFiles: files };
    });
  },
});
