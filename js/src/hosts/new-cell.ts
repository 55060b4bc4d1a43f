// Puts code into a new cell below the one that shows a view. The JupyterLab extension in js/labextension does it, where
// it is installed (JupyterLab, Notebook 7): it takes a cancelable event on the document.

/** `detail` of "flyte-widgets:new-cell". Who has the notebook of `near` prevents the event's default. */
export interface NewCell {
  near: Element;
  code: string;
}

/** False where no host takes it. */
export function insertCell(near: Element, code: string): boolean {
  const root = near.getRootNode();
  const host = root instanceof ShadowRoot ? root.host : near;
  const event = new CustomEvent<NewCell>("flyte-widgets:new-cell", {
    cancelable: true,
    detail: { near: host, code },
  });
  return !document.dispatchEvent(event);
}
