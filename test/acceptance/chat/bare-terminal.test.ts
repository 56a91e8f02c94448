import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { mocked } from "../../support/mocked.ts";
import { atPty } from "../../support/pty.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;

// Redrawn reasoning is motion as a spinner is; the line editor is not, and stays.
test.skipIf(!hasPython).each([{ NO_COLOR: "1" }, { CI: "true" }])(
  "%o: reasoning is told in one line, and nothing is coloured",
  async (wish) => {
    const bedrock = await mocked({ script: [{ thinking: ["ponder ", "ponder"], text: "fine", gap: 20 }] });
    const run = await atPty(["chat"], {
      env: { ...bedrock.env, ...wish },
      next: [
        { after: "> ", type: "hello\r" },
        { after: "context", type: "\u0004" },
      ],
    });
    expect(run.code).toBe(0);
    expect(run.output).toMatch(/thought for \d+ s\r?\nfine/);
    expect(run.output).not.toContain("ponder");
    expect(run.output).not.toMatch(/\u001b\[[0-9;]*m/);
  },
);

test.skipIf(!hasPython)("Ctrl-D typed while an answer streams leaves after it", async () => {
  const bedrock = await mocked({ script: [{ text: ["begin ", "middle ", "end"], gap: 150 }] });
  const run = await atPty(["chat"], {
    env: { ...bedrock.env, NO_COLOR: "1" },
    next: [
      { after: "> ", type: "hello\r" },
      { after: "begin", type: "\u0004" },
    ],
  });
  expect(run.code).toBe(0);
  expect(run.output).toContain("end");
});

test.skipIf(!hasPython).each([
  ["short-name", /^NAME +TURNS {2}TITLE$/, /^short-name {2}1 {6}a title that/],
  ["2026-11-20-1631-gentle-mountain", /^NAME +TITLE$/, /^2026-11-20-1631-gentle-mountain {2}a titl…$/],
])("sessions list on 40 columns: `%s` whole, no line wider", async (name, head, row) => {
  const bedrock = await mocked();
  const home = freshHome();
  const stdin = "a title that is far too long for what is left of the line\n";
  await bedrock.cbr(["chat", "--session", name], { home, stdin });
  const run = await atPty(["sessions", "list"], { home, columns: 40, env: { NO_COLOR: "1" } });
  const lines = run.output.split(/\r?\n/);
  expect(lines[0]).toMatch(head);
  expect(lines[1]).toMatch(row);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
});
