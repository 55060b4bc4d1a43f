import { describe, expect, it } from "vitest";
import { sandboxed, webHosts } from "../../../src/run/drawer/report/sandbox";

describe("the page around a report", () => {
  it("holds the report as the content of an inner frame, whatever is in it", () => {
    const hostile = `"></iframe><script>top.location="https://evil.example"</script>&quot;`;
    const page = new DOMParser().parseFromString(sandboxed(hostile, `a "name" <b>`, false), "text/html");
    const frames = page.querySelectorAll("iframe");
    expect(frames).toHaveLength(1);
    expect(frames[0]!.getAttribute("srcdoc")).toBe(hostile);
    expect(frames[0]!.getAttribute("sandbox")).toBe("allow-scripts");
    expect(frames[0]!.title).toBe(`a "name" <b>`);
    expect(page.querySelectorAll("script")).toHaveLength(1);
  });

  it("lets nothing in from the web, unless that was asked for", () => {
    const policy = (allows: boolean): string =>
      new DOMParser()
        .parseFromString(sandboxed("", "", allows), "text/html")
        .querySelector("meta[http-equiv]")!
        .getAttribute("content")!;
    expect(policy(false)).toContain("default-src 'none'");
    expect(policy(false)).toContain("frame-src 'none'");
    expect(policy(true)).toContain("default-src https:");
    expect(policy(true)).toContain("frame-src 'none'");
  });
});

describe("hosts that a report loads from", () => {
  it("are told, but for the fonts of Flyte's own template", () => {
    const html = `
      <link href="https://fonts.googleapis.com/css2?family=Open+Sans" rel="stylesheet">
      <script src="https://cdn.plot.ly/plotly-2.js" charset="utf-8"></script>
      <img alt="x" src='//images.example/a.png'>
      <a href="https://elsewhere.example/">a link loads nothing</a>`;
    expect(webHosts(html)).toEqual(["cdn.plot.ly", "images.example"]);
  });

  it("are none where all is in the report", () => {
    expect(
      webHosts(`<script>const u = "https://x.example/a"</script><img src="data:image/png;base64,AA">`),
    ).toEqual([]);
  });
});
