// The variables of a webview that a widget may look at, with values as VS Code's default themes have them.

export interface Theme {
  kind: string;
  variables: Record<string, string>;
}

export const THEMES: Record<string, Theme> = {
  "Dark Modern": {
    kind: "vscode-dark",
    variables: {
      "editor-background": "#1f1f1f",
      "editor-foreground": "#cccccc",
      foreground: "#cccccc",
      "sideBar-background": "#181818",
      "list-hoverBackground": "#2a2d2e",
      "panel-border": "#2b2b2b",
      focusBorder: "#0078d4",
      "font-family": "system-ui",
      "editor-font-family": "monospace",
    },
  },
  "Light Modern": {
    kind: "vscode-light",
    variables: {
      "editor-background": "#ffffff",
      "editor-foreground": "#3b3b3b",
      foreground: "#3b3b3b",
      "sideBar-background": "#f8f8f8",
      "list-hoverBackground": "#f2f2f2",
      "panel-border": "#e5e5e5",
      focusBorder: "#005fb8",
      "font-family": "system-ui",
      "editor-font-family": "monospace",
    },
  },
};
