// Unpacks the module and its parts, and imports them from blob: URLs, as anywidget imports `_esm`. What the sources import
// by `import("./part")` is a part: it is asked of the kernel when it is first needed (pack.mjs calls that FLYTE_PART).

/** `module`: of this version on this page, for stub.mjs. `ask`: gives the bytes of a part. */
export default function start(module, hash, files, ask) {
  const urls = new Map();
  const parts = new Map();

  /** Names and texts, each after those that it imports. Gives the module of the last one. */
  const load = async (bytes) => {
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const files = (await new Response(inflated).text()).split("\0");
    let url = "";
    for (let i = 0; i < files.length; i += 2) {
      const known = urls.get(files[i]);
      if (known) {
        url = known; // two parts have it in common: it is one module, with one state
        continue;
      }
      let text = `const FLYTE_PART=globalThis[Symbol.for("flyte-widgets.modules")].get("${hash}").part;${files[i + 1]}`;
      for (const [name, at] of urls) text = text.replaceAll(`"./${name}"`, `"${at}"`);
      url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      urls.set(files[i], url);
    }
    return import(url);
  };

  module.part = (name) => {
    if (!parts.has(name)) {
      const loaded = ask(name).then(load);
      parts.set(name, loaded);
      loaded.catch(() => parts.delete(name)); // the next call tries again
    }
    return parts.get(name);
  };
  return load(files);
}
