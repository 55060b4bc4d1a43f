// JupyterLab's keys while the focus is in a view. A letter is the view's: otherwise "d d" in the search field would delete
// the cell. A chord of the application goes through to it: otherwise Ctrl+S would save the page, not the notebook.
const SUPPRESSED = "data-lm-suppress-shortcuts";

/** Keep JupyterLab's keys off the view in this shadow host, but for the application's. */
export function shareShortcuts(host: HTMLElement, until: AbortSignal): void {
  host.setAttribute(SUPPRESSED, "true");
  const lendHost = (event: KeyboardEvent): void => {
    if (event.target !== host || !isApplications(event)) return;
    // JupyterLab listens at the document, after the window and within the same dispatch.
    host.removeAttribute(SUPPRESSED);
    setTimeout(() => host.setAttribute(SUPPRESSED, "true"));
  };
  globalThis.addEventListener("keydown", lendHost, { capture: true, signal: until });
}

/** Ctrl or ⌘ with a letter, unless it edits or selects text: that is meant for the text in the view. */
function isApplications({ ctrlKey, metaKey, shiftKey, key }: KeyboardEvent): boolean {
  const letter = key.toLowerCase();
  return (
    (ctrlKey || metaKey) &&
    /^[a-z]$/.test(letter) &&
    !"avxyz".includes(letter) &&
    (letter !== "c" || shiftKey)
  );
}
