// What other people's code asks a person, and what a person types: inert, and checked before it is sent.
import { describe, expect, test } from "vitest";
import { pythonOf, wrongness } from "../../src/run/condition/control";
import { inline } from "../../src/run/condition/markdown";
import { blocks } from "../../src/run/drawer/answer/blocks";

const drawn = (nodes: readonly (Node | string)[]): HTMLElement => {
  const root = document.createElement("div");
  root.append(...nodes);
  return root;
};

test("emphasis, code, lists and https links are drawn", () => {
  const root = drawn(
    blocks("# Why\n\nIt is **big**, _very_:\n\n- `a_b`\n- [docs](https://acme.dev/x)\n\n1. one"),
  );
  expect(root.innerHTML).toBe(
    "<p><strong>Why</strong></p><p>It is <strong>big</strong>, <em>very</em>:</p>" +
      '<ul><li><code class="fw-code">a_b</code></li><li><a class="fw-prose-link" href="https://acme.dev/x"' +
      ' target="_blank" rel="noopener noreferrer">docs</a></li></ul><ol><li>one</li></ol>',
  );
});

test.each([
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  "[x](javascript:alert)",
  "[x](data:text/html,hi)",
  "[x](http://plain.example)",
  "[x](//other.example)",
  "![x](https://acme.dev/i.png)",
  "[a](https://acme.dev/ onclick=x)",
])("%s stays the text that it is", (text) => {
  for (const root of [drawn(inline(text)), drawn(blocks(text))]) {
    expect(root.textContent).toBe(text);
    expect(root.querySelectorAll("a, img, script")).toHaveLength(0);
  }
});

test("a prompt of 10,000 marks has an end, and loses nothing", () => {
  const text = "*a* ".repeat(10_000);
  const root = drawn(inline(text));
  expect(root.textContent!.replaceAll("*", "")).toBe("a ".repeat(10_000));
  expect(root.childNodes.length).toBeLessThan(1_100);
});

describe("what is an answer", () => {
  test.each([
    ["int", "1250"],
    ["int", " -9223372036854775808 "],
    ["int", "+9223372036854775807"],
    ["float", "1e5"],
    ["float", ".5"],
    ["str", ""],
    ["bool", "false"],
    ["", "whatever"],
  ])("%s: %j is one", (type, text) => expect(wrongness(type, text)).toBe(""));

  test.each([
    ["int", "9223372036854775808"],
    ["int", "1e5"],
    ["int", "12,5"],
    ["int", ""],
    ["int", "٣"],
    ["float", "1e999"],
    ["float", "nan"],
    ["float", "0,1"],
    ["float", ""],
  ])("%s: %j is none", (type, text) => expect(wrongness(type, text)).not.toBe(""));
});

test("the line of Python is valid for each type", () => {
  expect(pythonOf("bool", "false")).toBe("False");
  expect(pythonOf("int", " 7 ")).toBe("7");
  expect(pythonOf("float", "")).toBe("0.1");
  expect(pythonOf("str", 'a"b')).toBe('"a\\"b"');
});
