import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  EXPIRED_CREDENTIALS,
  shortTermApiKey,
  TEMPORARY_CREDENTIALS,
  TEST_API_KEY,
  TEST_CREDENTIALS,
} from "../../src/mock/credentials.ts";
import { cbr, freshHome } from "../support/cbr.ts";
import { errorOf, mocked } from "../support/mocked.ts";
import { service } from "../support/service.ts";

const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

describe("whoami with AWS credentials", () => {
  test("asks STS and says where credentials and region come from", async () => {
    const { cbr, mock } = await mocked();
    const { code, stdout, stderr } = await cbr(["whoami", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      account: "123456789012",
      arn: TEST_CREDENTIALS.arn,
      user_id: TEST_CREDENTIALS.userId,
      auth: "sigv4",
      region: { value: "us-east-1", source: "AWS_REGION" },
      credentials: { source: "environment", expires_at: null },
      token: null,
      other: null,
    });
    expect(mock.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /"]);
  });

  test("prints lines for people", async () => {
    const { cbr } = await mocked();
    const { stdout } = await cbr(["whoami", "--region", "eu-west-1"]);
    expect(stdout).toMatch(/^account +123456789012$/m);
    expect(stdout).toMatch(/^region +eu-west-1 \(--region\)$/m);
    expect(stdout).not.toContain("\u001b");
  });

  test("a profile that only the config file has gives settings; the key variables give credentials", async () => {
    const { cbr } = await mocked();
    const home = freshHome();
    mkdirSync(join(home, ".config/cbr"), { recursive: true });
    writeFileSync(join(home, ".config/cbr/config.toml"), '[profile.side]\ngeo = "us"\n');
    const { code, stdout, stderr } = await cbr(["whoami", "--profile", "side", "--json"], { home });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).credentials.source).toBe("environment");
  });

  test("names the profile that credentials come from", async () => {
    const { cbr } = await mocked();
    const home = freshHome();
    mkdirSync(join(home, ".aws"));
    const { accessKeyId, secretAccessKey, sessionToken } = TEMPORARY_CREDENTIALS;
    writeFileSync(
      join(home, ".aws/credentials"),
      `[work]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token=${sessionToken}\n`,
    );
    const { code, stdout } = await cbr(["whoami", "--profile", "work", "--json"], { home, env: NO_KEYS });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      arn: TEMPORARY_CREDENTIALS.arn,
      credentials: { source: expect.stringContaining("profile work") },
    });
  });

  test.each([
    ["expired credentials", EXPIRED_CREDENTIALS, "credentials_expired"],
    [
      "a key nobody knows",
      { ...TEST_CREDENTIALS, accessKeyId: "AKIAIOSFODNN7EXAMPLE" },
      "credentials_invalid",
    ],
    [
      "a wrong secret",
      { ...TEST_CREDENTIALS, secretAccessKey: "wrong/secret/wrong/secret/wrong/secret00" },
      "signature_rejected",
    ],
  ])("fails with 4 for %s", async (_, credentials, code) => {
    const { cbr } = await mocked();
    const result = await cbr(["whoami", "--json"], {
      env: {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      },
    });
    expect(result).toMatchObject({ code: 4, stdout: "" });
    expect(errorOf(result.stderr)).toMatchObject({ code, aws: { request_id: expect.any(String) } });
  });

  test("without credentials nothing is sent", async () => {
    const { cbr, mock } = await mocked();
    const { code, stderr } = await cbr(["whoami", "--json"], { env: NO_KEYS });
    expect(code).toBe(4);
    expect(errorOf(stderr).code).toBe("no_credentials");
    expect(mock.requests).toEqual([]);
  });

  test("--endpoint-url is that of STS", async () => {
    const { cbr, mock } = await mocked();
    const { code } = await cbr(["whoami", "--endpoint-url", mock.url], {
      env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
    });
    expect(code).toBe(0);
    expect(mock.requests).toHaveLength(1);
  });

  test("a throttled STS is asked again, at most as often as allowed", async () => {
    const { env, requests } = await service(() => ({
      status: 400,
      headers: { "content-type": "text/xml" },
      body: "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
    }));
    const { code } = await cbr(["whoami", "--max-attempts", "2"], { env });
    expect(code).toBe(6);
    expect(requests).toHaveLength(2);
  });

  test("an answer that is not of STS is no identity", async () => {
    const { env } = await service(() => ({
      headers: { "content-type": "text/html" },
      body: "<html>hi</html>",
    }));
    const { code, stdout } = await cbr(["whoami"], { env });
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
  });
});

describe("whoami with a Bedrock API key", () => {
  test("reads a short-term key without asking anybody", async () => {
    const { cbr, mock } = await mocked();
    const key = shortTermApiKey("us-west-2", Date.now(), 3600);
    const { code, stdout, stderr } = await cbr(["whoami", "--json"], {
      env: {
        ...NO_KEYS,
        AWS_BEARER_TOKEN_BEDROCK: key,
        AWS_REGION: undefined,
        AWS_DEFAULT_REGION: undefined,
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      account: null,
      arn: null,
      auth: "bearer",
      region: { value: "us-west-2", source: "api key" },
      token: { kind: "short-term", region: "us-west-2", principal: TEST_CREDENTIALS.accessKeyId },
      other: null,
    });
    expect(Math.abs(Date.parse(found.token.expires_at) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect(mock.requests).toEqual([]);
  });

  test("reads a long-term key, and never its secret", async () => {
    const { cbr } = await mocked();
    const { code, stdout, stderr } = await cbr(["whoami", "--json", "--debug"], {
      env: { ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      account: "123456789012",
      token: {
        kind: "long-term",
        region: null,
        expires_at: null,
        principal: "BedrockAPIKey-mock-at-123456789012",
      },
    });
    expect(stdout + stderr).not.toContain("opens-nothing");
    expect(stdout + stderr).not.toContain(TEST_API_KEY.slice(4, 30));
  });

  test("an expired key still prints, and is exit 4", async () => {
    const { cbr } = await mocked();
    const key = shortTermApiKey("us-east-1", Date.now(), -60);
    const { code, stdout, stderr } = await cbr(["whoami", "--json"], {
      env: { ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: key },
    });
    expect(code).toBe(4);
    expect(JSON.parse(stdout).token.kind).toBe("short-term");
    expect(errorOf(stderr).code).toBe("api_key_expired");
  });

  test("the identity behind other credentials stands beside it", async () => {
    const { cbr } = await mocked();
    const { stdout } = await cbr(["whoami", "--json"], { env: { AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY } });
    expect(JSON.parse(stdout)).toMatchObject({
      auth: "bearer",
      other: { arn: TEST_CREDENTIALS.arn, credentials: { source: "environment" } },
    });
  });

  test("other credentials that STS refuses do not spoil it", async () => {
    const { cbr } = await mocked({ deny: ["sts:GetCallerIdentity"] });
    const { code, stdout } = await cbr(["whoami", "--json"], {
      env: { AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).other).toMatchObject({ arn: null, error: { code: "access_denied" } });
  });

  test("--auth sigv4 leaves it aside", async () => {
    const { cbr } = await mocked();
    const { stdout } = await cbr(["whoami", "--json", "--auth", "sigv4"], {
      env: { AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY },
    });
    expect(JSON.parse(stdout)).toMatchObject({ auth: "sigv4", arn: TEST_CREDENTIALS.arn, token: null });
  });

  test.each([
    "bedrock-api-key-",
    "bedrock-api-key-!!!",
    "bedrock-api-key-aGVsbG8=",
    "ABSK",
    "ABSK!",
    "ABSKaGVsbG8=",
    "x",
  ])("a malformed key is described as far as it goes: %s", async (key) => {
    const { cbr } = await mocked();
    const { code, stdout } = await cbr(["whoami", "--json"], {
      env: { ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: key },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).token).toMatchObject({ region: null, expires_at: null, principal: null });
  });
});
