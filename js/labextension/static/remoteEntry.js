// A JupyterLab extension without a bundler: the last statement is what webpack's module federation would make of it.
// It takes the wishes for a panel that js/src/sidebar.ts sends as DOM events, and puts their elements into the shell.
(() => {
  let shared = {};

  /** More than one version may be shared: the shell is a widget of the right one. */
  async function luminoFor(shell) {
    for (const { get } of Object.values(shared["@lumino/widgets"] ?? {})) {
      const lumino = (await get())();
      if (shell instanceof lumino.Widget) return lumino;
    }
    throw new Error("flyte-widgets: JupyterLab shares no @lumino/widgets that its shell is made of");
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
            // Beside the notebook, which stays the current one: who types there goes on typing there.
            shell.add(widget, area, { rank: 900, mode: "split-right", activate: false });
            if (widget.parent === parent) return false; // this shell has no such area
          }
          if (area === at || area !== "main") shell.activateById(widget.id);
          at = area;
          return true;
        },
        // The title is drawn anew where it differs, and it cannot tell that the icon does.
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

  const plugin = {
    id: "flyte-widgets:sidebar",
    description: "Shows Flyte runs in a sidebar, or beside the notebook.",
    autoStart: true,
    async activate({ name, shell }) {
      // Voila has a shell, too, but all that it can do is to append to the page.
      if (name !== "Voila") listen(shell, (await luminoFor(shell)).Widget);
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
