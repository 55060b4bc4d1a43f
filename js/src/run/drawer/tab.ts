// What a tab of the details is: one file each, listed in tab-table.ts.
import type { ReadonlySignal } from "@preact/signals-core";
import type { ActionDetail, Attempt } from "../../core/protocol";
import type { View } from "../../ui/view-state";
import type { Subject } from "./subject";

/** The list of attempts, which is a tab where there is no room for it beside the others. */
export const ATTEMPTS = "attempts";

export interface TabFacts {
  detail: ActionDetail;
  /** The chosen attempt; undefined where there is none. */
  attempt: Attempt | undefined;
}

export interface DrawerTab {
  id: string;
  label(facts: TabFacts): string;
  /** Beside the label; null: none. */
  count?(facts: TabFacts): number | null;
  /** Whether it can have something, so that it is offered at all. */
  isThere(facts: TabFacts): boolean;
  /** Whether it has something now: an empty tab does not open by itself. Without it: yes. */
  isFilled?(facts: TabFacts): boolean;
  /**
   * Draw into `panel`, once, when the tab is first shown. Then follow the subject's signals by `view.effect`. `shown` is
   * true while it is to be seen: only then may anything be asked for, tailed or polled. A promise: it is a part that has
   * to be sent first.
   */
  mount(
    view: View,
    panel: HTMLElement,
    subject: Subject,
    shown: ReadonlySignal<boolean>,
  ): void | Promise<void>;
}

/** Whether a pod ran, or may run, for it: traces, conditions and what was never tried have no events and no links. */
export const hasRun = ({ detail, attempt }: TabFacts): boolean =>
  detail.kind === "task" && attempt !== undefined;
