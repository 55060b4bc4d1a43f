// Takes the wishes for a panel that js/src/hosts/sidebar.ts sends as DOM events, and puts their elements into the
// shell; has commands that open the panel of runs; and takes the static views of js/src/hosts/keep-static-view.ts, and
// puts them into the notebooks that have an older one.
// Without a bundler: the last statement is what webpack would make of it.
(() => {
  const ICON = {
    name: "flyte-widgets:runs",
    svgstr:
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path class="jp-icon3" fill="#616161" d="M8 2.4L9.9 6.6C9.9 8 9 8.9 8 8.9S6.1 8 6.1 6.6ZM2.6 11.4L5.3 7.7C6.5 7 7.7 7.4 8.2 8.3S8.4 10.4 7.2 11.1ZM13.4 11.4L8.8 11.1C7.6 10.4 7.3 9.2 7.8 8.3S9.5 7 10.7 7.7Z"/></svg>',
  };
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

  /** Of the versions shared, the one whose token the application can resolve; null: there is no such service. */
  async function serviceOf(app, module, token) {
    for (const { get } of Object.values(shared[module] ?? {})) {
      const exported = (await get())();
      const service = await app.resolveOptionalService(exported[token]);
      if (service) return { service, exported };
    }
    return null;
  }

  /** What keeps a notebook's kernel from showing runs, said by its name; "" = nothing. */
  async function run(kernel, code) {
    const { language_info: language } = await kernel.info;
    if (language.name !== "python") return `Its kernel runs ${language.name}, not Python.`;
    // An expression: it leaves no name with the user.
    const source = `__import__("importlib").import_module("flyte_widgets.widgets.runs_home").${code}`;
    const { content } = await kernel.requestExecute({ code: source, store_history: false }).done;
    if (content.status === "ok") return "";
    const { ename, evalue } = content;
    return ename === "ModuleNotFoundError"
      ? "Its kernel does not have flyte-widgets. Run %pip install flyte-widgets in a cell."
      : evalue || ename;
  }

  /** Palette and launcher open the panel of runs, with the kernel of the notebook that was used last. */
  async function addCommands(app) {
    const dialogs = await serviceOf(app, "@jupyterlab/apputils", "ICommandPalette");
    const notebooks = await serviceOf(app, "@jupyterlab/notebook", "INotebookTracker");
    if (!dialogs || !notebooks) return;
    const { showErrorMessage, InputDialog } = dialogs.exported;
    const title = "Flyte runs cannot be shown";
    const open = async (name) => {
      const panel = notebooks.service.currentWidget;
      const kernel = panel?.sessionContext.session?.kernel;
      const missing = kernel
        ? await run(kernel, `open_panel(${JSON.stringify(name)})`)
        : panel
          ? "Its notebook has no kernel. Start one."
          : "They are read by a notebook's kernel. Open a notebook.";
      if (missing) await showErrorMessage(panel ? `${title}: ${panel.title.label}` : title, missing);
    };
    const watch = async () => {
      const { value } = await InputDialog.getText({
        title: "Watch a Flyte run",
        label: "Name or console URL",
      });
      if (value?.trim()) await open(value.trim());
    };
    const runs = "flyte-widgets:runs";
    const label = ({ isLauncher }) => (isLauncher ? "Flyte Runs" : "Flyte: Show Runs");
    const icon = ({ isLauncher }) => (isLauncher ? ICON : undefined);
    app.commands.addCommand(runs, {
      label,
      icon,
      caption: "Show the runs of Flyte",
      execute: () => open(""),
    });
    app.commands.addCommand("flyte-widgets:run", { label: "Flyte: Watch a Run…", execute: watch });
    for (const command of [runs, "flyte-widgets:run"])
      dialogs.service.addItem({ command, category: "Flyte" });
    const launcher = await serviceOf(app, "@jupyterlab/launcher", "ILauncher");
    launcher?.service.add({ command: runs, category: "Other", args: { isLauncher: true } });
  }

  const plugin = {
    id: "flyte-widgets:sidebar",
    autoStart: true,
    async activate(app) {
      const { name, shell } = app;
      // Voila's shell can only append to the page.
      if (name === "Voila") return;
      keepStaticViews(shell);
      insertCells(shell);
      listen(shell, (await luminoFor(shell)).Widget);
      await addCommands(app);
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
