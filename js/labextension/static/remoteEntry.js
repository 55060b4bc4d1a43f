// Takes the wishes for a panel that js/src/hosts/sidebar.ts sends as DOM events, and puts their elements into the
// shell; and the static views of js/src/hosts/keep-static-view.ts, and puts them into the notebooks that have an older one.
// Without a bundler: the last statement is what webpack would make of it.
(() => {
  let shared = {};

  /** Of the versions shared, that of the shell. */
  async function luminoFor(shell) {
    for (const { get } of Object.values(shared["@lumino/widgets"] ?? {})) {
      const lumino = (await get())();
      if (shell instanceof lumino.Widget) return lumino;
    }
    throw new Error("flyte-widgets: no shared @lumino/widgets is the shell's");
  }

  /** Notebook 7 sizes its sidebars whatever is in them. JupyterLab has done this itself. */
  function widen(widget) {
    let area = widget;
    while (area && !area.hasClass("lm-SplitPanel-child")) area = area.parent;
    if (!area || area.node.style.minWidth) return;
    area.node.style.minWidth = widget.node.style.minWidth;
    area.parent.fit();
  }

  function listen(shell, Widget) {
    const panels = new Map();

    document.addEventListener("flyte-widgets:panel", (event) => {
      event.preventDefault();
      const { key, side, element, icon, closed } = event.detail;
      panels.get(key)?.close(); // another widget's, of the same run
      const widget = new Widget({ node: element });
      widget.id = `flyte-widgets-${key}`;
      widget.title.closable = true;
      widget.onCloseRequest = () => widget.dispose();

      let at = "";
      const panel = {
        show(area) {
          if (area !== at) {
            const { parent } = widget;
            // The notebook stays the current one: who types there goes on typing there.
            shell.add(widget, area, { rank: 900, mode: "split-right", activate: false });
            if (widget.parent === parent) return false; // this shell has no such area
            widen(widget);
          }
          if (area === at || area !== "main") shell.activateById(widget.id);
          at = area;
          return true;
        },
        // A new icon, for only then is one drawn anew.
        entitle: (label, caption) => Object.assign(widget.title, { label, caption, icon: { render: icon } }),
        close: () => widget.dispose(),
      };
      widget.disposed.connect(() => {
        if (panels.get(key) === panel) panels.delete(key);
        closed();
      });
      if (!panel.show(side)) return widget.dispose();
      panels.set(key, panel);
      event.detail.panel = panel;
    });
    // A widget may have been quicker.
    document.dispatchEvent(new Event("flyte-widgets:panels"));
  }

  /** Puts code into a new cell below the one that shows an element, and leaves the focus where it is. */
  function insertCells(shell) {
    document.addEventListener("flyte-widgets:new-cell", (event) => {
      const { near, code } = event.detail;
      for (const { content } of shell.widgets("main")) {
        const at = content?.widgets?.findIndex?.(({ node }) => node.contains(near)) ?? -1;
        const notebook = content?.model?.sharedModel;
        if (at < 0 || !notebook?.insertCell) continue;
        event.preventDefault();
        notebook.insertCell(at + 1, { cell_type: "code", source: code });
        return;
      }
    });
  }

  function keepStaticViews(shell) {
    document.addEventListener("flyte-widgets:static-view", (event) => {
      event.preventDefault();
      const { id, data } = event.detail;
      if (!data) return;
      for (const { content } of shell.widgets("main")) {
        for (const { outputs } of content?.model?.cells ?? []) replaceStaticView(outputs, id, data);
      }
    });
  }

  function replaceStaticView(outputs, id, data) {
    const html = data["text/html"];
    for (let i = 0; i < (outputs?.length ?? 0); i++) {
      const shown = outputs.get(i).data["text/html"];
      if (typeof shown !== "string" || shown === html || !shown.includes(`id="${id}"`)) continue;
      outputs.set(i, { output_type: "display_data", data, metadata: {} });
    }
  }

  const plugin = {
    id: "flyte-widgets:sidebar",
    autoStart: true,
    async activate({ name, shell }) {
      // Voila's shell can only append to the page.
      if (name === "Voila") return;
      keepStaticViews(shell);
      insertCells(shell);
      listen(shell, (await luminoFor(shell)).Widget);
    },
  };

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["flyte-widgets"] = {
    init(scope) {
      shared = scope;
    },
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
