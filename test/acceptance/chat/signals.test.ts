import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { mocked } from "../../support/mocked.ts";
import { HAS_TMUX, terminal } from "../../support/terminal.ts";

const SLOW = { text: ["alpha ", ...Array(100).fill("more ")], gap: 50 };

test("SIGINT in a pipe's conversation ends it with 130 and the stopped turn is kept", async () => {
  const bedrock = await mocked({ script: [SLOW] });
  const home = freshHome();
  const running = bedrock.cbr(["chat", "--session", "s"], { stdin: "count\nnever\n", home });
  await new Promise((resolve) => running.child.stdout?.once("data", resolve));
  running.child.kill("SIGINT");
  const run = await running;
  expect(run.signal ?? run.code).toBe("SIGINT");
  expect(bedrock.calls()).toHaveLength(1);
  const records = readFileSync(join(home, ".local/state/cbr/sessions/s.jsonl"), "utf8").trim().split("\n");
  expect(JSON.parse(records.at(-1) ?? "")).toMatchObject({ type: "assistant", complete: false });
});

test("a reader that closes the pipe ends it quietly", async () => {
  const bedrock = await mocked({ script: [SLOW] });
  const running = bedrock.cbr(["chat", "--no-save"], { stdin: "count\n" });
  running.child.stdout?.once("data", () => running.child.stdout?.destroy());
  const run = await running;
  expect(run.code).toBe(0);
  expect(run.stderr).toBe("");
});

test.skipIf(!HAS_TMUX).each(["at the prompt", "while an answer streams"])(
  "SIGTERM %s gives the terminal back as it was, and the session free",
  async (when) => {
    const bedrock = await mocked({ script: [SLOW] });
    const screen = await terminal([], {
      env: bedrock.env,
      shell: "stty -g > before; echo $$ > pid; eval $CBR chat; code=$?; stty -g > after; (exit $code)",
    });
    await screen.shows(/^>$/m);
    if (when !== "at the prompt") {
      await screen.type("count\r");
      await screen.shows("alpha");
    }
    const shell = readFileSync(join(screen.home, "pid"), "utf8").trim();
    const child = execFileSync("pgrep", ["-P", shell], { encoding: "utf8" }).trim().split("\n")[0];
    process.kill(Number(child), "SIGTERM");
    expect(await screen.ended()).toBe(143);
    const [before, after] = ["before", "after"].map((name) => readFileSync(join(screen.home, name), "utf8"));
    expect(after).toBe(before);
    const left = readdirSync(join(screen.home, ".local/state/cbr/sessions")).filter((name) =>
      name.endsWith(".lock"),
    );
    expect(left).toEqual([]);
  },
);

test.skipIf(!HAS_TMUX)("Ctrl-C while nothing has come yet stops the waiting; twice leaves", async () => {
  const bedrock = await mocked({ script: [{ text: "late", delay: 60_000 }] });
  const screen = await terminal(["chat"], { env: bedrock.env });
  await screen.shows(/^>$/m);
  await screen.type("hello\r");
  await screen.shows(/waiting for/);
  await screen.press("C-c");
  await screen.shows(/stopped/);
  expect(await screen.screen()).not.toContain("waiting for");
  await screen.press("C-c");
  expect(await screen.ended()).toBe(0);
});
