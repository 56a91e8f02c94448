import { expect, test } from "vitest";
import { mocked } from "../../support/mocked.ts";
import { atPty } from "../../support/pty.ts";

test("row 94: kill -9 in mid-answer leaves a terminal that echoes, with its cursor", async () => {
  const bedrock = await mocked({ script: [{ text: ["some words ", "and more"], gap: 2000 }] });
  const run = await atPty(["chat", "--no-save", "--raw"], {
    env: bedrock.env,
    next: [
      { after: "\x1b[3G", type: "hello\r" },
      { after: "some words", kill: true },
    ],
  });
  expect(run.code).toBe(137);
  expect(run.hasEcho).toBe(true);
  expect(run.output.lastIndexOf("\x1b[?25l")).toBeLessThanOrEqual(run.output.lastIndexOf("\x1b[?25h"));
});
