// What anywidget gets as `_esm`: the minified module, packed by build.mjs, and how to unpack it.
//
// anywidget sends, saves and imports `_esm` anew for each widget. So it is small, and the first widget of a page unpacks
// the module for all: those that follow wait for that one's. Two versions on a page do not meet: HASH is the content's.
// The module is imported from a blob: URL, as anywidget imports this text.
/* global HASH, PACKED, SIZE */

const ALL = Symbol.for("flyte-widgets.modules");
globalThis[ALL] ??= new Map();
const modules = globalThis[ALL];

/** Two characters are 13 bits: a number of two digits to the base of 91. pack.mjs has the digits. */
function packedBytes() {
  const bytes = new Uint8Array(SIZE);
  const digit = (i) => {
    const code = PACKED.charCodeAt(i);
    return code === 33 ? 25 : code - 35 - (code > 92);
  };
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < PACKED.length; i += 2) {
    held = (held << 13) | (digit(i) * 91 + digit(i + 1));
    for (bits += 13; bits > 7; ) {
      bits -= 8;
      bytes[at++] = held >> bits;
    }
  }
  return bytes;
}

async function load() {
  const unpacked = new Blob([packedBytes()]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const headers = { "content-type": "text/javascript" };
  const url = URL.createObjectURL(await new Response(unpacked, { headers }).blob());
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Stands for the widget where its module cannot be had. */
function apology(error) {
  return {
    initialize() {},
    render({ el }) {
      el.setAttribute("role", "alert");
      el.textContent =
        `flyte-widgets cannot draw here: ${error}. It needs a browser that has DecompressionStream (Chrome 103, ` +
        "Firefox 113, Safari 16.4, or newer) and a page whose content security policy allows scripts from blob:. " +
        "The run and the kernel are not touched by this: `print(w)` prints the phase, `w.to_html(path)` writes a static view.";
    },
  };
}

async function unpacked() {
  if (!modules.has(HASH)) modules.set(HASH, load());
  try {
    return (await modules.get(HASH)).default();
  } catch (error) {
    modules.delete(HASH);
    console.error("flyte-widgets:", error);
    return apology(error);
  }
}

/**
 * Answers at once, and has the module follow. anywidget gives a model 2 s to load and to be initialized, after which it
 * lets no message of the kernel's through any more: on a busy page, unpacking takes longer. What the kernel says
 * meanwhile is not missed: traits wait in the model, and for the rest the widget makes a handshake.
 */
export default function widget() {
  const module = unpacked();
  return {
    initialize(props) {
      const end = module.then((it) => it.initialize(props));
      end.catch((error) => console.error("flyte-widgets:", error));
      return async () => (await end)?.();
    },
    async render(props) {
      return (await module).render(props);
    },
  };
}
