// Packs what esbuild made of the sources: the stub, which anywidget gets as `_esm`, the loader, the module and its parts.
//
// The module goes to the page as bytes, deflated and not encoded: a comm carries them as they are, and who saves a
// notebook encodes them as it does all bytes.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";

const DYNAMIC = /\bimport\("\.\/([\w-]+)\.js"\)/g;

/**
 * Gives file names and contents: "widget.js" (the stub), "loader.js", "widget.bin", and "<part>.bin" for each part.
 * `result`: of esbuild with `splitting`, `metafile` and `write: false`, and "widget" as the entry point.
 */
export async function pack({ outputFiles, metafile }) {
  const outputs = Object.fromEntries(
    Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]),
  );
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));

  /** Names of what a file needs before it, and its own; but for what is in `there`. */
  const needs = (name, there) => {
    if (there.has(name)) return [];
    there.add(name);
    const imports = outputs[name].imports.filter(({ kind }) => kind === "import-statement");
    return [...imports.flatMap(({ path }) => needs(basename(path), there)), name];
  };
  const packed = (names) => {
    const code = (name) => texts.get(name).replace(DYNAMIC, 'FLYTE_PART("$1")');
    const files = names.flatMap((name) => [name, code(name)]);
    return deflateRawSync(files.join("\0"), { level: 9, memLevel: 9 });
  };

  const main = new Set();
  const files = new Map([["widget.bin", packed(needs("widget.js", main))]]);
  for (const [name, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint && name !== "widget.js") {
      files.set(name.replace(/\.js$/, ".bin"), packed(needs(name, new Set(main))));
    }
  }
  files.set("loader.js", await minified("loader.mjs"));
  const hash = createHash("sha256");
  for (const name of [...files.keys()].sort()) hash.update(files.get(name));
  files.set("widget.js", await minified("stub.mjs", hash.digest("base64url").slice(0, 16)));
  return files;
}

async function minified(name, hash = "") {
  const { outputFiles } = await build({
    entryPoints: [new URL(name, import.meta.url).pathname],
    define: { HASH: JSON.stringify(hash) },
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
  });
  return Buffer.from(outputFiles[0].text.trimEnd());
}
