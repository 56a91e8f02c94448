// `cbr count`, what a call costs by its route, and the guards that rest on both.
import { expect, test } from "vitest";
import { errorOf, mocked } from "../../support/mocked.ts";

const usage = { input_tokens: 1000, output_tokens: 100 };

test.each([
  ["opus-4.6", "count_tokens"],
  ["opus-4.8", "mantle"],
])("cbr count -m %s counts by %s", async (model, method) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["count", "-m", model, "--json", "a prompt of some words"]);
  const count = JSON.parse(run.stdout);
  expect(count).toMatchObject({ input_tokens: 6, method, cost: { usd: expect.any(Number) } });
  expect(count.cost.usd).toBeCloseTo((6 * 5) / 1e6, 12);
});

test("where nobody counts it is an estimate, and says so", async () => {
  const bedrock = await mocked({ deny: ["bedrock:CountTokens"] });
  const run = await bedrock.cbr(["count", "-m", "opus-4.6", "hello there"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^\d+\n$/);
  expect(run.stderr).toMatch(/estimate/);
  expect(JSON.parse((await bedrock.cbr(["count", "-m", "opus-4.6", "--json", "hi"])).stdout).method).toBe(
    "estimate",
  );
});

test("count takes what invoke takes", async () => {
  const bedrock = await mocked();
  const body = { max_tokens: 10, messages: [{ role: "user", content: "hi" }] };
  const flags = [
    "-m",
    "opus-4.6",
    "-s",
    "x".repeat(400),
    "--effort",
    "low",
    "--thinking",
    "adaptive",
    "--cache",
    "--body",
    "-",
    "--json",
  ];
  const run = await bedrock.cbr(["count", ...flags], { stdin: JSON.stringify(body) });
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout).input_tokens).toBe(101);
});

test.each([
  ["global list price", ["-m", "opus-4.6", "--global"], usage, (1000 * 5 + 100 * 25) / 1e6],
  ["a geo", ["-m", "opus-4.6", "--geo", "us"], usage, ((1000 * 5 + 100 * 25) * 1.1) / 1e6],
  ["in-region", ["-m", "opus-4.8", "--api", "mantle"], usage, ((1000 * 5 + 100 * 25) * 1.1) / 1e6],
  [
    "cache reads and writes",
    ["-m", "opus-4.6", "--global"],
    {
      ...usage,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 3000,
      cache_creation: { ephemeral_5m_input_tokens: 2000, ephemeral_1h_input_tokens: 1000 },
    },
    (1000 * 5 + 100 * 25 + 1000 * 0.5 + 2000 * 6.25 + 1000 * 10) / 1e6,
  ],
])("cost: %s", async (_what, flags, told, usd) => {
  const bedrock = await mocked({ script: [{ text: "hi", usage: told }] });
  const run = await bedrock.cbr(["invoke", ...flags, "--json", "hi"]);
  expect(JSON.parse(run.stdout).cost.usd).toBeCloseTo(usd, 9);
});

test("a long prompt has a price of its own", async () => {
  const short = await mocked({
    script: [{ text: "hi", usage: { input_tokens: 100_000, output_tokens: 10 } }],
  });
  const long = await mocked({
    script: [{ text: "hi", usage: { input_tokens: 900_000, output_tokens: 10 } }],
  });
  const flags = ["invoke", "-m", "haiku-5.5", "--global", "--json", "hi"];
  const cost = async (bedrock: typeof short) => JSON.parse((await bedrock.cbr(flags)).stdout).cost.input;
  expect((await cost(long)) / 900_000).toBeGreaterThan((await cost(short)) / 100_000);
});

test("cost is null, never 0, where usage or price are unknown", async () => {
  const silent = await mocked({ script: [{ text: "hi", fault: "no-metadata" }] });
  const run = await silent.cbr(["invoke", "-m", "opus-4.6", "--json", "-u", "hi"]);
  expect(JSON.parse(run.stdout)).toMatchObject({ cost: null, usage: null });
  expect(run.stderr).toMatch(/usage unknown · cost unknown/);
});

test("--max-cost lets through what cannot cost more, and refuses the rest before sending", async () => {
  const bedrock = await mocked();
  const flags = ["-m", "opus-4.6", "--global", "--max-tokens", "1000"];
  expect(await bedrock.cbr(["invoke", ...flags, "--max-cost", "0.03", "hi"])).toMatchObject({ code: 0 });
  const run = await bedrock.cbr(["invoke", ...flags, "--max-cost", "0.02", "--error-format", "json", "hi"]);
  expect(run).toMatchObject({ code: 13, stdout: "" });
  expect(errorOf(run.stderr)).toMatchObject({
    code: "max_cost",
    message: expect.stringMatching(/1 input tokens, up to 1000 out/),
  });
  expect(bedrock.calls().filter(({ path }) => !path.includes("count"))).toHaveLength(1);
});

test.each([
  [
    "a repair turn counts",
    ["-m", "opus-4.6", "--schema", '{"type":"object","properties":{"n":{"type":"string"}}}'],
  ],
  ["a dearer fallback counts", ["-m", "sonnet-4.6", "--fallback-model", "opus-4.1", "--geo", "us"]],
])("--max-cost: %s", async (_what, flags) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "--max-tokens", "1000", ...flags, "--max-cost", "0.03", "hi"]);
  expect(run.code).toBe(13);
  expect(bedrock.calls().some(({ path }) => path.includes("/invoke"))).toBe(false);
});

test.each([
  ["the count", { deny: ["bedrock:CountTokens"] }, []],
  [
    "the price",
    {},
    [
      "--service-tier",
      "default",
      "-m",
      "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123def456",
    ],
  ],
])("--max-cost is 13 where %s is unknown", async (_what, options, flags) => {
  const bedrock = await mocked(options);
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", ...flags, "--max-cost", "100", "hi"]);
  expect(run.code).toBe(13);
  expect(run.stderr).toMatch(/unknown/);
});

test("count --json: an error is JSON too, whenever it comes", async () => {
  const bedrock = await mocked();
  const early = await bedrock.cbr(["count", "--json", "-f", "nowhere.txt"]);
  expect(early.code).toBe(3);
  expect(errorOf(early.stderr).code).toBe("file_unreadable");
  const late = await bedrock.cbr(["count", "--json", "-m", "opus-4.1", "--global", "hi"]);
  expect(errorOf(late.stderr).code).toBe("geo_not_offered");
});

test("--max-cost says which model of the family can be counted where this one cannot", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "sonnet-5.5", "--max-cost", "100", "hi"]);
  expect(run.code).toBe(13);
  expect(run.stderr).toMatch(
    /only bedrock-mantle counts the tokens of Claude Sonnet 5\.5, and it is not known/,
  );
  expect(run.stderr).toMatch(/^hint: .*such as `-m sonnet-5`$/m);
  const other = await bedrock.cbr(["invoke", "-m", "sonnet-5", "--max-cost", "100", "hi"]);
  expect(other.code, other.stderr).toBe(0);
});

test("a prompt above the model's window is 3 before it is sent", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "haiku-4.5", "--error-format", "json"], {
    stdin: "word ".repeat(170_000),
  });
  expect(run).toMatchObject({ code: 3, stdout: "" });
  expect(errorOf(run.stderr).code).toBe("prompt_too_long");
  expect(bedrock.calls().some(({ path }) => path.includes("/invoke"))).toBe(false);
});
