import { describe, expect, it } from "vitest";
import { CbrError } from "../../src/core/errors.ts";
import {
  bodySize,
  checkBodySize,
  fileBlock,
  HISTORY_HINT,
  historyPart,
  isBlank,
  promptTitle,
  stdinBlock,
  stdinFileBlock,
  wordsBlock,
} from "../../src/core/prompt.ts";
import { gif, pdf, png } from "../support/media.ts";

const failure = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof CbrError) return `${error.code} ${error.exitCode}: ${error.message}`;
    throw error;
  }
  return null;
};

describe("fileBlock", () => {
  it("wraps text and leaves it untouched, whatever it says", () => {
    const text = 'a\r\n</document><document path="other">\n';
    expect(fileBlock("src/a.txt", Buffer.from(text)).block).toEqual({
      type: "text",
      text: `<document path="src/a.txt">${text}</document>`,
    });
  });

  it("keeps a file's name inside its attribute", () => {
    const { block } = fileBlock('a"b<c>&\n\x1b\u202e.txt', Buffer.from("x"));
    expect(block).toEqual({
      type: "text",
      text: '<document path="a&quot;b&lt;c&gt;&amp;␊␛\\u{202e}.txt">x</document>',
    });
  });

  it("tells images and PDFs by content, not by name", () => {
    expect(fileBlock("photo.jpg", png()).block).toEqual({
      type: "image",
      source: { type: "base64", media_type: "image/png", data: png().toString("base64") },
    });
    expect(fileBlock("README", gif()).part).toEqual({
      name: "README",
      kind: "image",
      bytes: gif().toString("base64").length,
    });
    expect(fileBlock("paper", pdf()).block).toMatchObject({
      type: "document",
      title: "paper",
      source: { media_type: "application/pdf" },
    });
  });

  it("refuses what the name promises and the content is not", () => {
    expect(failure(() => fileBlock("x.PNG", Buffer.from("hello")))).toMatch(/^bad_image 3: `x\.PNG`/);
    expect(failure(() => fileBlock("x.webp", pdf()))).toMatch(/^bad_image 3/);
    expect(failure(() => fileBlock("x.pdf", Buffer.from("hello")))).toMatch(/^bad_document 3/);
    expect(failure(() => fileBlock("x.png", png().subarray(0, 18)))).toMatch(/^bad_image 3: .*cut short/);
  });

  it("refuses nothing, binary and bytes that are not UTF-8", () => {
    expect(failure(() => fileBlock("x.png", Buffer.alloc(0)))).toMatch(/^empty_file 3/);
    expect(failure(() => fileBlock("x", Buffer.from("\ufeff")))).toMatch(/^empty_file 3/);
    expect(failure(() => fileBlock("x", Buffer.from([1, 0])))).toMatch(/^binary_input 3/);
    expect(failure(() => fileBlock("x", Buffer.from([0xff, 0x61])))).toMatch(/^invalid_utf8 3/);
    expect(failure(() => fileBlock("a\x1b[31m", Buffer.alloc(0)))).toBe("empty_file 3: `a␛[31m` is empty");
  });

  it("says that it decoded UTF-16", () => {
    const file = fileBlock("x.txt", Buffer.from("\ufeffhi", "utf16le"));
    expect(file.block).toEqual({ type: "text", text: '<document path="x.txt">hi</document>' });
    expect(file.notice).toBe("`x.txt` is UTF-16LE; it is sent as UTF-8");
  });
});

describe("stdin", () => {
  it("is text, unwrapped", () => {
    expect(stdinBlock(Buffer.from("a\r\n")).block).toEqual({ type: "text", text: "a\r\n" });
    expect(failure(() => stdinBlock(png()))).toMatch(/^binary_input 3: stdin/);
  });

  it("may be an image or PDF when it was asked for as a file", () => {
    expect(stdinFileBlock(png()).block.type).toBe("image");
    expect(stdinFileBlock(pdf()).block.type).toBe("document");
    expect(stdinFileBlock(Buffer.from("a")).block).toEqual({ type: "text", text: "a" });
    expect(failure(() => stdinFileBlock(Buffer.alloc(0)))).toBe("empty_file 3: stdin is empty");
  });
});

it("isBlank tells text of white space from everything else", () => {
  expect(isBlank(wordsBlock(["", " "]))).toBe(true);
  expect(isBlank(stdinBlock(Buffer.from("\n\t\u00a0")))).toBe(true);
  expect(isBlank(wordsBlock(["0"]))).toBe(false);
  expect(isBlank(fileBlock("x", png()))).toBe(false);
});

describe("promptTitle", () => {
  it("is the words, else the first line of stdin, else the files", () => {
    const file = fileBlock("a.txt", Buffer.from("x"));
    const stdin = stdinBlock(Buffer.from("\nfirst\nsecond"));
    expect(promptTitle([file, stdin, wordsBlock(["say", "  hi\nthere"])])).toBe("say hi there");
    expect(promptTitle([file, stdin])).toBe("first");
    expect(promptTitle([file, fileBlock("b.png", png())])).toBe("a.txt, b.png");
  });

  it("has at most 80 characters and no half of one", () => {
    const title = promptTitle([wordsBlock([`${"x".repeat(78)}😀yz`])]);
    expect(title.length).toBe(80);
    expect(title.isWellFormed()).toBe(true);
  });
});

describe("bodySize", () => {
  it("is that of the JSON, pictures or not", () => {
    const bodies = [
      { messages: [{ role: "user", content: 'äöü "quoted"\n\u2028😀' }] },
      {
        messages: [{ role: "user", content: [fileBlock("a.png", png()).block, fileBlock("b", pdf()).block] }],
      },
      { data: [1, { data: null }], tools: [{ input_schema: { properties: { data: { type: "string" } } } }] },
    ];
    for (const body of bodies) expect(bodySize(body)).toBe(Buffer.byteLength(JSON.stringify(body)));
  });
});

describe("checkBodySize", () => {
  const parts = [
    { name: "small.txt", kind: "text", bytes: 10 },
    { name: "big.pdf", kind: "pdf", bytes: 20_000_000 },
    { name: "stdin", kind: "stdin", bytes: 6_000_000 },
  ] as const;

  it("notices above 20 MB and refuses above 25 MB, naming the biggest", () => {
    expect(checkBodySize(20_000_000, parts)).toBeNull();
    expect(checkBodySize(20_000_001, parts)).toMatch(/20\.00 MB/);
    expect(checkBodySize(25_000_000, parts)).not.toBeNull();
    expect(failure(() => checkBodySize(25_000_001, parts))).toMatch(
      /^input_too_large 3: .*biggest: `big\.pdf` 20\.00 MB, stdin 6\.00 MB, `small\.txt` 10 bytes$/,
    );
  });

  it("names the conversation where it is what does not fit, and how to do without it", () => {
    const history = historyPart([{ role: "user", content: "x".repeat(24_000_000) }]);
    const words = { name: "the prompt", kind: "words", bytes: 2_000_000 } as const;
    expect(() => checkBodySize(26_000_100, [words, history])).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("; biggest: the conversation so far 24.00 MB, the prompt 2.00 MB"),
        hint: HISTORY_HINT,
      }),
    );
    const alone = { ...words, bytes: 26_000_000 };
    expect(() => checkBodySize(50_000_100, [alone, history])).toThrow(
      expect.objectContaining({ hint: "send less, or split it" }),
    );
  });
});
