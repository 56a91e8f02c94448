import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TEST_API_KEY } from "../../src/mock/credentials.ts";
import { cbr as bareCbr, freshHome } from "../support/cbr.ts";
import { errorOf, mocked } from "../support/mocked.ts";
import { type Answer, failure, service } from "../support/service.ts";

type Row = {
  alias: string | null;
  base_id: string;
  profiles: string[];
  source: string;
  usable_here: boolean | null;
};
const rowOf = (stdout: string, alias: string) =>
  (JSON.parse(stdout) as Row[]).find((row) => row.alias === alias);

const page = (id: string) => ({
  inferenceProfileSummaries: [
    {
      inferenceProfileId: id,
      inferenceProfileArn: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${id}`,
      inferenceProfileName: "a profile",
      status: "ACTIVE",
      type: "SYSTEM_DEFINED",
      models: [{ modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${id.replace(/^us\./, "")}` }],
    },
  ],
});

/** One model that nobody knows, and three pages of one profile each. */
function lists(request: string): Answer {
  if (request.includes("/foundation-models")) {
    const modelId = "anthropic.claude-opus-7";
    const modelArn = `arn:aws:bedrock:us-east-1::foundation-model/${modelId}`;
    const life = { inferenceTypesSupported: ["ON_DEMAND"], modelLifecycle: { status: "ACTIVE" } };
    return { body: { modelSummaries: [{ modelArn, modelId, modelName: "Claude Opus 7", ...life }] } };
  }
  if (request.includes("type=APPLICATION")) return { body: { inferenceProfileSummaries: [] } };
  if (request.includes("nextToken=b")) return { body: page("us.anthropic.claude-sonnet-4-6") };
  if (request.includes("nextToken=a"))
    return { body: { ...page("us.anthropic.claude-opus-4-8"), nextToken: "b" } };
  return { body: { ...page("us.anthropic.claude-opus-4-6-v1"), nextToken: "a" } };
}

describe("models list", () => {
  test("joins the catalog with both live lists", async () => {
    const { cbr, mock } = await mocked();
    const { code, stdout, stderr } = await cbr(["models", "list", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(rowOf(stdout, "opus-4.6")).toEqual({
      name: "Claude Opus 4.6",
      alias: "opus-4.6",
      base_id: "anthropic.claude-opus-4-6-v1",
      profiles: ["global.anthropic.claude-opus-4-6-v1", "us.anthropic.claude-opus-4-6-v1"],
      status: "active",
      context_window: 1_000_000,
      max_output_tokens: 128_000,
      price: { input: 5, output: 25 },
      source: "live",
      usable_here: true,
    });
    expect(mock.requests.map(({ path }) => path.replace(/maxResults=\d+&/, "")).sort()).toEqual([
      "/foundation-models?byProvider=anthropic",
      "/inference-profiles?type=APPLICATION",
      "/inference-profiles?type=SYSTEM_DEFINED",
    ]);
  });

  test.each([
    ["models opus-4.6", ["models", "opus-4.6"]],
    ["models list opus-4.6", ["models", "list", "opus-4.6"]],
    ["flags before the term", ["models", "--json", "opus-4.6"]],
  ])("a term leaves the models that have it: %s", async (_, words) => {
    const { cbr } = await mocked();
    const { code, stdout } = await cbr(words);
    expect(code).toBe(0);
    expect(stdout.match(/anthropic\.claude-opus-4-6-v1/g)?.length).toBeGreaterThan(0);
    expect(stdout).not.toContain("sonnet");
  });

  test("in a pipe each model is a line of cells between tabs", async () => {
    const { cbr } = await mocked();
    const { stdout } = await cbr(["models"]);
    const line = stdout.split("\n").find((text) => text.startsWith("Claude Haiku 4.5\t"));
    expect(line?.split("\t")).toEqual([
      "Claude Haiku 4.5",
      "anthropic.claude-haiku-4-5-20251001-v1:0",
      "global.anthropic.claude-haiku-4-5-20251001-v1:0,us.anthropic.claude-haiku-4-5-20251001-v1:0",
      "200000",
      "1/5",
      "active",
      "haiku-4.5",
    ]);
  });

  test("another region has other profiles", async () => {
    const { cbr } = await mocked();
    const { stdout } = await cbr(["models", "list", "opus-4.6", "--json", "--region", "eu-west-1"]);
    expect(rowOf(stdout, "opus-4.6")?.profiles).toEqual([
      "global.anthropic.claude-opus-4-6-v1",
      "eu.anthropic.claude-opus-4-6-v1",
    ]);
  });

  test.each(["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"])(
    "%s denied: one line says so, and the catalog is shown",
    async (action) => {
      const { cbr } = await mocked({ deny: [action] });
      const { code, stdout, stderr } = await cbr(["models", "list", "--json"]);
      expect(code).toBe(0);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain(action);
      expect(stderr).toMatch(/request id [0-9a-f-]{36}/);
      expect(rowOf(stdout, "opus-4.6")).toMatchObject({ source: "catalog", usable_here: true });
    },
  );

  test("an endpoint that is not there, and no credentials, are no failure either", async () => {
    const { cbr } = await mocked();
    for (const env of [
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    ]) {
      const { code, stdout, stderr } = await cbr(["models", "haiku-4.5"], { env });
      expect(code).toBe(0);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stdout).toContain("anthropic.claude-haiku-4-5-20251001-v1:0");
    }
  });

  test("application profiles that may not be listed take nothing away", async () => {
    const { env } = await service((request) =>
      request.includes("type=APPLICATION") ? failure(403, "AccessDeniedException", "no") : lists(request),
    );
    const { code, stdout, stderr } = await bareCbr(["models", "list", "opus-4.6", "--json"], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(rowOf(stdout, "opus-4.6")?.source).toBe("live");
  });

  test("a model that the catalog has never heard of is listed", async () => {
    const { env } = await service(lists);
    const { stdout } = await bareCbr(["models", "list", "opus-7", "--json"], { env });
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        name: "Claude Opus 7",
        base_id: "anthropic.claude-opus-7",
        source: "live",
        usable_here: true,
        price: null,
      }),
    ]);
  });

  test("every page is asked for", async () => {
    const { env, requests } = await service(lists);
    const { stdout } = await bareCbr(["models", "list", "--json"], { env });
    expect(rowOf(stdout, "opus-4.6")?.profiles).toEqual(["us.anthropic.claude-opus-4-6-v1"]);
    expect(rowOf(stdout, "sonnet-4.6")?.profiles).toEqual(["us.anthropic.claude-sonnet-4-6"]);
    expect(requests.filter((request) => request.includes("SYSTEM_DEFINED"))).toHaveLength(3);
  });

  test("a service that heeds no filter lists nothing twice, and nothing but Claude", async () => {
    const titan = { modelId: "amazon.titan-x", modelName: "Titan", modelLifecycle: { status: "ACTIVE" } };
    const { env } = await service((request) =>
      request.includes("/foundation-models")
        ? { body: { modelSummaries: [titan, titan] } }
        : { body: page("us.anthropic.claude-opus-4-6-v1") },
    );
    const { stdout } = await bareCbr(["models", "list", "--all", "--json"], { env });
    expect(rowOf(stdout, "opus-4.6")?.profiles).toEqual(["us.anthropic.claude-opus-4-6-v1"]);
    expect(stdout).not.toContain("titan");
  });

  test("a service that hands out the same page for ever is not followed", async () => {
    const { env, requests } = await service((request) =>
      request.includes("/inference-profiles")
        ? { body: { ...page("us.anthropic.claude-x"), nextToken: "same" } }
        : lists(request),
    );
    const { code } = await bareCbr(["models"], { env });
    expect(code).toBe(0);
    expect(requests.filter((request) => request.includes("SYSTEM_DEFINED"))).toHaveLength(2);
  });

  test("a busy service is asked again in silence", async () => {
    let times = 0;
    const { env } = await service((request) =>
      request.includes("/foundation-models") && times++ === 0
        ? failure(429, "ThrottlingException", "Rate exceeded")
        : lists(request),
    );
    const { code, stdout, stderr } = await bareCbr(["models", "list", "opus-7", "--json"], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toHaveLength(1);
  });

  test("a name from AWS stays in its cell", async () => {
    const { env } = await service((request) =>
      request.includes("/foundation-models")
        ? {
            body: {
              modelSummaries: [
                { modelArn: "a", modelId: "anthropic.claude-evil-1", modelName: "Evil\n\tname" },
              ],
            },
          }
        : lists(request),
    );
    const { stdout } = await bareCbr(["models", "evil"], { env });
    expect(stdout).toMatch(/^Evil +name\tanthropic\.claude-evil-1\t[^\n]*\n$/);
  });

  test("works with a Bedrock API key", async () => {
    const { cbr } = await mocked();
    const { code, stdout, stderr } = await cbr(["models", "list", "opus-4.6", "--json"], {
      env: {
        AWS_ACCESS_KEY_ID: undefined,
        AWS_SECRET_ACCESS_KEY: undefined,
        AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY,
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(rowOf(stdout, "opus-4.6")?.source).toBe("live");
  });

  test("a wrong setting is a failure, not a reason for the catalog", async () => {
    const { code } = await bareCbr(["models"], {
      env: { AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "nonsense" },
    });
    expect(code).toBe(2);
  });
});

describe("models list --offline", () => {
  test("asks nobody and needs no region and no credentials", async () => {
    const { mock } = await mocked();
    const { code, stdout, stderr } = await bareCbr(["models", "list", "--offline", "--json"], {
      env: { AWS_ENDPOINT_URL: mock.url },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(rowOf(stdout, "opus-4.6")).toMatchObject({ source: "catalog", usable_here: null });
    expect(rowOf(stdout, "opus-4.6")?.profiles).toContain("eu.anthropic.claude-opus-4-6-v1");
    expect(mock.requests).toEqual([]);
  });

  test("retired models are shown with --all", async () => {
    const shown = await bareCbr(["models", "list", "3.7", "--offline", "--all"]);
    expect(shown.stdout).toContain("anthropic.claude-3-7-sonnet-20250219-v1:0");
    const hidden = await bareCbr(["models", "list", "3.7", "--offline"]);
    expect(hidden).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("--all") });
  });
});

describe("models refresh", () => {
  test("stores the lists for --offline, and for nobody else", async () => {
    const { cbr, mock } = await mocked();
    const home = freshHome();
    const refreshed = await cbr(["models", "refresh", "--json"], { home });
    expect(refreshed).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(refreshed.stdout)).toMatchObject({
      account: "123456789012",
      region: "us-east-1",
      endpoint: expect.stringContaining("127.0.0.1"),
    });
    const folder = join(home, ".cache/cbr/models");
    const [file] = readdirSync(folder);
    expect(file).toMatch(/^123456789012\.us-east-1\./);
    expect(statSync(join(folder, file as string)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, file as string), "utf8")).not.toContain("secret");

    const before = mock.requests.length;
    const offline = await cbr(["models", "list", "opus-4.6", "--offline", "--json"], { home });
    expect(rowOf(offline.stdout, "opus-4.6")?.source).toBe("live");
    const elsewhere = await cbr(["models", "list", "opus-4.6", "--offline", "--json"], {
      home,
      env: { AWS_ENDPOINT_URL: undefined },
    });
    expect(rowOf(elsewhere.stdout, "opus-4.6")?.source).toBe("catalog");
    expect(mock.requests).toHaveLength(before);
  });

  test("a refusal is its failure, and stores nothing", async () => {
    const { cbr } = await mocked({ deny: ["bedrock:ListInferenceProfiles"] });
    const home = freshHome();
    const { code, stderr } = await cbr(["models", "refresh", "--error-format", "json"], { home });
    expect(code).toBe(4);
    expect(errorOf(stderr).code).toBe("access_denied");
    expect(() => readdirSync(join(home, ".cache/cbr/models"))).toThrow();
  });

  test.each<[string, (request: string) => boolean]>([
    ["an empty object", () => true],
    ["models without profiles", (request) => request.includes("/inference-profiles")],
    ["profiles without models", (request) => request.includes("/foundation-models")],
  ])("an answer without its list is not Bedrock's, and what was stored stays: %s", async (_, isEmpty) => {
    let isBroken = false;
    const { env } = await service((request) =>
      isBroken && isEmpty(request) ? { body: {} } : lists(request),
    );
    const home = freshHome();
    expect((await bareCbr(["models", "refresh"], { env, home })).code).toBe(0);
    isBroken = true;
    const { code, stdout, stderr } = await bareCbr(["models", "refresh", "--error-format", "json"], {
      env,
      home,
    });
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
    expect(errorOf(stderr)).toMatchObject({
      code: "not_bedrock",
      message: expect.stringMatching(/holds no list of/),
    });
    const kept = await bareCbr(["models", "list", "opus-4.6", "--offline", "--json"], { env, home });
    expect(rowOf(kept.stdout, "opus-4.6")?.profiles).toEqual(["us.anthropic.claude-opus-4-6-v1"]);
    const listed = await bareCbr(["models", "list", "opus-4.6", "--json"], { env, home });
    expect(listed.code).toBe(0);
    expect(listed.stderr).toMatch(/^warning: AWS's live lists are missing: the answer holds no list of/);
    expect(rowOf(listed.stdout, "opus-4.6")?.source).toBe("catalog");
  });

  test("an account with empty lists has them", async () => {
    const { env } = await service((request) => ({
      body: request.includes("/foundation-models")
        ? { modelSummaries: [] }
        : { inferenceProfileSummaries: [] },
    }));
    const { code, stdout } = await bareCbr(["models", "refresh", "--json"], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ models: 0, profiles: 0 });
  });

  test("an account that may not be asked for does not keep the lists from being stored", async () => {
    const { cbr } = await mocked({ deny: ["sts:GetCallerIdentity"] });
    const { code, stdout } = await cbr(["models", "refresh", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).account).toBe("unknown");
  });
});

test("a bare `cbr models help` and `--help` list the verbs", async () => {
  const { code, stdout } = await bareCbr(["models", "--help"]);
  expect(code).toBe(0);
  for (const verb of ["list", "show", "check", "refresh"]) expect(stdout).toContain(verb);
});
