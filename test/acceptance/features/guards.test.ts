// The geo guard, models that are ending, and --strict.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cbr, freshHome } from "../../support/cbr.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

const EU = { AWS_REGION: "eu-west-1", CBR_GEO: "eu" };
const dry = (args: readonly string[], env: Record<string, string>) =>
  cbr(["invoke", "--dry-run", "--error-format", "json", ...args, "hi"], { env });

test.each([
  ["a typed profile id", ["-m", "us.anthropic.claude-opus-4-6-v1"]],
  ["the global profile", ["-m", "global.anthropic.claude-opus-4-6-v1"]],
  [
    "an ARN of another geo",
    ["-m", "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/global.anthropic.claude-opus-4-6-v1"],
  ],
  [
    "an ARN that does not tell",
    ["-m", "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123"],
  ],
  ["a model without a profile there", ["-m", "fable-5.1"]],
  ["a fallback region", ["-m", "opus-4.6", "--fallback-region", "us-east-1"]],
  ["a fallback model by id", ["-m", "opus-4.6", "--fallback-model", "us.anthropic.claude-sonnet-4-6"]],
  ["a fallback model that has none", ["-m", "opus-4.6", "--fallback-model", "fable-5.1"]],
  ["mantle elsewhere", ["-m", "opus-4.8", "--api", "mantle", "--region", "us-east-1"]],
  ["a typed id with --no-check", ["-m", "us.anthropic.claude-opus-4-6-v1", "--no-check"]],
])("CBR_GEO=eu is a guard: %s is 13", async (_what, args) => {
  const run = await dry(args, EU);
  expect(run).toMatchObject({ code: 13, stdout: "" });
  expect(errorOf(run.stderr)).toMatchObject({
    code: "geo_guard",
    message: expect.stringContaining("CBR_GEO"),
  });
});

test("within the guard the profile of the geo is called", async () => {
  const run = await dry(
    ["-m", "opus-4.6", "--fallback-region", "eu-central-1", "--fallback-model", "sonnet-4.6"],
    EU,
  );
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout).url).toContain("/model/eu.anthropic.claude-opus-4-6-v1/");
});

test("a geo in the config file guards an alias too, and --geo on the command line lifts it", async () => {
  const home = freshHome();
  const config = join(home, "config.toml");
  writeFileSync(config, 'geo = "eu"\n[aliases]\nmine = "us.anthropic.claude-opus-4-6-v1"\n');
  const env = { AWS_REGION: "us-east-1", CBR_CONFIG: config };
  const refused = await dry(["-m", "mine"], env);
  expect(refused.code).toBe(13);
  expect(refused.stderr).toMatch(/config\.toml/);
  const lifted = await dry(["-m", "mine", "--geo", "us"], env);
  expect(JSON.parse(lifted.stdout).url).toContain("/model/us.anthropic.claude-opus-4-6-v1/");
});

test("a --geo of the command line is no guard but a wish: contradicting it is 2", async () => {
  const run = await dry(["-m", "us.anthropic.claude-opus-4-6-v1", "--geo", "eu"], {
    AWS_REGION: "us-east-1",
  });
  expect(run.code).toBe(2);
  expect(errorOf(run.stderr).code).toBe("geo_contradiction");
});

test("outside the US the global default is said once, with the geo that stays", async () => {
  const run = await cbr(["invoke", "--dry-run", "-m", "opus-4.6", "hi"], {
    env: { AWS_REGION: "eu-west-1" },
  });
  expect(run.stderr.match(/--geo eu/g)).toHaveLength(1);
});

test.each([
  ["opus-4.1", /deprecated.*\d{4}-\d{2}-\d{2}.*successor is `opus-/],
  ["us.anthropic.claude-opus-4-20250514-v1:0", /retired on Bedrock.*\d{4}-\d{2}-\d{2}.*successor is `opus-/],
])("%s warns once with its date and successor", async (model, message) => {
  const run = await cbr(["invoke", "--dry-run", "-m", model, "--region", "us-east-1", "hi"], {});
  expect(run.stderr).toMatch(message);
  expect(run.stderr.match(/warning:/g)).toHaveLength(1);
});

test("a family that is open to nobody says whom to ask", async () => {
  const run = await cbr(["invoke", "-m", "mythos", "hi"], { env: { AWS_REGION: "us-east-1" } });
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/account team/);
});

test("a cut at max_tokens warns, and with --strict is 9", async () => {
  const bedrock = await mocked({ script: [{ text: "cut sho", stop_reason: "max_tokens" }] });
  const run = await bedrock.cbr(["invoke", "hi"]);
  expect(run).toMatchObject({ code: 0, stdout: "cut sho" });
  expect(run.stderr).toMatch(/warning: the answer was cut at max_tokens/);
  const strict = await bedrock.cbr(["invoke", "--strict", "--json", "hi"]);
  expect(strict.code).toBe(9);
  expect(JSON.parse(strict.stdout).text).toBe("cut sho");
  expect(errorOf(strict.stderr)).toMatchObject({ code: "cut_at_max_tokens", partial_text: "cut sho" });
});

test("an explicit --max-tokens above the model's maximum is 2, the default is capped", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "haiku-4.5", "--max-tokens", "64001", "hi"]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/writes at most 64000/);
});
