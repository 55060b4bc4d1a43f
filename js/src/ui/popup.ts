// A box that a button shows and hides: a note, a small menu. By mouse, touch and keyboard alike.
import { h, setAttribute } from "./dom";
import type { View } from "./view-state";

const AWAY_PX = 4;
let instances = 0;

/**
 * Make `button` show a box with `children`. The box is at the frame's end, for no band may cut it; Escape, a click
 * elsewhere, and the focus going elsewhere close it.
 */
export function popup(view: View, button: HTMLElement, name: string, ...children: (Node | string)[]): Popup {
  return menuPopup(view, button, name, null, ...children);
}

export interface Popup {
  readonly box: HTMLElement;
  /** Hide it, with the focus back on the button. */
  close(): void;
}

/** As `popup`, but always below `under`, and no higher than what is left below: it scrolls. Null: where there is room. */
export function menuPopup(
  view: View,
  button: HTMLElement,
  name: string,
  under: (() => HTMLElement) | null,
  ...children: (Node | string)[]
): Popup {
  const { frame, signal } = view;
  const id = `fw-popup-${++instances}`;
  const box = h(
    "div",
    { class: "fw-popup", id, role: "group", "aria-label": name, hidden: true },
    ...children,
  );
  frame.append(box);
  setAttribute(button, "aria-controls", id);
  const show = (open: boolean): void => {
    box.hidden = !open;
    setAttribute(button, "aria-expanded", String(open));
    if (!open) frame.style.minHeight = "";
    else if (under) placeUnder(box, button, under(), frame);
    else place(box, button, frame);
  };
  show(false);

  button.addEventListener("click", () => show(box.hidden), { signal });
  // JupyterLab answers a press on words, which take no focus, by focusing its own cell. That is no way out.
  let isPressed = false;
  const outside = (event: Event) => {
    const path = event.composedPath();
    const isInside = path.includes(box);
    if (event.type === "pointerdown") isPressed = isInside;
    if (box.hidden || isInside || path.includes(button)) return;
    if (event.type === "pointerdown" || !isPressed) show(false);
  };
  window.addEventListener("pointerdown", outside, { signal, capture: true });
  // The press is over a moment after its click: a label's click moves the focus, too.
  const release = () => {
    setTimeout(() => {
      isPressed = false;
    });
  };
  for (const kind of ["pointerup", "pointercancel"]) {
    window.addEventListener(kind, release, { signal, capture: true });
  }
  // A focus that moves within the shadow root is not told outside of it.
  for (const target of [window, frame]) target.addEventListener("focusin", outside, { signal });
  const close = (event: KeyboardEvent): void => {
    button.focus();
    show(false);
    // Tab goes on from the button, which is where the box seems to be; Shift+Tab goes back to it.
    if (event.key === "Escape" || event.shiftKey) event.preventDefault();
    event.stopPropagation();
  };
  const tabStops = (): HTMLElement[] =>
    [...box.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button")].filter(
      (stop) =>
        !stop.disabled &&
        !stop.closest("[hidden]") &&
        (stop.type !== "radio" || (stop as HTMLInputElement).checked),
    );
  button.addEventListener(
    "keydown",
    (event) => {
      if (box.hidden) return;
      const first = tabStops()[0];
      if (event.key === "Escape") close(event);
      else if (event.key === "Tab" && !event.shiftKey && first) {
        event.preventDefault();
        first.focus();
      }
    },
    { signal },
  );
  box.addEventListener(
    "keydown",
    (event) => {
      const end = tabStops().at(event.shiftKey ? 0 : -1);
      if (event.key === "Escape" || (event.key === "Tab" && event.target === end)) close(event);
      // Arrows and letters are the box's own, not the notebook's.
      event.stopPropagation();
    },
    { signal },
  );
  return {
    box,
    close() {
      if (box.hidden) return;
      button.focus();
      show(false);
    },
  };
}

/** What a menu takes at least, so that it can be read: the frame grows for it where the rows are few. */
const LEAST_PX = 180;

function placeUnder(box: HTMLElement, button: HTMLElement, under: HTMLElement, frame: HTMLElement): void {
  const [at, room] = [button.getBoundingClientRect(), frame.getBoundingClientRect()];
  const topPx = under.getBoundingClientRect().bottom - room.top + AWAY_PX;
  box.style.maxHeight = "";
  const wantedPx = topPx + Math.min(box.offsetHeight, LEAST_PX) + AWAY_PX;
  if (wantedPx > room.height) frame.style.minHeight = `${wantedPx}px`;
  const left = Math.max(AWAY_PX, Math.min(at.left - room.left, room.width - box.offsetWidth - AWAY_PX));
  box.style.left = `${left}px`;
  box.style.top = `${topPx}px`;
  box.style.maxHeight = `${Math.max(wantedPx, room.height) - topPx - AWAY_PX}px`;
}

/** Under the button or, where there is no room, above it; never outside of the frame. */
function place(box: HTMLElement, button: HTMLElement, frame: HTMLElement): void {
  const [at, room] = [button.getBoundingClientRect(), frame.getBoundingClientRect()];
  const left = Math.max(AWAY_PX, Math.min(at.left - room.left, room.width - box.offsetWidth - AWAY_PX));
  const below = at.bottom - room.top + AWAY_PX;
  const above = at.top - room.top - AWAY_PX - box.offsetHeight;
  const fits = below + box.offsetHeight <= room.height - AWAY_PX;
  box.style.left = `${left}px`;
  const pushed = Math.max(AWAY_PX, room.height - box.offsetHeight - AWAY_PX);
  box.style.top = `${fits ? below : above < AWAY_PX ? pushed : above}px`;
}
