import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cbr } from "../support/cbr.ts";

interface Statement {
  Sid: string;
  Effect: string;
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

async function policyOf(...args: string[]): Promise<Statement[]> {
  const run = await cbr(["iam", ...args]);
  expect(run.stderr).not.toContain("cbr:");
  expect(run.code).toBe(0);
  const policy = JSON.parse(run.stdout);
  expect(policy.Version).toBe("2012-10-17");
  for (const statement of policy.Statement) expect(statement.Effect).toBe("Allow");
  return policy.Statement;
}

const resources = (statements: Statement[]) => statements.flatMap(({ Resource }) => Resource);
const actions = (statements: Statement[]) => statements.flatMap(({ Action }) => Action);

test("a geo profile: the profile, and the model in every region it routes to, only through the profile", async () => {
  const statements = await policyOf("-m", "opus-4.6", "--geo", "eu", "--region", "eu-west-1");
  const profile = "arn:aws:bedrock:eu-west-1:*:inference-profile/eu.anthropic.claude-opus-4-6-v1";
  expect(statements).toHaveLength(2);
  expect(statements[0]?.Resource).toBe(profile);
  for (const region of ["eu-west-1", "eu-central-1", "eu-north-1", "eu-south-2"])
    expect(statements[1]?.Resource).toContain(
      `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-opus-4-6-v1`,
    );
  expect(resources(statements).join()).not.toMatch(/bedrock:us-|bedrock:\*|bedrock:::/);
  expect(statements[1]?.Condition).toEqual({ ArnLike: { "bedrock:InferenceProfileArn": profile } });
  expect(new Set(actions(statements))).toEqual(
    new Set(["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]),
  );
});

test("the global profile: the model here, and the model without a region", async () => {
  const statements = await policyOf("-m", "opus-4.6", "--global", "--region", "us-east-1");
  expect(resources(statements)).toEqual([
    "arn:aws:bedrock:us-east-1:*:inference-profile/global.anthropic.claude-opus-4-6-v1",
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1",
    "arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-6-v1",
  ]);
  expect(statements[2]?.Condition).toMatchObject({ StringEquals: { "aws:RequestedRegion": "unspecified" } });
});

test("an ARN is allowed as it is", async () => {
  const arn = "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc123";
  const statements = await policyOf("-m", arn, "--region", "us-west-2");
  expect(statements[0]?.Resource).toBe(arn);
  expect(statements[1]?.Condition).toEqual({ ArnLike: { "bedrock:InferenceProfileArn": arn } });
});

test("GovCloud has its own partition", async () => {
  const statements = await policyOf("-m", "sonnet-4.5", "--geo", "us-gov", "--region", "us-gov-west-1");
  for (const arn of resources(statements)) expect(arn).toMatch(/^arn:aws-us-gov:bedrock:us-gov-/);
});

test("features add what they need and nothing else", async () => {
  const some = async (features: string) =>
    actions(await policyOf("-m", "opus-4.6", "--global", "--region", "us-east-1", "--features", features));
  expect(new Set(await some("stream"))).toEqual(new Set(["bedrock:InvokeModelWithResponseStream"]));
  expect(new Set(await some("no-stream"))).toEqual(new Set(["bedrock:InvokeModel"]));
  expect(await some("count,guardrail")).toEqual(
    expect.arrayContaining(["bedrock:CountTokens", "bedrock:ApplyGuardrail"]),
  );
  expect(await some("models")).toContain("bedrock:ListInferenceProfiles");
  expect(await some("access")).toEqual(
    expect.arrayContaining(["bedrock:CreateFoundationModelAgreement", "aws-marketplace:Subscribe"]),
  );
  expect(await some("logging")).toEqual(
    expect.arrayContaining(["bedrock:PutModelInvocationLoggingConfiguration", "iam:PassRole"]),
  );
  expect((await some("count")).join()).not.toContain("*");
});

test("--first-use adds the Marketplace actions, for Bedrock only", async () => {
  const without = await policyOf("-m", "opus-4.6", "--global", "--region", "us-east-1");
  expect(actions(without).join()).not.toContain("marketplace");
  const statements = await policyOf("-m", "opus-4.6", "--global", "--region", "us-east-1", "--first-use");
  const marketplace = statements.find(({ Action }) => Action.includes("aws-marketplace:Subscribe"));
  expect(marketplace?.Action).toContain("aws-marketplace:ViewSubscriptions");
  expect(marketplace?.Condition).toEqual({ StringEquals: { "aws:CalledViaLast": "bedrock.amazonaws.com" } });
});

test("--bearer adds the action that an API key needs", async () => {
  expect(actions(await policyOf("-m", "opus-4.6", "--global", "--bearer"))).toContain(
    "bedrock:CallWithBearerToken",
  );
  const mantle = actions(
    await policyOf("-m", "opus-5", "--features", "mantle", "--region", "us-east-1", "--bearer"),
  );
  expect(mantle).toEqual(["bedrock-mantle:CreateInference", "bedrock-mantle:CallWithBearerToken"]);
});

test("needs no credentials, and takes region and model from the settings", async () => {
  const run = await cbr(["iam"], { env: { AWS_REGION: "us-east-2", CBR_MODEL: "haiku-4.5", CBR_GEO: "us" } });
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("arn:aws:bedrock:us-east-2:*:inference-profile/us.anthropic.claude-haiku-4-5");
});

test("the region in use is the policy's where it can call the geo's profile, else it is said", async () => {
  const words = ["iam", "-m", "haiku-4.5", "--geo", "us"];
  const here = await cbr(words, { env: { AWS_REGION: "us-west-2" } });
  expect(here).toMatchObject({ code: 0, stderr: "" });
  expect(here.stdout).toContain(
    "arn:aws:bedrock:us-west-2:*:inference-profile/us.anthropic.claude-haiku-4-5",
  );
  const elsewhere = await cbr(words, { env: { AWS_REGION: "eu-west-1" } });
  expect(elsewhere.code).toBe(0);
  expect(elsewhere.stderr).toMatch(
    /^note: `eu-west-1` \(AWS_REGION\) is not in geo `us`: the policy is for `us-east-1`/,
  );
});

test("a geo that the model does not have, and a feature that does not exist, are exit 2", async () => {
  expect(await cbr(["iam", "-m", "opus-4.1", "--geo", "jp"])).toMatchObject({ code: 2, stdout: "" });
  const run = await cbr(["iam", "--features", "strem"]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain("did you mean `stream`?");
});

test.each(["docs/packaging/github-actions.yml", "docs/guides/scripting-and-ci.md"])(
  "the policy that %s names lets its --max-cost count",
  async (path) => {
    const text = readFileSync(join(import.meta.dirname, "../..", path), "utf8");
    expect(text).toContain("--max-cost");
    const words = /`cbr (iam -m [^`]+)`/.exec(text)?.[1]?.split(" ") ?? [];
    const run = await cbr(words);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('"bedrock:CountTokens"');
  },
);
