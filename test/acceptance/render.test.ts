import { expect, test } from "vitest";
import { mocked } from "../support/mocked.ts";
import { HAS_TMUX, terminal } from "../support/terminal.ts";

const ANSWER = "# Title\n\n- **one**\n";

test("--render changes nothing where stdout is no terminal", async () => {
  const bedrock = await mocked({ script: [{ text: ANSWER }] });
  const run = await bedrock.cbr(["invoke", "--render", "hello"]);
  expect(run.stdout).toBe(ANSWER);
});

test.skipIf(!HAS_TMUX)(
  "on a terminal Markdown is rendered with --render or the setting, and only then",
  async () => {
    const bedrock = await mocked({ script: [{ text: ANSWER }] });
    const plain = await terminal(["invoke", "hello"], { env: bedrock.env });
    await plain.ended();
    expect(await plain.screen()).toContain("# Title\n\n- **one**\n");
    for (const [args, env] of [
      [["--render"], {}],
      [[], { CBR_RENDER: "true" }],
    ] as const) {
      const rendered = await terminal(["invoke", "hello", ...args], { env: { ...bedrock.env, ...env } });
      await rendered.ended();
      expect(await rendered.screen()).toContain("Title\n\n• one\n");
      expect(await rendered.screen()).not.toContain("#");
    }
  },
);
