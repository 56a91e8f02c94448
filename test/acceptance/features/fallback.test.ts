import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

const busy = { status: 429, name: "ThrottlingException", message: "Too many requests" };
const ONCE = ["--max-attempts", "1"];

test("a busy model gives way to the fallback, with a warning that says to what", async () => {
  const bedrock = await mocked({ script: [{ ...busy, model: "opus" }] });
  const args = ["invoke", "-m", "opus-4.6", "--fallback-model", "sonnet-4.6", ...ONCE, "--json", "hi"];
  const run = await bedrock.cbr(args);
  expect(run.code, run.stderr).toBe(0);
  const result = JSON.parse(run.stdout);
  expect(result.model_id).toBe("global.anthropic.claude-sonnet-4-6");
  expect(result.warnings).toEqual([
    {
      code: "fallback",
      message: expect.stringContaining("trying `global.anthropic.claude-sonnet-4-6` in us-east-1"),
    },
  ]);
  expect(result.cost.usd).toBeCloseTo(
    (result.usage.input_tokens * 3 + result.usage.output_tokens * 15) / 1e6,
    9,
  );
  expect(bedrock.calls().map(({ path }) => path.includes("opus"))).toEqual([true, false]);
});

test("regions come first, in order, then the model", async () => {
  const bedrock = await mocked({ script: [busy] });
  const flags = [
    "--fallback-model",
    "sonnet-4.6",
    "--fallback-region",
    "us-west-2",
    "--fallback-region",
    "us-east-2",
  ];
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", ...flags, ...ONCE, "hi"]);
  expect(run.code).toBe(6);
  const scopes = bedrock
    .calls()
    .map(
      ({ headers, path }) =>
        `${/\/\d{8}\/([a-z0-9-]+)\//.exec(headers["authorization"] ?? "")?.[1]} ${/opus|sonnet/.exec(path)?.[0]}`,
    );
  expect(scopes).toEqual(["us-east-1 opus", "us-west-2 opus", "us-east-2 opus", "us-east-1 sonnet"]);
});

test("each is tried as often as attempts allow", async () => {
  const bedrock = await mocked({ script: [{ ...busy, headers: { "retry-after": "0" } }] });
  await bedrock.cbr([
    "invoke",
    "-m",
    "opus-4.6",
    "--fallback-model",
    "sonnet-4.6",
    "--max-attempts",
    "2",
    "hi",
  ]);
  expect(bedrock.calls()).toHaveLength(4);
});

test.each([
  ["refused for good", { status: 400, name: "ValidationException", message: "no" }, 5],
  ["access denied", { status: 403, name: "AccessDeniedException", message: "no" }, 4],
  ["broken off after content", { text: ["one ", "two ", "three"], fault: "rst-between", after: 1 }, 8],
  ["a refusal of Claude's", { text: "no", stop_reason: "refusal" }, 9],
])("%s is not asked elsewhere", async (_what, reply, code) => {
  const bedrock = await mocked({ script: [reply] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--fallback-model", "sonnet-4.6", "hi"]);
  expect(run.code).toBe(code);
  expect(bedrock.calls()).toHaveLength(1);
});

test("a stream that broke before its first content is", async () => {
  const bedrock = await mocked({
    script: [{ text: "x", fault: "exc-first", exception: "throttlingException", model: "opus" }],
  });
  const args = [
    "invoke",
    "-m",
    "opus-4.6",
    "--fallback-model",
    "sonnet-4.6",
    ...ONCE,
    "--output-format",
    "stream-json",
    "hi",
  ];
  const run = await bedrock.cbr(args);
  expect(run.code, run.stderr).toBe(0);
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ type }) => type === "start").map(({ model_id }) => model_id)).toEqual([
    "global.anthropic.claude-sonnet-4-6",
  ]);
  expect(lines.filter(({ type }) => type === "warning")).toEqual([
    { type: "warning", ...lines.at(-1).warnings[0] },
  ]);
});

test("a fallback never leaves the geo in use, guard or not", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr([
    "invoke",
    "-m",
    "opus-4.6",
    "--geo",
    "us",
    "--fallback-region",
    "eu-west-1",
    "--error-format",
    "json",
    "hi",
  ]);
  expect([2, 13]).toContain(run.code);
  expect(bedrock.mock.requests).toEqual([]);
  const model = await bedrock.cbr([
    "invoke",
    "-m",
    "opus-4.6",
    "--geo",
    "us",
    "--fallback-model",
    "eu.anthropic.claude-sonnet-4-6",
    "--error-format",
    "json",
    "hi",
  ]);
  expect(errorOf(model.stderr).code).toMatch(/geo_contradiction|geo_guard|region_cannot_call/);
  expect(bedrock.mock.requests).toEqual([]);
});

test.each([
  ["the ARN's region", [], "us."],
  ["--geo", ["--geo", "global"], "global."],
])("where an ARN does not tell its geo, a fallback follows %s", async (_what, geo, prefix) => {
  const bedrock = await mocked({ deny: ["bedrock:GetInferenceProfile"], script: [busy] });
  const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
  await bedrock.cbr(["invoke", "-m", arn, ...geo, "--fallback-model", "sonnet-4.6", ...ONCE, "hi"]);
  expect(bedrock.calls().at(-1)?.path).toContain(`/model/${prefix}anthropic.claude-sonnet-4-6/`);
});

test("a fallback region becomes part of a host name, and must be a region even with --no-check", async () => {
  const bedrock = await mocked({ script: [busy] });
  const flags = ["--no-check", "--fallback-region", "example.com/", "--error-format", "json"];
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", ...flags, ...ONCE, "hi"]);
  expect(run.code).toBe(2);
  expect(errorOf(run.stderr)).toMatchObject({
    code: "region_invalid",
    hint: expect.stringContaining("--fallback-region"),
  });
  expect(bedrock.mock.requests).toEqual([]);
});

test("a fallback that could not be called is told before the first is asked", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr([
    "invoke",
    "-m",
    "opus-4.6",
    "--effort",
    "max",
    "--fallback-model",
    "haiku-4.5",
    "hi",
  ]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/Haiku 4\.5 has no effort/);
  expect(bedrock.mock.requests).toEqual([]);
});

test("a session keeps its own model, and says which answered", async () => {
  const bedrock = await mocked({ script: [{ ...busy, model: "opus", times: 1 }, { text: "ok" }] });
  const home = freshHome();
  await bedrock.cbr(
    ["invoke", "-m", "opus-4.6", "--session", "s", "--fallback-model", "sonnet-4.6", ...ONCE, "hi"],
    { home },
  );
  await bedrock.cbr(["invoke", "-c", "and?"], { home });
  expect(bedrock.calls().map(({ path }) => /opus|sonnet/.exec(path)?.[0])).toEqual([
    "opus",
    "sonnet",
    "opus",
  ]);
});
