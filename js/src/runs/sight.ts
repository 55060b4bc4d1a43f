// How wide a view is, and whether it is on screen: in the window of a tab that is in front. Python asks the backend only
// while one is.
import type { Channel } from "../core/channel";

export function watchWidth(host: HTMLElement, signal: AbortSignal, changed: (widthPx: number) => void): void {
  const observer = new ResizeObserver(([entry]) => changed(entry?.contentRect.width ?? 0));
  observer.observe(host);
  signal.addEventListener("abort", () => observer.disconnect());
}

export function watchSight(
  host: HTMLElement,
  channel: Channel,
  signal: AbortSignal,
  changed: (isSeen: boolean) => void,
): void {
  let inWindow = false;
  let hide: (() => void) | null = null;
  const report = (): void => {
    const isSeen = inWindow && host.isConnected && !document.hidden;
    if (isSeen) hide ??= channel.show("runs/list");
    channel.look(host, isSeen, document.hidden);
    changed(isSeen);
  };
  document.addEventListener("visibilitychange", report, { signal });
  const observer = new IntersectionObserver((entries) => {
    inWindow = entries.at(-1)?.isIntersecting ?? false;
    report();
  });
  observer.observe(host);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    hide?.();
    channel.look(host, false, true);
  });
}
