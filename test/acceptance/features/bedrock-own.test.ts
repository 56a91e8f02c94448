// Guardrails, tiers, latency, tags, betas, parameters by path, ARNs and application inference profiles.
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cbr, freshHome } from "../../support/cbr.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

const PROFILE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123mock";

test.each([
  ["invoke", "end_turn"],
  ["converse", "guardrail_intervened"],
  ["messages", "end_turn"],
])("a guardrail that intervenes is 9 through %s, with its trace", async (api, stopReason) => {
  const bedrock = await mocked();
  const flags = ["--guardrail", "gr-mock:1", "--trace", "--api", api, "--json"];
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.8", ...flags, "the forbidden word"]);
  expect(run.code).toBe(9);
  expect(errorOf(run.stderr).code).toBe("guardrail_intervened");
  const result = JSON.parse(run.stdout);
  expect(result).toMatchObject({ type: "result", stop_reason: stopReason, guardrail_action: "INTERVENED" });
});

test("a guardrail goes into InvokeModel's headers, its version into its own", async () => {
  const bedrock = await mocked();
  await bedrock.cbr(["invoke", "--guardrail", "gr-mock", "hi"]);
  expect(bedrock.calls()[0]?.headers).toMatchObject({
    "x-amzn-bedrock-guardrailidentifier": "gr-mock",
    "x-amzn-bedrock-guardrailversion": "DRAFT",
  });
});

test("with --trace the guardrail's work is told on stderr", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "--guardrail", "gr-mock:1", "--trace", "the forbidden word"]);
  expect(run.stderr).toMatch(/"match":"forbidden"/);
  expect((await bedrock.cbr(["invoke", "--trace", "hi"])).stderr).toMatch(/no effect without `--guardrail`/);
});

test("a guardrail that does not exist is 5 with the service's words", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "--guardrail", "other:1", "hi"]);
  expect(run.code).toBe(5);
  expect(run.stderr).toMatch(/does not exist/);
});

test.each([
  [["--guardrail", "gr:latest"], "bad_flag_value"],
  [["--service-tier", "fast"], "bad_flag_value"],
  [["--latency", "low"], "bad_flag_value"],
  [["--service-tier", "flex"], "parameter_not_supported"],
  [["--latency", "optimized"], "parameter_not_supported"],
  [["--tag", "no-value"], "bad_flag_value"],
  [["--tag", "a=\u00e9"], "bad_flag_value"],
  [["--tag", "a=\u2003"], "bad_flag_value"],
  [["--tag", `a=${"x".repeat(257)}`], "bad_flag_value"],
  [Array.from({ length: 17 }, (_, i) => ["--tag", `k${i}=v`]).flat(), "bad_flag_value"],
  [["--beta", "not a beta"], "bad_flag_value"],
  [["--param", "max_tokens"], "bad_flag_value"],
  [["--param", "metadata.user_id=me"], "bad_flag_value"],
])("%j is 2 before anything is sent", async (flags, code) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", ...flags, "--error-format", "json", "hi"]);
  expect(run.code).toBe(2);
  expect(errorOf(run.stderr).code).toBe(code);
  expect(bedrock.mock.requests).toEqual([]);
});

test("tags, tier and latency are headers of InvokeModel and fields of Converse", async () => {
  const bedrock = await mocked();
  const flags = [
    "--tag",
    "team=search",
    "--tag",
    "env=ci",
    "--service-tier",
    "default",
    "--latency",
    "standard",
  ];
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", ...flags, "hi"])).toMatchObject({ code: 0 });
  const { headers = {} } = bedrock.calls()[0] ?? {};
  expect(JSON.parse(headers["x-amzn-bedrock-request-metadata"] ?? "")).toEqual({ team: "search", env: "ci" });
  expect(headers).toMatchObject({
    "x-amzn-bedrock-service-tier": "default",
    "x-amzn-bedrock-performanceconfig-latency": "standard",
  });
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", "--api", "converse", ...flags, "hi"])).toMatchObject({
    code: 0,
  });
  expect(bedrock.body(1)).toMatchObject({
    requestMetadata: { team: "search", env: "ci" },
    serviceTier: { type: "default" },
    performanceConfig: { latency: "standard" },
  });
});

test.each([
  ["invoke", (body: any) => body.anthropic_beta],
  ["converse", (body: any) => body.additionalModelRequestFields.anthropic_beta],
])("betas have their place in the body of %s", async (api, betasIn) => {
  const bedrock = await mocked();
  const betas = ["--beta", "context-management-2025-06-27", "--beta", "interleaved-thinking-2025-05-14"];
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", "--api", api, ...betas, "hi"])).toMatchObject({
    code: 0,
  });
  expect(betasIn(bedrock.body())).toEqual([
    "context-management-2025-06-27",
    "interleaved-thinking-2025-05-14",
  ]);
});

test("the beta of a million tokens is sent, with a warning where it is dead", async () => {
  const bedrock = await mocked();
  const beta = ["--beta", "context-1m-2025-08-07"];
  const dead = await bedrock.cbr(["invoke", "-m", "sonnet-4.5", ...beta, "hi"]);
  expect(dead.stderr).toMatch(/warning: the beta `context-1m-2025-08-07` has ended for Claude Sonnet 4\.5/);
  expect(bedrock.body().anthropic_beta).toEqual(["context-1m-2025-08-07"]);
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", ...beta, "hi"])).toMatchObject({
    code: 0,
    stderr: "",
  });
});

test.each([
  ["top_k=5", "--param top_k=5"],
  [
    'thinking={"type":"enabled","budget_tokens":2048}',
    '--param thinking={"type":"enabled","budget_tokens":2048}',
  ],
  ['output_config={"effort":"hihg"}', '--param output_config={"effort":"hihg"}'],
  ["max_tokens=999999", "--param max_tokens=999999"],
  [`stop_sequences=["${"END".repeat(30)}"," "]`, "--param stop_sequences"],
])("what is refused of --param %s is named as it was written", async (param, named) => {
  const args = ["invoke", "-m", "opus-5.5", "--region", "us-east-1", "--dry-run", "--param", param, "hi"];
  const { code, stderr } = await cbr(args);
  expect(code).toBe(2);
  expect(stderr.startsWith(`cbr: \`${named}\`: `), stderr).toBe(true);
});

test("--param sets any field by its path", async () => {
  const bedrock = await mocked();
  const params = ['metadata.user_id="me"', "max_tokens=77", 'stop_sequences=["END"]'];
  await bedrock.cbr(["invoke", "-m", "opus-4.6", ...params.flatMap((param) => ["--param", param]), "hi"]);
  expect(bedrock.body()).toMatchObject({
    metadata: { user_id: "me" },
    max_tokens: 77,
    stop_sequences: ["END"],
  });
});

test.each([
  "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1",
  "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
  PROFILE,
  "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123def456",
  "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abc123def456",
  "arn:aws:bedrock:us-east-1:123456789012:imported-model/abc123def456",
  "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1",
  "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
  "arn:aws:bedrock:us-east-1:123456789012:prompt-router/abc123def456",
  "arn:aws:sagemaker:us-east-1:123456789012:endpoint/my-endpoint",
])("%s goes into the URL as it is", async (arn) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", arn, "--dry-run", "hi"]);
  expect(run.code, run.stderr).toBe(0);
  expect(new URL(JSON.parse(run.stdout).url).pathname).toBe(
    `/model/${encodeURIComponent(arn)}/invoke-with-response-stream`,
  );
});

test("an ARN of another region is 2", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", PROFILE, "--region", "eu-west-1", "hi"]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/--region us-east-1/);
});

test("an application inference profile has the rules and the price of its model", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", PROFILE, "--json", "hi"]);
  const { usage, cost, geo, model_id } = JSON.parse(run.stdout);
  expect({ geo, model_id }).toEqual({ geo: "global", model_id: PROFILE });
  expect(cost.usd).toBeCloseTo((usage.input_tokens * 5 + usage.output_tokens * 25) / 1e6, 9);
  const refused = await bedrock.cbr(["invoke", "-m", PROFILE, "--effort", "xhigh", "hi"]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/Opus 4\.6 accepts low, medium, high, max/);
});

test("an alias of an alias of it has them too", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  const config = `${home}/config.toml`;
  writeFileSync(config, `[aliases]\nteam = "ours"\nours = "${PROFILE}"\n`);
  const run = await bedrock.cbr(["invoke", "-m", "team", "--json", "hi"], { env: { CBR_CONFIG: config } });
  expect(JSON.parse(run.stdout)).toMatchObject({ geo: "global", cost: { usd: expect.any(Number) } });
});

test("where nobody may ask what it stands for, it is called all the same, and its cost is unknown", async () => {
  const bedrock = await mocked({ deny: ["bedrock:GetInferenceProfile"] });
  const run = await bedrock.cbr(["invoke", "-m", PROFILE, "--json", "--effort", "low", "-v", "hi"]);
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({ cost: null, geo: null });
  expect(run.stderr).toMatch(/the profile's model is not known/);
});

test("a conversation with it goes on with it", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  await bedrock.cbr(["invoke", "-m", PROFILE, "--session", "s", "hi"], { home });
  await bedrock.cbr(["invoke", "-c", "and?"], { home });
  expect(bedrock.calls().map(({ path }) => path)[1]).toContain(encodeURIComponent(PROFILE));
});
