// Packs a module into a loader of itself: raw deflate, written in 91 characters that neither JSON nor JavaScript nor
// HTML escapes. loader.mjs unpacks it in the page.
import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";

const BASE = 91;
/** From "#" to "~" without the backslash; "!" stands for "<", which starts a tag where a notebook is converted. */
const character = (digit) =>
  digit === 25 ? "!" : String.fromCharCode(digit + 35 + (digit >= 92 - 35 ? 1 : 0));

/** Two characters for 13 bits: 16 / 13 of the bytes' number, where base64 needs 4 / 3. */
export function encode(bytes) {
  let text = "";
  let held = 0;
  let bits = 0;
  const put = (number) => {
    text += character(Math.floor(number / BASE)) + character(number % BASE);
  };
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfffff;
    bits += 8;
    if (bits >= 13) {
      bits -= 13;
      put((held >> bits) & 0x1fff);
    }
  }
  if (bits > 0) put((held << (13 - bits)) & 0x1fff);
  return text;
}

/** The ES module that unpacks and runs `module`, itself minified. */
export async function pack(module) {
  const bytes = deflateRawSync(module, { level: 9, memLevel: 9 });
  const hash = createHash("sha256").update(module).digest("base64url").slice(0, 16);
  const { outputFiles } = await build({
    entryPoints: [new URL("loader.mjs", import.meta.url).pathname],
    define: { HASH: JSON.stringify(hash), SIZE: String(bytes.length), PACKED: "PACKED" },
    banner: { js: `const PACKED=${JSON.stringify(encode(bytes))};` },
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
}
