import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { mocked } from "../../support/mocked.ts";

const LONG = "word ".repeat(5000);

function breakpoints(body: unknown): unknown[] {
  if (typeof body !== "object" || body === null) return [];
  const own = "cache_control" in body ? [body.cache_control] : [];
  return [...own, ...Object.values(body).flatMap(breakpoints)];
}

function files(count: number): { cwd: string; flags: string[] } {
  const cwd = freshHome();
  const names = Array.from({ length: count }, (_, i) => `${i}.txt`);
  for (const name of names) writeFileSync(join(cwd, name), name + LONG);
  return { cwd, flags: names.flatMap((name) => ["-f", name]) };
}

test("breakpoints stand on the system prompt and the files, never on the prompt", async () => {
  const bedrock = await mocked();
  const { cwd, flags } = files(1);
  await bedrock.cbr(["invoke", "-m", "opus-4.6", "--cache", "-s", LONG, ...flags, "hi"], { cwd });
  const body = bedrock.body();
  expect(body.system[0].cache_control).toEqual({ type: "ephemeral" });
  expect(body.messages[0].content[0].cache_control).toEqual({ type: "ephemeral" });
  expect(body.messages[0].content[1]).toEqual({ type: "text", text: "hi" });
});

test("never more than four, the last files first", async () => {
  const bedrock = await mocked();
  const { cwd, flags } = files(6);
  expect(
    await bedrock.cbr(["invoke", "-m", "opus-4.6", "--cache=1h", "-s", LONG, ...flags, "hi"], { cwd }),
  ).toMatchObject({ code: 0 });
  expect(breakpoints(bedrock.body())).toEqual(Array(4).fill({ type: "ephemeral", ttl: "1h" }));
  const marked = bedrock.body().messages[0].content.map((block: object) => "cache_control" in block);
  expect(marked).toEqual([false, false, false, true, true, true, false]);
});

test("below the model's minimum nothing is marked, with a notice", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--cache", "-s", "short", "hi"]);
  expect(run.stderr).toMatch(/`--cache` has no effect.*4096 tokens/);
  expect(breakpoints(bedrock.body())).toEqual([]);
});

test("breakpoints that a body brought get the same lifetime, so that none is out of order", async () => {
  const bedrock = await mocked();
  const body = {
    max_tokens: 100,
    system: [{ type: "text", text: LONG }],
    messages: [
      {
        role: "user",
        content: [{ type: "text", text: LONG, cache_control: { type: "ephemeral", ttl: "1h" } }],
      },
    ],
  };
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--cache=5m", "--body", "-"], {
    stdin: JSON.stringify(body),
  });
  expect(run.code, run.stderr).toBe(0);
  expect(breakpoints(bedrock.body())).toEqual([{ type: "ephemeral" }, { type: "ephemeral" }]);
});

test.each(["invoke", "converse", "messages", "mantle"])(
  "through %s the second call reads what the first wrote, and -u says so",
  async (api) => {
    const bedrock = await mocked();
    const args = ["invoke", "-m", "opus-4.8", "--api", api, "--cache=1h", "-s", LONG, "-u", "hi"];
    expect((await bedrock.cbr(args)).stderr).toMatch(/cache 0 read, 6250 written/);
    expect((await bedrock.cbr(args)).stderr).toMatch(/cache 6250 read, 0 written/);
  },
);

test("a conversation reads the files of its earlier turns from the cache", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  const { cwd, flags } = files(1);
  await bedrock.cbr(["invoke", "-m", "opus-4.6", "--session", "s", "--cache", ...flags, "hi"], { cwd, home });
  const run = await bedrock.cbr(["invoke", "-c", "--cache", "-u", "and?"], { home });
  expect(run.stderr).toMatch(/cache [1-9]\d+ read, 0 written/);
});

test.each([
  ["--cache", 6.25],
  ["--cache=1h", 10],
])("%s is charged as a write of its lifetime", async (flag, price) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--global", flag, "-s", LONG, "--json", "hi"]);
  const { cost, usage } = JSON.parse(run.stdout);
  expect(cost.cache_write).toBeCloseTo((usage.cache_creation_input_tokens * price) / 1e6, 9);
});
