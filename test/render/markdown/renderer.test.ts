import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Chalk } from "chalk";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { markdownRenderer } from "../../../src/render/markdown/renderer.ts";
import fc from "../../support/property.ts";

const plain = new Chalk({ level: 0 });
const vivid = new Chalk({ level: 1 });

function renderer(width = 80, color = plain, hyperlinks = false) {
  return markdownRenderer({ width: () => width, color, hyperlinks });
}

function render(text: string, width = 80, color = plain, hyperlinks = false): string {
  const markdown = renderer(width, color, hyperlinks);
  return markdown.push(text) + markdown.end();
}

describe("a whole answer", () => {
  const sample = readFileSync(join(import.meta.dirname, "sample.txt"), "utf8");
  test.each([40, 80, 120])("at %i columns", async (width) => {
    await expect(render(sample, width)).toMatchFileSnapshot(`sample.${width}.txt`);
  });
  test("in colour", async () => {
    const visible = render(sample, 80, vivid)
      .replaceAll("\u001b[", "‹")
      .replace(/(‹[\d;]*)m/g, "$1›");
    await expect(visible).toMatchFileSnapshot("sample.color.txt");
  });
});

describe("what is shown when", () => {
  test("a word is shown when the next begins, although its line goes on", () => {
    const markdown = renderer();
    expect(markdown.push("Hello wor")).toBe("Hello");
    expect(markdown.push("ld and ")).toBe(" world and");
    expect(markdown.end()).toBe("\n");
  });
  test("an emphasis is held back until it is closed, and no longer", () => {
    const markdown = renderer(80, vivid);
    expect(markdown.push("so **very ")).toBe("so");
    expect(markdown.push("good** it ")).toBe(" \u001b[1mvery\u001b[22m \u001b[1mgood\u001b[22m it");
  });
  test("what never closes is text at the end of its line", () => {
    const markdown = renderer();
    expect(markdown.push("a *star and [b `c\n")).toBe("a *star and [b `c\n");
  });
  test("code is shown line by line", () => {
    const markdown = renderer();
    expect(markdown.push("```js\nlet a = 1;\nlet b")).toBe("  let a = 1;\n");
    expect(markdown.push(" = 2;\n```\n")).toBe("  let b = 2;\n");
  });
  test("a table waits until it is complete", () => {
    const markdown = renderer();
    expect(markdown.push("| a | b |\n|---|---|\n| 1 | 2 |\n")).toBe("");
    expect(markdown.push("\nafter")).toBe("a │ b\n──┼──\n1 │ 2\n\n");
  });
  test("ideographs are shown without waiting for a space", () => {
    expect(renderer().push("これは長い")).toBe("これは長");
  });
});

describe("hostile text", () => {
  test("control characters are made visible, also over two deltas and in code and tables", () => {
    const markdown = renderer();
    const out =
      markdown.push("a\u001b") +
      markdown.push("[31mb\n```\n\u001b]0;x\u0007\n```\n|\u009b|\n|-|\n") +
      markdown.end();
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(out).toContain("a␛[31mb");
  });
  test("a link to something else than the web is never made clickable", () => {
    const out = render("[x](javascript:alert(1)) [y](file:///etc) [z](https://a.b/c)", 80, plain, true);
    expect(out.match(/\u001b\]8;;[^\u001b]+/g)).toEqual(["\u001b]8;;https://a.b/c"]);
    expect(out).toContain("(javascript:alert(1))");
  });
  test("an entity cannot name a control character", () => {
    expect(render("&#27;[31m &#x9b; &amp; &nosuch; &constructor;")).toBe(
      "␛[31m \\u{9b} & &nosuch; &constructor;\n",
    );
  });
  test("a long line of unclosed marks takes no time", () => {
    expect(render(`${"*a [b `c ".repeat(20_000)}\n`).length).toBeGreaterThan(100_000);
  });
  test("deep nesting is laid out, however narrow", () => {
    expect(render(`${"> ".repeat(200)}deep`, 40)).toContain("deep");
    expect(render(`${"- ".repeat(200)}deep`, 40)).toContain("deep");
  });
});

describe("structure", () => {
  test.each([
    ["emphasis next to ideographs", "中文**“粗体”**文字", "中文“粗体”文字\n"],
    [
      "a list that goes on after code that is not indented",
      "1. a\n```\nx\n```\n2. b",
      "1. a\n\n  x\n\n2. b\n",
    ],
    ["text that belongs to an item", "- a\n\n  more\n\nout", "• a\n\n  more\n\nout\n"],
    ["a number that is no list", "2024. That year", "2024. That year\n"],
    ["a hash that is no heading", "#hashtag", "#hashtag\n"],
    ["a link that looks like a task", "- [x](https://a.b)", "• x (https://a.b)\n"],
    ["a fence within a longer one", "````\n```\na\n```\n````\nb", "  ```\n  a\n  ```\n\nb\n"],
    ["code that ends with its quote", "> ```\n> a\nb", "│   a\n\nb\n"],
    ["an answer that ends in the middle of code", "```py\nx = 1", "  x = 1\n"],
    ["an answer that ends in the middle of a table", "| a |\n|---|\n| b", "a\n─\nb\n"],
    ["code in a task", "- [ ] ```js\n  a\n  ```\n", "☐   a\n"],
    ["an item without text", "-\n- b", "•\n• b\n"],
    ["lines as they were written", "one\ntwo  \nthree\\\nfour", "one\ntwo\nthree\nfour\n"],
    ["Windows line ends", "a\r\n\r\n- b\r\n", "a\n\n• b\n"],
    ["nothing", "", ""],
    ["only blank lines", "\n \n", ""],
    ["an image", "![a cat](cat.png)", "[image: a cat] (cat.png)\n"],
    ["a line break in a table", "|a|\n|-|\n|x<br>y|", "a\n─\nx\ny\n"],
  ])("%s", (_, markdown, shown) => {
    expect(render(markdown)).toBe(shown);
    const streamed = renderer(40);
    expect([...markdown].map((char) => streamed.push(char)).join("") + streamed.end()).toBe(
      render(markdown, 40),
    );
  });
  test("a table too narrow for its columns becomes a list", () => {
    const row = "| one two three | four five six | seven eight | nine ten eleven |\n";
    expect(render(`${row}|-|-|-|-|\n${row}`, 24)).toMatch(/^one two three: one two\nthree\nfour five six: /);
  });
  test("a resized terminal is honoured from the next line on", () => {
    let width = 60;
    const markdown = markdownRenderer({ width: () => width, color: plain, hyperlinks: false });
    const before = markdown.push("word ".repeat(24));
    width = 30;
    const after = markdown.push("word ".repeat(24)) + markdown.end();
    expect(Math.max(...before.split("\n").map((line) => stringWidth(line)))).toBeGreaterThan(50);
    expect(
      Math.max(
        ...after
          .split("\n")
          .slice(1)
          .map((line) => stringWidth(line)),
      ),
    ).toBeLessThanOrEqual(30);
  });
});

const fragment = fc.oneof(
  fc.constantFrom(
    ...'\n|\n\n|\r\n|# |## |- |* |+ |1. |23) |> |>|  |    |\t|```|```js\n|~~~|**|*|_|__|~~|`|``|[|](|)|![|<|>|\\|&amp;|&#27;|---|***|===|<br>|[x] |[ ] |https://a.b/c|word|snake_case|\u001b[31m|\u0000|日本|。|😀|👩‍👩‍👧|é|\u00a0|1234|{}|/* |*/|"'.split(
      "|",
    ),
    "|",
    "| a | b |\n",
    "|---|:-:|\n",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
);
const answer = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(""));

describe("for any text", () => {
  test("how it is cut into pieces changes nothing", () => {
    fc.assert(
      fc.property(
        answer,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom(40, 80),
        (text, places, width) => {
          const cuts = [
            0,
            ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b),
            text.length,
          ];
          const markdown = renderer(width, vivid);
          let shown = "";
          for (let i = 1; i < cuts.length; i++) shown += markdown.push(text.slice(cuts[i - 1], cuts[i]));
          expect(shown + markdown.end()).toBe(render(text, width, vivid));
        },
      ),
      { numRuns: 1500 },
    );
  });
  test("one character at a time changes nothing", () => {
    fc.assert(
      fc.property(answer, (text) => {
        const markdown = renderer(40);
        const shown = text
          .split("")
          .map((char) => markdown.push(char))
          .join("");
        expect(shown + markdown.end()).toBe(render(text, 40));
      }),
      { numRuns: 500 },
    );
  });
  test("nothing but newlines and our own colours drives the terminal", () => {
    fc.assert(
      fc.property(answer, (text) => {
        const shown = render(text, 40, vivid).replace(/\u001b\[\d+m/g, "");
        expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(shown === "" || shown.endsWith("\n")).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
  test("words are not lost, and lines of words are not too long", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const line = fc.tuple(
      fc.constantFrom("", "- ", "> ", "1. ", "   ", "> - "),
      fc.array(word, { maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.integer({ min: 40, max: 200 }), (lines, width) => {
        const text = lines.map(([mark, words]) => mark + words.join(" ")).join("\n");
        const shown = render(text, width);
        expect(shown.match(/[a-z]+/g) ?? []).toEqual(text.match(/[a-z]+/g) ?? []);
        for (const each of shown.split("\n")) expect(stringWidth(each)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 300 },
    );
  });
});
