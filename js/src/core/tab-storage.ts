// What the tab keeps over a reload of the page. Hosts that show outputs in a sandbox have no storage: there a reload forgets.

/** The value of this key; null where there is none. */
export function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keep a value; null: no longer. */
export function keep(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // Without storage, or with a full one, a reload forgets.
  }
}
