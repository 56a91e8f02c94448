import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { gif, jpeg, pdf, png, webp } from "../../support/media.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

/** A directory with these files. */
function directory(files: Record<string, string | Buffer>): string {
  const home = freshHome();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(home, name), bytes);
  return home;
}

test.each(["invoke", "converse", "messages"])(
  "pictures and PDFs reach Claude through %s by their content",
  async (api) => {
    const bedrock = await mocked();
    const cwd = directory({
      "chart.txt": png(3, 3),
      "b.jpg": jpeg(),
      "c.gif": gif(),
      "d.webp": webp("VP8X"),
      "e.pdf": pdf(),
    });
    const files = ["chart.txt", "b.jpg", "c.gif", "d.webp", "e.pdf"].flatMap((file) => ["-f", file]);
    const run = await bedrock.cbr(["invoke", "-m", "opus-4.8", "--api", api, ...files, "what is this?"], {
      cwd,
    });
    expect(run.code).toBe(0);
    for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"])
      expect(run.stdout).toContain(type);
  },
);

test("Converse sees the pages of a PDF because citations are switched on, which -v says", async () => {
  const bedrock = await mocked();
  const cwd = directory({ "e.pdf": pdf() });
  const run = await bedrock.cbr(
    ["invoke", "-m", "opus-4.6", "--api", "converse", "-v", "-f", "e.pdf", "hi"],
    { cwd },
  );
  expect(run.stderr).toMatch(/citations switched on/);
  expect(bedrock.body().messages[0].content[0].document.citations).toEqual({ enabled: true });
});

test("through InvokeModel a PDF goes as it is", async () => {
  const bedrock = await mocked();
  const bytes = pdf();
  await bedrock.cbr(["invoke", "-m", "opus-4.6", "-f", "e.pdf", "hi"], {
    cwd: directory({ "e.pdf": bytes }),
  });
  const [document] = bedrock.body().messages[0].content;
  expect(document).toMatchObject({ type: "document", title: "e.pdf" });
  expect(Buffer.from(document.source.data, "base64")).toEqual(bytes);
});

test("a glob attaches every file it names, in order, and - is stdin by its content", async () => {
  const bedrock = await mocked();
  const cwd = directory({ "2.md": "two", "1.md": "one" });
  await bedrock.cbr(["invoke", "-f", "*.md", "-f", "-", "hi"], { cwd, stdin: png() });
  const content = bedrock.body().messages[0].content;
  expect(content.map((block: any) => block.text ?? block.source.media_type)).toEqual([
    expect.stringContaining("one"),
    expect.stringContaining("two"),
    "image/png",
    "hi",
  ]);
});

const LIMITS: [string, Buffer, string[], string, RegExp][] = [
  ["an encrypted PDF", pdf({ isEncrypted: true }), [], "bad_document", /encrypted/],
  ["too many pages for 200K", pdf({ pages: 101 }), [], "bad_document", /101 pages.*at most 100/],
  ["a picture too wide", png(8001, 1), [], "bad_image", /8001×1/],
  ["a picture too heavy", jpeg(1, 1, 5 * 2 ** 20), [], "bad_image", /5 MiB/],
  ["a picture too heavy for Converse", jpeg(1, 1, 4_000_000), ["--api", "converse"], "bad_image", /3\.75 MB/],
];
test.each(LIMITS)("%s is refused before anything is sent", async (_what, bytes, flags, code, message) => {
  const bedrock = await mocked();
  const args = ["invoke", "-m", "haiku-4.5", "-f", "file", "--error-format", "json", ...flags, "hi"];
  const run = await bedrock.cbr(args, { cwd: directory({ file: bytes }) });
  expect(run).toMatchObject({ code: 3, stdout: "" });
  expect(errorOf(run.stderr)).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(bedrock.mock.requests).toEqual([]);
});

test("a model with a window of a million takes 600 pages", async () => {
  const bedrock = await mocked();
  const cwd = directory({ "long.pdf": pdf({ pages: 600 }), "longer.pdf": pdf({ pages: 601 }) });
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", "-f", "long.pdf", "hi"], { cwd })).toMatchObject({
    code: 0,
  });
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", "-f", "longer.pdf", "hi"], { cwd })).toMatchObject({
    code: 3,
  });
});

test("a body above 25 MB is refused, naming its biggest parts", async () => {
  const bedrock = await mocked();
  const cwd = directory({
    "a.pdf": Buffer.concat([pdf(), Buffer.alloc(12_000_000)]),
    "b.pdf": Buffer.concat([pdf(), Buffer.alloc(9_000_000)]),
  });
  const run = await bedrock.cbr(["invoke", "-f", "a.pdf", "-f", "b.pdf", "hi"], { cwd });
  expect(run).toMatchObject({ code: 3, stdout: "" });
  expect(run.stderr).toMatch(/25\.00 MB.*`a\.pdf` 16\.00 MB, `b\.pdf` 12\.00 MB/);
});

test("pictures inside --body are measured too", async () => {
  const bedrock = await mocked();
  const data = png(8001, 1).toString("base64");
  const content = [{ type: "image", source: { type: "base64", media_type: "image/png", data } }];
  const run = await bedrock.cbr(["invoke", "--body", "-"], {
    stdin: JSON.stringify({ max_tokens: 9, messages: [{ role: "user", content }] }),
  });
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(/8001×1/);
});
