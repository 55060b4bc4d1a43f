// How wide a view is, and whether it is on screen: Python asks the backend only while one is.
import type { Channel } from "../core/channel";
import { watchSight } from "../ui/sight";

export function watchWidth(host: HTMLElement, signal: AbortSignal, changed: (widthPx: number) => void): void {
  const observer = new ResizeObserver(([entry]) => changed(entry?.contentRect.width ?? 0));
  observer.observe(host);
  signal.addEventListener("abort", () => observer.disconnect());
}

export function reportSight(
  host: HTMLElement,
  channel: Channel,
  signal: AbortSignal,
  changed: (isSeen: boolean) => void,
): void {
  let hide: (() => void) | null = null;
  watchSight(host, signal, (isSeen, isPageHidden) => {
    if (isSeen) hide ??= channel.show("runs/list");
    channel.look(host, isSeen, isPageHidden);
    changed(isSeen);
  });
  signal.addEventListener("abort", () => {
    hide?.();
    channel.look(host, false, true);
  });
}
