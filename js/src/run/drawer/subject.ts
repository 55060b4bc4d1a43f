// What the details are about: the selected action, or the run; its attempt; and which tab of it. State: the UI's.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { type ActionDetail, type Attempt, ROOT } from "../../core/protocol";
import type { View } from "../../ui/view-state";

export class Subject {
  /** The selected action's id, or the run's. */
  readonly id: ReadonlySignal<string>;
  /** All that is known of it; null while it is being read. */
  readonly detail: ReadonlySignal<ActionDetail | null>;
  /** The attempt that all tabs tell of: the person's choice, else the newest. */
  readonly attempt: ReadonlySignal<Attempt | undefined>;
  readonly #chosen = signal({ id: "", attempt: 0 });

  constructor(view: View) {
    const { traits } = view.store;
    this.id = computed(() => traits.selected.value || ROOT);
    this.detail = computed(
      () => [traits.detail.value, traits.root.value].find((one) => one?.id === this.id.value) ?? null,
    );
    this.attempt = computed(() => {
      const all = this.detail.value?.attempts ?? [];
      const { id, attempt } = this.#chosen.value;
      return (id === this.id.value && all.find((one) => one.attempt === attempt)) || all.at(-1);
    });
  }

  /** Another value: it was opened anew, as an action or as an attempt of it that was chosen. */
  get opening(): string {
    const { id, attempt } = this.#chosen.value;
    return id === this.id.value ? `${id} ${attempt}` : this.id.value;
  }

  /** The choice holds for this action only. */
  chooseAttempt(attempt: number): void {
    this.#chosen.value = { id: this.id.peek(), attempt };
  }
}

/**
 * The tab that is shown: what the person chose, where the action has it; else the one that `first` found when the
 * action was opened. It stays, whatever becomes of the action, until it is no more.
 */
export function shownTab(
  view: View,
  subject: Subject,
  ids: ReadonlySignal<readonly string[]>,
  first: () => string,
): ReadonlySignal<string> {
  const shown = signal("");
  let openedFor: string | null = null;
  const stop = effect(() => {
    const id = subject.detail.value && subject.opening;
    const there = ids.value;
    const chosen = view.ui.detailsTab.value;
    const isOld = (id === null || id === openedFor) && there.includes(shown.peek());
    if (id !== null) openedFor = id;
    if (chosen && there.includes(chosen)) shown.value = chosen;
    else if (!isOld) shown.value = id === null ? "" : first();
  });
  view.signal.addEventListener("abort", stop);
  return shown;
}
