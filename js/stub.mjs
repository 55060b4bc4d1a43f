// What anywidget gets as `_esm`: how to find the widget's module, not the module itself.
//
// anywidget sends, saves and imports `_esm` anew for each widget. So it is small, and the module is in one model that all
// widgets of a kernel share (Python: front_end.py), with the loader that unpacks it (loader.mjs). The first widget of a
// page loads it for all. Two versions on a page do not meet: HASH is the content's.
/* global HASH */

const ALL = Symbol.for("flyte-widgets.modules");
globalThis[ALL] ??= new Map();
const modules = globalThis[ALL];

const log = (error) => console.error("flyte-widgets:", error);

/** Ask Python (`ReadFrontEnd`). For parts, and in hosts whose models do not see each other. Gives payload and bytes. */
const ask = (model, part) =>
  new Promise((resolve, reject) => {
    const id = crypto.getRandomValues(new Uint32Array(1))[0] * 2 ** 20;
    const listen = (reply, buffers) => {
      if (reply.id !== id) return;
      model.off("msg:custom", listen);
      if (reply.ok) resolve([reply.payload, buffers[0]]);
      else reject(reply.message);
    };
    setTimeout(reject, 60_000, "the kernel does not answer");
    model.on("msg:custom", listen);
    model.send({ kind: "front_end", id, part });
  });

/** The loader's text and the packed module. They may come after this model: a reloaded page makes its models in any order. */
async function find(model) {
  for (let i = 0; i < 40 && model.widget_manager; i++) {
    try {
      const shared = await model.widget_manager.get_model(model.get("_front_end").slice(10)); // after IPY_MODEL_
      return [shared.get("loader"), shared.get("files")];
    } catch {
      await new Promise((go) => setTimeout(go, 250));
    }
  }
  return ask(model, "widget");
}

async function load(model, module) {
  const [loader, files] = await find(model);
  const url = URL.createObjectURL(new Blob([loader], { type: "text/javascript" }));
  const { default: start } = await import(url);
  return start(module, HASH, files, async (part) => (await ask(model, part))[1]);
}

async function loaded(model) {
  let module = modules.get(HASH);
  if (!module) {
    module = {};
    modules.set(HASH, module);
    module.whole = load(model, module);
  }
  try {
    return (await module.whole).default();
  } catch (error) {
    modules.delete(HASH); // the next widget tries again
    log(error);
    return {
      initialize() {},
      render({ el }) {
        el.setAttribute("role", "alert");
        el.textContent = `flyte-widgets cannot draw here: ${error}. It needs a browser of 2023 or newer, and blob: scripts in the page's content security policy. The run goes on: print(w) shows its phase, w.to_html(path) saves it.`;
      },
    };
  }
}

/**
 * Answers at once, and has the module follow. anywidget gives a model 2 s to load and to be initialized, after which it
 * lets no message of the kernel's through any more: on a busy page, unpacking takes longer. What the kernel says
 * meanwhile is not missed: traits wait in the model, and for the rest the widget makes a handshake.
 */
export default () => {
  let widget;
  const of = ({ model }) => (widget ??= loaded(model));
  return {
    initialize(props) {
      const end = of(props).then((it) => it.initialize(props));
      end.catch(log);
      return async () => (await end)?.();
    },
    render: async (props) => (await of(props)).render(props),
  };
};
