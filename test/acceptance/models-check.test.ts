import { describe, expect, test } from "vitest";
import { EXPIRED_CREDENTIALS, TEST_API_KEY } from "../../src/mock/credentials.ts";
import { cbr } from "../support/cbr.ts";
import { errorOf, mocked } from "../support/mocked.ts";
import { type Answer, failure, service } from "../support/service.ts";

const OPUS = "anthropic.claude-opus-4-6-v1";
const OWN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123mock";

/** A control plane where all is well but what `changes` says, by a word of the request. */
function account(changes: Record<string, Answer>): (request: string) => Answer {
  const modelArn = `arn:aws:bedrock:us-east-1::foundation-model/${OPUS}`;
  const profile = (id: string) => ({
    inferenceProfileId: id,
    inferenceProfileArn: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${id}`,
    inferenceProfileName: id,
    models: [{ modelArn }],
    status: "ACTIVE",
    type: "SYSTEM_DEFINED",
  });
  const well: Record<string, Answer> = {
    "/foundation-models": { body: { modelSummaries: [{ modelArn, modelId: OPUS }] } },
    "type=APPLICATION": { body: { inferenceProfileSummaries: [] } },
    "type=SYSTEM_DEFINED": {
      body: { inferenceProfileSummaries: [profile(`global.${OPUS}`), profile(`us.${OPUS}`)] },
    },
    "/foundation-model-availability/": { body: availability({}) },
    "/use-case-for-model-access": { body: { formData: btoa('{"companyName":"Example"}') } },
    "/data-retention": { body: { mode: "default" } },
  };
  const answers = { ...well, ...changes };
  return (request) => {
    const key = Object.keys(answers).find((word) => request.includes(word));
    return answers[key ?? ""] ?? failure(404, "UnknownOperationException", "unknown");
  };
}

function availability(changes: object) {
  return {
    modelId: OPUS,
    agreementAvailability: { status: "AVAILABLE" },
    authorizationStatus: "AUTHORIZED",
    entitlementAvailability: "AVAILABLE",
    regionAvailability: "AVAILABLE",
    ...changes,
  };
}

describe("models check", () => {
  test("a model that can be called is exit 0, and what was asked is the account's standing", async () => {
    const { cbr, mock } = await mocked();
    const { code, stdout, stderr } = await cbr(["models", "check", "opus-4.6", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      model: "opus-4.6",
      region: "us-east-1",
      geo: "global",
      usable: true,
      reasons: [],
    });
    const paths = mock.requests.map(({ path }) => path.split("?")[0]);
    expect(paths).toEqual(
      expect.arrayContaining([
        `/foundation-model-availability/${OPUS}`,
        "/inference-profiles",
        "/use-case-for-model-access",
      ]),
    );
  });

  test.each<[string, Record<string, Answer>, string, string]>([
    [
      "no agreement",
      {
        "/foundation-model-availability/": {
          body: availability({ agreementAvailability: { status: "NOT_AVAILABLE" } }),
        },
      },
      "model_access_denied",
      "account admin",
    ],
    [
      "a profile that is not listed",
      { "type=SYSTEM_DEFINED": { body: { inferenceProfileSummaries: [] } } },
      "region_cannot_call",
      "you",
    ],
    [
      "no form",
      {
        "/use-case-for-model-access": failure(
          404,
          "ResourceNotFoundException",
          "You have not filled out the request form",
        ),
      },
      "use_case_form_missing",
      "account admin",
    ],
    [
      "an organization's policy",
      {
        "/foundation-model-availability/": failure(
          403,
          "AccessDeniedException",
          "User: arn:aws:sts::111122223333:assumed-role/Dev/me is not authorized to perform: bedrock:GetFoundationModelAvailability on resource: * with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p",
        ),
      },
      "scp_denied",
      "organization",
    ],
  ])("%s is exit 4 with who can fix it", async (_, changes, reason, who) => {
    const { env } = await service(account(changes));
    const { code, stdout, stderr } = await cbr(["models", "check", "opus-4.6", "--json"], { env });
    expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
    const verdict = JSON.parse(stdout);
    expect(verdict.usable).toBe(false);
    expect(verdict.reasons).toEqual([
      { code: reason, who, message: expect.any(String), fix: expect.any(String) },
    ]);
  });

  test("for people: the verdict, the reason, the fix and whose it is", async () => {
    const { cbr } = await mocked();
    const { code, stdout } = await cbr(["models", "check", "fable-5.1"]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^not usable: global\.anthropic\.claude-fable-5-1 in us-east-1$/m);
    expect(stdout).toMatch(/^data_retention_required: .*`aws_review`.*`default`$/m);
    expect(stdout).toMatch(/^ {2}fix \(account admin\): cbr access request fable-5\.1/m);
  });

  test.each([
    [["opus-4.6", "--geo", "apac"], "region_cannot_call"],
    [["opus-4.1", "--geo", "eu"], "geo_not_offered"],
    [["sonnet-3.7"], "model_not_offered"],
  ])("%j is answered from the catalog, and nobody is asked", async (words, reason) => {
    const { cbr, mock } = await mocked();
    const { code, stdout } = await cbr(["models", "check", ...words, "--json"]);
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ usable: false, reasons: [{ code: reason, who: "you" }] });
    expect(mock.requests).toEqual([]);
  });

  test("of a retired model its end is the reason", async () => {
    const { cbr } = await mocked();
    const { code, stdout } = await cbr(["models", "check", "haiku-3.5", "--json"]);
    expect(code).toBe(4);
    expect(JSON.parse(stdout).reasons[0]).toMatchObject({ code: "model_end_of_life", who: "you" });
  });

  test.each(["bedrock:ListInferenceProfiles", "bedrock:List*"])(
    "with %s denied the catalog stands in for the lists, and that is said",
    async (action) => {
      const { cbr } = await mocked({ deny: [action] });
      const { code, stdout, stderr } = await cbr(["models", "check", "opus-4.6", "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        usable: true,
        reasons: [],
        unseen: [
          { code: "access_denied", fix: expect.stringContaining("bedrock:List"), who: "account admin" },
        ],
      });
      expect(stderr).toMatch(/^warning: AWS's lists may not be read/);
      const retired = await cbr(["models", "check", "haiku-3.5", "--json"]);
      expect(JSON.parse(retired.stdout).reasons[0]).toMatchObject({ code: "model_end_of_life" });
      expect((await cbr(["models", "check", OWN])).stdout).toMatch(/^usable: /);
    },
  );

  test("where nothing may be looked at, nothing is told", async () => {
    const { cbr } = await mocked({ deny: ["bedrock:List*", "bedrock:GetFoundationModelAvailability"] });
    const { code, stdout } = await cbr(["models", "check", "opus-4.6"]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^cannot tell, a call may still work: global\./);
    expect(stdout.match(/^access_denied: /gm)).toHaveLength(2);
  });

  test("lists that an organization denies are a reason", async () => {
    const denial =
      "User: arn:aws:sts::111122223333:assumed-role/Dev/me is not authorized to perform: bedrock:ListInferenceProfiles on resource: * with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p";
    const { env } = await service(
      account({ "type=SYSTEM_DEFINED": failure(403, "AccessDeniedException", denial) }),
    );
    const { code, stdout } = await cbr(["models", "check", "opus-4.6", "--json"], { env });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ reasons: [{ code: "scp_denied" }], unseen: [] });
  });

  test("an application inference profile is followed to its model", async () => {
    const { cbr, mock } = await mocked();
    const { code, stdout } = await cbr(["models", "check", OWN, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ usable: true, base_id: OPUS });
    expect(mock.requests.some(({ path }) => path.endsWith(encodeURIComponent(OWN)))).toBe(true);
  });

  test("works with a Bedrock API key", async () => {
    const { cbr } = await mocked();
    const env = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY,
    };
    expect((await cbr(["models", "check", "opus-4.6"], { env })).code).toBe(0);
  });

  test("a name that means nothing is exit 2, a missing one too", async () => {
    const unknown = await cbr(["models", "check", "opus-9", "--json"]);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(unknown.stderr).code).toBe("unknown_model");
    expect((await cbr(["models", "check"])).code).toBe(2);
  });

  test.each([
    [403, "text/html", "<html><title>Blocked by ACME</title></html>", 7, /HTTP 403 .*: Blocked by ACME$/m],
    [200, "text/html", "<html><title>Log in</title></html>", 7, /sent text\/html .*: Log in$/m],
    [403, "text/plain", "blocked", 7, /HTTP 403 .*a proxy or another server answered/],
    [302, "text/html", "moved", 5, /redirects to login\.example\.com:443/],
    [200, "application/json", '{"modelSummaries":[', 7, /^cbr: the answer cannot be read: /],
  ])(
    "an answer of something in between (%s, %s) is no verdict, and told in words for people",
    async (status, type, body, code, message) => {
      const { env } = await service(() => ({
        status,
        headers: { "content-type": type, location: "https://login.example.com/" },
        body,
      }));
      const run = await cbr(["models", "check", "opus-4.6", "--max-attempts", "1"], { env });
      expect(run).toMatchObject({ code, stdout: "" });
      expect(run.stderr).toMatch(message);
      expect(run.stderr).not.toContain("$response");
    },
  );

  test("a service that sends anything is no bug of ours", async () => {
    const { env } = await service(() => ({
      body: { modelSummaries: { a: 1 }, inferenceProfileSummaries: "x" },
    }));
    const { code, stdout, stderr } = await cbr(["models", "check", "opus-4.6", "--json"], { env });
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
    expect(errorOf(stderr).code).toBe("not_bedrock");
  });

  test("a network that is down is no verdict", async () => {
    const { cbr } = await mocked();
    const result = await cbr(["models", "check", "opus-4.6"], {
      env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
    });
    expect(result).toMatchObject({ code: 7, stdout: "" });
  });

  test("expired credentials are said as such", async () => {
    const { cbr } = await mocked();
    const { accessKeyId, secretAccessKey, sessionToken } = EXPIRED_CREDENTIALS;
    const { code, stdout, stderr } = await cbr(["models", "check", "opus-4.6", "--json"], {
      env: {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      },
    });
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(errorOf(stderr).code).toBe("credentials_expired");
  });
});

describe("models show", () => {
  test("everything known of one model, with what AWS says now", async () => {
    const { cbr } = await mocked();
    const { code, stdout, stderr } = await cbr(["models", "show", "opus-4.6", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const details = JSON.parse(stdout);
    expect(details).toMatchObject({
      name: "Claude Opus 4.6",
      base_id: OPUS,
      apis: { invoke: true, converse: true, messages: false, mantle: false },
      limits: { context_window: 1_000_000, max_output_tokens: 128_000 },
      parameters: { sampling: { kind: "either" }, prefill: false },
      live: {
        region: "us-east-1",
        is_listed: true,
        application_profiles: [OWN],
        availability: { agreement: "AVAILABLE" },
      },
    });
    const us = details.profiles.find((profile: { geo: string }) => profile.geo === "us");
    expect(us).toMatchObject({ id: `us.${OPUS}`, callable_here: true });
    expect(us.source_regions).toContain("ca-central-1");
    expect(us.destination_regions).toContain("us-west-2");
    expect(details.prices).toContainEqual(
      expect.objectContaining({ route: "us", price: expect.objectContaining({ input: 5.5, output: 27.5 }) }),
    );
  });

  test("offline it is the catalog alone", async () => {
    const { code, stdout } = await cbr(["models", "show", "sonnet-4.5", "--offline", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ alias: "sonnet-4.5", live: null });
  });

  test("for people: lines with names", async () => {
    const { cbr } = await mocked();
    const { stdout } = await cbr(["models", "show", "opus-4.6"]);
    expect(stdout).toMatch(/^base id +anthropic\.claude-opus-4-6-v1$/m);
    expect(stdout).toMatch(/^price global +\$5 in, \$25 out/m);
  });

  test("denied lists leave the catalog, and say so", async () => {
    const { cbr } = await mocked({ deny: ["bedrock:*"] });
    const { code, stdout, stderr } = await cbr(["models", "show", "opus-4.6", "--json"]);
    expect(code).toBe(0);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout).live).toBeNull();
  });

  test.each([
    ["an application inference profile", OWN],
    ["a profile id", `eu.${OPUS}`],
    ["a first-party id", "claude-opus-4-6"],
  ])("%s stands for its model", async (_, name) => {
    const { cbr } = await mocked();
    const { stdout } = await cbr(["models", "show", name, "--json"]);
    expect(JSON.parse(stdout).base_id).toBe(OPUS);
  });

  test("a base id that neither the catalog nor AWS knows is exit 2", async () => {
    const { cbr } = await mocked();
    const { code, stderr } = await cbr(["models", "show", "anthropic.claude-nobody-1"]);
    expect(code).toBe(2);
    expect(stderr).toContain("anthropic.claude-nobody-1");
  });
});
