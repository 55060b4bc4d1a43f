// How wide a view is, and whether it is on screen: in the window of a tab that is in front.

export function watchWidth(host: HTMLElement, signal: AbortSignal, changed: (widthPx: number) => void): void {
  const observer = new ResizeObserver(([entry]) => changed(entry?.contentRect.width ?? 0));
  observer.observe(host);
  signal.addEventListener("abort", () => observer.disconnect());
}

export function watchSight(host: HTMLElement, signal: AbortSignal, changed: (isSeen: boolean) => void): void {
  let inWindow = false;
  const report = (): void => changed(inWindow && host.isConnected && !document.hidden);
  document.addEventListener("visibilitychange", report, { signal });
  const observer = new IntersectionObserver((entries) => {
    inWindow = entries.at(-1)?.isIntersecting ?? false;
    report();
  });
  observer.observe(host);
  signal.addEventListener("abort", () => observer.disconnect());
}
