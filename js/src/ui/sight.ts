// Whether a view is on screen: in the window of a tab that is in front, be it in a cell or in a sidebar.

/** Call `changed` at first and whenever that may have changed, until `signal`. `isPageHidden`: the tab is not in front. */
export function watchSight(
  host: HTMLElement,
  signal: AbortSignal,
  changed: (isSeen: boolean, isPageHidden: boolean) => void,
): void {
  const page = host.ownerDocument;
  let inWindow = typeof IntersectionObserver === "undefined";
  const report = (): void => changed(inWindow && host.isConnected && !page.hidden, page.hidden);
  page.addEventListener("visibilitychange", report, { signal });
  if (inWindow) {
    report();
    return;
  }
  const observer = new IntersectionObserver((entries) => {
    inWindow = entries.at(-1)?.isIntersecting ?? false;
    report();
  });
  observer.observe(host);
  signal.addEventListener("abort", () => observer.disconnect());
}
