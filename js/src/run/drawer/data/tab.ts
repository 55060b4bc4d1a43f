// The Data tab. What draws it is a part of its own, sent when the tab is first opened.
import type { DrawerTab } from "../tab";

export const dataTab: DrawerTab = {
  id: "data",
  label: () => "Data",
  isThere: ({ detail, attempt }) =>
    detail.kind === "trace" || (detail.kind === "task" && attempt !== undefined),
  mount: async (...given) => (await import("./data")).mountData(...given),
};
