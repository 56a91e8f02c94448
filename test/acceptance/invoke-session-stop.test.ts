import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome } from "../support/cbr.ts";
import { mocked } from "../support/mocked.ts";

test("row 89: Ctrl-C keeps in the session what came of the answer", async () => {
  const bedrock = await mocked({ script: [{ text: ["half of ", "the answer"], gap: 1500 }] });
  const home = freshHome();
  const running = bedrock.cbr(["invoke", "--session", "stopped", "hi"], { home });
  await new Promise((resolve) => running.child.stdout?.once("data", resolve));
  running.child.kill("SIGINT");
  await running;
  const file = readFileSync(join(home, ".local/state/cbr/sessions/stopped.jsonl"), "utf8");
  const reply = JSON.parse(file.trim().split("\n").at(-1) ?? "");
  expect(reply).toMatchObject({ complete: false, content: [{ type: "text", text: "half of " }] });
});
