// The Answer tab. What draws it is a part of its own, sent when the tab is first opened.
import type { DrawerTab } from "../tab";

export const answerTab: DrawerTab = {
  id: "answer",
  label: () => "Answer",
  isThere: ({ detail }) => detail.condition !== null,
  mount: async (view, panel, subject) => (await import("./answer")).mountAnswer(view, panel, subject),
};
