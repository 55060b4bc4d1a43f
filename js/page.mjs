// Bundles a page of a test or benchmark, as the widget is bundled, and prints it: `node page.mjs ENTRY`.
import { build } from "esbuild";
import { cssTexts } from "./css-text.mjs";

const { outputFiles } = await build({
  entryPoints: [process.argv[2]],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: "es2022",
  plugins: [cssTexts(true)],
  logLevel: "warning",
});
process.stdout.write(outputFiles[0].text);
