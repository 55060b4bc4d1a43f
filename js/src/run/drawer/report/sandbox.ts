// The page that holds a report. A report is HTML of other people's, with scripts that switch its tabs. Two frames keep it
// in: the outer one is ours and has a policy that the inner one inherits. So the report can run its scripts, and reaches
// neither the notebook, nor storage, nor the network; it cannot even leave for another page. Pure.

/** What the outer page says to the notebook, once scripts run in it. */
export const READY = "flyte-widgets:report-ready";

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
  "media-src data:; frame-src 'none'";
/** For one report, by the reader's click: what it loads from the web may come. */
const WEB_POLICY =
  "default-src https: data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src https:; frame-src 'none'";

export function sandboxed(html: string, name: string, allowsWeb: boolean): string {
  const policy = allowsWeb ? WEB_POLICY : POLICY;
  return [
    "<!doctype html><html><head><meta charset=utf-8>",
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<title>${escaped(name)}</title>`,
    "<style>html,body,iframe{display:block;width:100%;height:100%;margin:0;border:0;background:#fff}</style>",
    `</head><body><iframe sandbox="allow-scripts" title="${escaped(name)}" srcdoc="${escaped(html)}"></iframe>`,
    `<script>parent.postMessage("${READY}","*")</script></body></html>`,
  ].join("");
}

const escaped = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

/** Flyte's own template asks for these fonts in each report. Without them it looks the same. */
const UNNEEDED = new Set(["fonts.googleapis.com", "fonts.gstatic.com"]);
const ADDRESS = /\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\/([^/"'\s>?#]+)[^>]*>/gi;
const LOADS = /<(?:script|link|img|iframe|video|audio|source)\b[^>]*$/i;

/** Hosts that a report loads something from, most of which a script cannot do without. */
export function webHosts(html: string): string[] {
  const hosts = new Set<string>();
  for (const found of html.matchAll(ADDRESS)) {
    const before = html.slice(Math.max(0, found.index - 300), found.index);
    const host = found[1]!.toLowerCase();
    if (LOADS.test(before) && !UNNEEDED.has(host)) hosts.add(host);
  }
  return [...hosts];
}
