import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { png } from "../../support/media.ts";
import { mocked } from "../../support/mocked.ts";

test("/file and /image go with the next message, and only with that", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const home = freshHome();
  writeFileSync(join(home, "a note.txt"), "the note");
  writeFileSync(join(home, "dot.png"), png());
  const run = await bedrock.cbr(["chat"], {
    stdin: "/file 'a note.txt'\n/image dot.png\n/image 'a note.txt'\nwhat is it?\nand now?\n",
    home,
  });
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("cbr: `a note.txt` is no png");
  const [first, , last] = bedrock.body(1).messages;
  expect(first.content.map((block: any) => block.type)).toEqual(["text", "image", "text"]);
  expect(first.content[0].text).toBe('<document path="a note.txt">the note</document>');
  expect(last.content).toHaveLength(1);
});

test("a message that could not be sent keeps its attachments", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const home = freshHome();
  writeFileSync(join(home, "dot.png"), png());
  const stdin = "/image dot.png\n/model haiku-3.5\nlook\n/model sonnet-4.5\nlook\n";
  const run = await bedrock.cbr(["chat", "--geo", "us"], { stdin, home });
  expect(run.code).toBe(0);
  expect(
    bedrock
      .body(bedrock.calls().length - 1)
      .messages.at(-1)
      .content.map((block: any) => block.type),
  ).toContain("image");
});

test("/save writes the answer, /export the conversation, neither over what is there", async () => {
  const bedrock = await mocked({ script: [{ text: "the **answer**" }] });
  const home = freshHome();
  const run = await bedrock.cbr(["chat"], {
    stdin: "hello\n/save a.md\n/export c.md\n/export c.json\n/save a.md\n",
    home,
  });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("`a.md` already exists");
  expect(readFileSync(join(home, "a.md"), "utf8")).toBe("the **answer**\n");
  expect(readFileSync(join(home, "c.md"), "utf8")).toContain("## You\n\nhello");
  expect(JSON.parse(readFileSync(join(home, "c.json"), "utf8")).turns).toHaveLength(1);
});

test("/copy gives the raw answer, or its code, to the system's own tool", async () => {
  const bedrock = await mocked({ script: [{ text: "see **this**\n```sh\nls\n```\n" }] });
  const home = freshHome();
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "bin/xclip"), '#!/bin/sh\n/bin/cat > "$HOME/clip"\n');
  chmodSync(join(home, "bin/xclip"), 0o755);
  const env = { DISPLAY: ":0", PATH: `${join(home, "bin")}:${process.env["PATH"]}` };
  const whole = await bedrock.cbr(["chat"], { stdin: "hello\n/copy\n", home, env });
  expect(whole.code).toBe(0);
  expect(readFileSync(join(home, "clip"), "utf8")).toBe("see **this**\n```sh\nls\n```\n");
  await bedrock.cbr(["chat"], { stdin: "hello\n/copy code\n", home, env });
  expect(readFileSync(join(home, "clip"), "utf8")).toBe("ls\n");
  const none = await bedrock.cbr(["chat"], { stdin: "hello\n/copy\n", home });
  expect(none.stderr).toContain("there is no way to the clipboard from here");
});

test("a message that failed does not hide the answer before it from /save", async () => {
  const bedrock = await mocked({
    script: [{ text: "fine" }, { status: 400, name: "ValidationException", message: "no" }],
  });
  const home = freshHome();
  const path = join(home, "answer.md");
  const run = await bedrock.cbr(["chat"], { home, stdin: `one\ntwo\n/save ${path}\n` });
  expect(run.code).toBe(5);
  expect(readFileSync(path, "utf8")).toBe("fine\n");
});
