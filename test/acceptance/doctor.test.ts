// `cbr doctor` in environments that are broken in one way each: what is named first must be what is broken.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  EXPIRED_CREDENTIALS,
  shortTermApiKey,
  TEMPORARY_CREDENTIALS,
  TEST_API_KEY,
  TEST_CREDENTIALS,
} from "../../src/mock/credentials.ts";
import { mockEnvironment } from "../../src/mock/environment.ts";
import { type MockOptions, startMock } from "../../src/mock/server.ts";
import { cbr, freshHome } from "../support/cbr.ts";
import { startFaultServer, startProxy, startSilentListener } from "../support/fault-server.ts";
import { service } from "../support/service.ts";
import { ssoProfile } from "../support/sso.ts";

type Env = Record<string, string | undefined>;
interface Place {
  env: Env;
  args?: string[];
}
interface Row {
  broken: string;
  /** Sets up `home` and says with which variables and flags to look. */
  place(home: string): Promise<Place> | Place;
  culprit: string;
  code: string;
  exit: number;
  /** The message, or the next step, must say this. */
  says: RegExp;
}

const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
const KEYS = {
  AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
};
const NOBODY = "http://127.0.0.1:9";

const ROWS: Row[] = [
  {
    broken: "no credentials",
    place: async () => ({ env: { ...(await mockEnv()), ...NO_KEYS } }),
    ...{ culprit: "credentials", code: "no_credentials", exit: 4, says: /AWS_PROFILE/ },
  },
  {
    broken: "half of a key pair",
    place: async () => ({ env: { ...(await mockEnv()), AWS_SECRET_ACCESS_KEY: undefined } }),
    ...{
      culprit: "credentials",
      code: "credentials_incomplete",
      exit: 4,
      says: /AWS_SECRET_ACCESS_KEY is missing/,
    },
  },
  {
    broken: "a temporary key without its session token",
    place: async () => ({
      env: { ...(await mockEnv()), AWS_ACCESS_KEY_ID: TEMPORARY_CREDENTIALS.accessKeyId },
    }),
    ...{ culprit: "credentials", code: "credentials_incomplete", exit: 4, says: /AWS_SESSION_TOKEN/ },
  },
  {
    broken: "expired credentials",
    place: async () => ({ env: { ...(await mockEnv()), ...variables(EXPIRED_CREDENTIALS) } }),
    ...{ culprit: "identity", code: "credentials_expired", exit: 4, says: /expired/ },
  },
  {
    broken: "a wrong secret key",
    place: async () => ({
      env: { ...(await mockEnv()), AWS_SECRET_ACCESS_KEY: "wrong/secret/wrong/secret/wrong/secret00" },
    }),
    ...{ culprit: "identity", code: "signature_rejected", exit: 4, says: /secret key/ },
  },
  {
    broken: "an expired API key",
    place: async () => ({
      env: {
        ...(await mockEnv()),
        ...NO_KEYS,
        AWS_BEARER_TOKEN_BEDROCK: shortTermApiKey("us-east-1", Date.now(), -60),
      },
    }),
    ...{
      culprit: "credentials",
      code: "api_key_expired",
      exit: 4,
      says: /AWS_BEARER_TOKEN_BEDROCK` expired at/,
    },
  },
  {
    broken: "an API key with a line break",
    place: async () => ({ env: { ...(await mockEnv()), AWS_BEARER_TOKEN_BEDROCK: "ABSKcanary\ncanary" } }),
    ...{ culprit: "credentials", code: "api_key_malformed", exit: 4, says: /line break/ },
  },
  {
    broken: "a key of Anthropic's own API",
    place: async () => ({ env: { ...(await mockEnv()), AWS_BEARER_TOKEN_BEDROCK: "sk-ant-api03-canary" } }),
    ...{ culprit: "credentials", code: "first_party_key", exit: 4, says: /Anthropic's own API/ },
  },
  {
    broken: "a blank API key",
    place: async () => ({ env: { ...(await mockEnv()), ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: " " } }),
    ...{
      culprit: "credentials",
      code: "no_credentials",
      exit: 4,
      says: /`AWS_BEARER_TOKEN_BEDROCK` is set but blank/,
    },
  },
  {
    broken: "an SSO session that has ended",
    place: async (home) => {
      ssoProfile(home, new Date(Date.now() - 60_000));
      return { env: { ...(await mockEnv()), ...NO_KEYS, AWS_PROFILE: "work" } };
    },
    ...{ culprit: "credentials", code: "sso_expired", exit: 4, says: /aws sso login --profile work/ },
  },
  {
    broken: "a profile that nobody wrote",
    place: async () => ({ env: { ...(await mockEnv()), AWS_PROFILE: "nope" } }),
    ...{ culprit: "settings", code: "profile_not_found", exit: 4, says: /`nope`/ },
  },
  {
    broken: "AWS files that cannot be read",
    place: async (home) => {
      mkdirSync(join(home, ".aws/config"), { recursive: true });
      return { env: { ...(await mockEnv()), ...NO_KEYS } };
    },
    ...{ culprit: "credentials", code: "aws_files_unreadable", exit: 4, says: /~\/\.aws\/config/ },
  },
  {
    broken: "a region that is none",
    place: async () => ({ env: { ...(await mockEnv()), AWS_REGION: "Virginia" } }),
    ...{ culprit: "settings", code: "region_invalid", exit: 2, says: /`AWS_REGION` must be a region/ },
  },
  {
    broken: "an API key of another region",
    place: async () => ({
      env: { ...(await mockEnv()), AWS_BEARER_TOKEN_BEDROCK: shortTermApiKey("us-west-2", Date.now(), 3600) },
    }),
    ...{ culprit: "settings", code: "token_region_mismatch", exit: 2, says: /us-west-2 only/ },
  },
  {
    broken: "a geo that the region is not in",
    place: async () => ({ env: { ...(await mockEnv()), CBR_GEO: "eu" } }),
    ...{ culprit: "model", code: "region_cannot_call", exit: 2, says: /us-east-1/ },
  },
  {
    broken: "a retired model",
    place: async () => ({ env: { ...(await mockEnv()), CBR_MODEL: "sonnet-3.7" } }),
    ...{ culprit: "model", code: "model_not_offered", exit: 2, says: /end of life on Bedrock on 2026-07-30/ },
  },
  {
    broken: "a config file that cannot be read",
    place: async (home) => {
      mkdirSync(join(home, ".config/cbr/config.toml"), { recursive: true });
      return { env: await mockEnv() };
    },
    ...{ culprit: "config", code: "config_invalid", exit: 2, says: /config\.toml cannot be read/ },
  },
  {
    broken: "an unknown key in the config file",
    place: async (home) => {
      mkdirSync(join(home, ".config/cbr"), { recursive: true });
      writeFileSync(join(home, ".config/cbr/config.toml"), '\nmodle = "sonnet"\n');
      return { env: await mockEnv() };
    },
    ...{
      culprit: "config",
      code: "config_invalid",
      exit: 2,
      says: /config\.toml:2: unknown key `modle`; did you mean `model`/,
    },
  },
  {
    broken: "a CA bundle that is not there",
    place: async () => ({ env: { ...(await mockEnv()), AWS_CA_BUNDLE: "/nonexistent/ca.pem" } }),
    ...{ culprit: "certificates", code: "ca_bundle_invalid", exit: 2, says: /AWS_CA_BUNDLE/ },
  },
  {
    broken: "an endpoint where nobody listens",
    place: () => ({ env: { ...KEYS, AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: NOBODY } }),
    ...{ culprit: "runtime_endpoint", code: "connection_refused", exit: 7, says: /unset `AWS_ENDPOINT_URL`/ },
  },
  {
    broken: "an endpoint of no name server's knowledge",
    place: () => ({ env: { ...KEYS, AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "https://bedrock.invalid" } }),
    ...{ culprit: "runtime_endpoint", code: "dns_failed", exit: 7, says: /cannot resolve bedrock\.invalid/ },
  },
  {
    broken: "an endpoint that takes connections and says nothing",
    place: async () => {
      const silent = await startSilentListener();
      onTestFinished(() => silent.close());
      const env = { ...KEYS, AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: silent.url };
      return { env, args: ["--timeout", "1.5"] };
    },
    ...{ culprit: "runtime_endpoint", code: "timeout", exit: 7, says: /not finished after 1\.5 s/ },
  },
  {
    broken: "an API key over plain HTTP",
    place: () => ({
      env: {
        AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY,
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL: "http://bedrock.invalid",
      },
    }),
    ...{ culprit: "runtime_endpoint", code: "insecure_endpoint", exit: 2, says: /plain HTTP/ },
  },
  {
    broken: "a proxy that allows nothing",
    place: async () => ({ env: { ...KEYS, AWS_REGION: "us-east-1", HTTPS_PROXY: await proxy(403) } }),
    ...{
      culprit: "runtime_endpoint",
      code: "proxy_failed",
      exit: 7,
      says: /proxy \S*127\.0\.0\.1:\d+ refused to connect to bedrock-runtime.*HTTP 403/,
    },
  },
  {
    broken: "a proxy that wants a password",
    place: async () => ({ env: { ...KEYS, AWS_REGION: "us-east-1", HTTPS_PROXY: await proxy(407) } }),
    ...{ culprit: "runtime_endpoint", code: "proxy_failed", exit: 7, says: /HTTP 407/ },
  },
  {
    broken: "a proxy that is not there",
    place: () => ({
      env: { ...KEYS, AWS_REGION: "us-east-1", HTTPS_PROXY: "http://user:canary@127.0.0.1:9" },
    }),
    ...{
      culprit: "runtime_endpoint",
      code: "proxy_failed",
      exit: 7,
      says: /proxy 127\.0\.0\.1:9 cannot be reached/,
    },
  },
  {
    broken: "a certificate of somebody's own",
    place: async () => {
      const server = await startFaultServer([], { tls: true });
      onTestFinished(() => server.close());
      return { env: server.env };
    },
    ...{
      culprit: "runtime_endpoint",
      code: "tls_untrusted",
      exit: 7,
      says: /issued by `Corporate Inspection CA`/,
    },
  },
  {
    broken: "a certificate of somebody's own, behind a proxy",
    place: async () => {
      const server = await startFaultServer([], { tls: true });
      const tunnel = await startProxy({ redirectTo: server.port });
      onTestFinished(async () => void (await Promise.all([tunnel.close(), server.close()])));
      return { env: { ...KEYS, AWS_REGION: "us-east-1", HTTPS_PROXY: tunnel.url } };
    },
    ...{
      culprit: "runtime_endpoint",
      code: "tls_untrusted",
      exit: 7,
      says: /issued by `Corporate Inspection CA`/,
    },
  },
  {
    broken: "a clock that is an hour behind",
    place: async () => ({ env: await mockEnv({ now: () => Date.now() + 3_600_000 }) }),
    ...{ culprit: "clock", code: "clock_skew", exit: 4, says: /60 min behind/ },
  },
  {
    broken: "something else at the endpoint",
    place: async () => ({
      env: (await service(() => ({ headers: { "content-type": "text/html" }, body: "<h1>hello</h1>" }))).env,
    }),
    ...{ culprit: "identity", code: "not_bedrock", exit: 7, says: /./ },
  },
  {
    broken: "a control plane that is denied",
    place: async () => ({ env: await mockEnv({ deny: ["bedrock:List*"] }) }),
    ...{ culprit: "control_plane", code: "access_denied", exit: 4, says: /bedrock:List/ },
  },
  {
    broken: "a model that may not be looked at",
    place: async () => ({ env: await mockEnv({ deny: ["bedrock:GetFoundationModelAvailability"] }) }),
    ...{ culprit: "model_access", code: "access_denied", exit: 4, says: /GetFoundationModelAvailability/ },
  },
  {
    broken: "a model that may not be called",
    place: async () => ({ env: await mockEnv({ deny: ["bedrock:InvokeModel*"] }), args: ["--invoke"] }),
    ...{ culprit: "invoke", code: "access_denied", exit: 4, says: /InvokeModelWithResponseStream/ },
  },
];

describe("doctor names the culprit first", () => {
  test.each(ROWS)("$broken", async ({ place, culprit, code, exit, says }) => {
    const home = freshHome();
    const { env, args = [] } = await place(home);
    const { report, ...run } = await examine(args, env, home);
    expect({ stderr: run.stderr, code: run.code }).toEqual({ stderr: "", code: exit });
    expect(report).toMatchObject({ ok: false, exit_code: exit, culprit });
    const first = report.checks.find((check) => check.status === "failed");
    expect(first).toMatchObject({ name: culprit, code, exit_code: exit });
    expect(`${first?.message}\n${first?.fix}`).toMatch(says);
    expect(run.stdout).not.toContain("canary");
  });
});

describe("doctor", () => {
  test("with nothing broken is exit 0, and every check is one of four words", async () => {
    const { report, code, stderr } = await examine(["--invoke"], await mockEnv(), freshHome());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(report).toMatchObject({ ok: true, exit_code: 0, culprit: null });
    expect(Object.fromEntries(report.checks.map(({ name, status }) => [name, status]))).toEqual({
      version: "ok",
      aws_cli: "skipped",
      config: "ok",
      settings: "ok",
      certificates: "ok",
      credentials: "ok",
      runtime_endpoint: "ok",
      control_endpoint: "ok",
      sts_endpoint: "ok",
      clock: "ok",
      identity: "ok",
      model: "ok",
      control_plane: "ok",
      model_access: "ok",
      destinations: "ok",
      quotas: "ok",
      logging: "ok",
      invoke: "ok",
    });
    const message = (name: string) => report.checks.find((check) => check.name === name)?.message;
    expect(message("credentials")).toBe("environment, key …KKEY (long-term)");
    expect(message("identity")).toContain(TEST_CREDENTIALS.arn);
    expect(message("quotas")).toMatch(/1,000,000 tokens per minute/);
  });

  test("says everything in lines of at most 80 columns, culprit first, without escape sequences", async () => {
    const env = { ...(await mockEnv()), ...NO_KEYS, PATH: freshHome() };
    const { code, stdout, stderr } = await cbr(["doctor"], { env });
    expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^broken: credentials: no AWS credentials found/);
    expect(lines).toContainEqual(expect.stringMatching(/^✗ failed {2}credentials {7}no AWS credentials/));
    expect(lines).toContainEqual(expect.stringMatching(/^- skipped identity {10}needs credentials/));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toContain("\u001b");
  });

  test("what depends on a failure is skipped and names it, however far", async () => {
    const { report } = await examine(
      [],
      { ...KEYS, AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: NOBODY },
      freshHome(),
    );
    const reasons = report.checks.filter(({ status }) => status === "skipped");
    expect(Object.fromEntries(reasons.map(({ name, message }) => [name, message]))).toMatchObject({
      identity: "needs sts_endpoint",
      control_plane: "needs control_endpoint",
      model_access: "needs control_endpoint",
      logging: "needs control_endpoint",
    });
  });

  test("--offline asks nobody", async () => {
    const mock = await startMock();
    onTestFinished(() => mock.close());
    const { report, code } = await examine(
      ["--offline"],
      mockEnvironment(mock.url, "us-east-1", {}).set,
      freshHome(),
    );
    expect(code).toBe(0);
    expect(mock.requests).toEqual([]);
    const status = (name: string) => report.checks.find((check) => check.name === name);
    expect(status("identity")).toMatchObject({ status: "skipped", message: "not with `--offline`" });
    expect(status("credentials")).toMatchObject({ status: "ok" });
    expect(status("destinations")).toMatchObject({ status: "ok" });
  });

  test("--offline knows an SSO session that has ended", async () => {
    const home = freshHome();
    ssoProfile(home, new Date(Date.now() - 60_000));
    const { report, code } = await examine(
      ["--offline", "--profile", "work"],
      { AWS_REGION: "us-east-1" },
      home,
    );
    expect(code).toBe(4);
    expect(report.culprit).toBe("credentials");
  });

  test("without --invoke nothing is asked of a model", async () => {
    const mock = await startMock();
    onTestFinished(() => mock.close());
    await examine([], mockEnvironment(mock.url, "us-east-1", {}).set, freshHome());
    expect(mock.requests.filter(({ path }) => path.startsWith("/model/"))).toEqual([]);
  });

  test("with --invoke one request of 16 tokens is", async () => {
    const mock = await startMock();
    onTestFinished(() => mock.close());
    await examine(["--invoke"], mockEnvironment(mock.url, "us-east-1", {}).set, freshHome());
    const calls = mock.requests.filter(({ path }) => path.startsWith("/model/"));
    expect(calls).toHaveLength(1);
    expect(JSON.parse(String(calls[0]?.body)).max_tokens).toBe(16);
  });

  test("with an API key STS and Service Quotas are left alone", async () => {
    const env = { ...(await mockEnv()), ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY };
    const { report, code, stdout } = await examine([], env, freshHome());
    expect(code).toBe(0);
    for (const name of ["sts_endpoint", "identity", "quotas"]) {
      expect(report.checks.find((check) => check.name === name)?.status).toBe("skipped");
    }
    expect(stdout).not.toContain(TEST_API_KEY.slice(4, 30));
  });

  test.each<[string, Env, RegExp]>([
    ["a profile and keys", { AWS_PROFILE: "default" }, /`AWS_ACCESS_KEY_ID` and `AWS_PROFILE` are both set/],
    ["a blank token", { AWS_BEARER_TOKEN_BEDROCK: "" }, /`AWS_BEARER_TOKEN_BEDROCK` is set but blank/],
    [
      "a region of no use",
      { AWS_REGION: "us-east-9" },
      /`us-east-9` \(AWS_REGION\) is no region that has Claude/,
    ],
    [
      "two regions",
      { AWS_DEFAULT_REGION: "eu-west-1" },
      /`AWS_REGION` \(us-east-1\) and `AWS_DEFAULT_REGION` \(eu-west-1\) differ/,
    ],
    [
      "an API key and keys",
      { AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY },
      /`AWS_BEARER_TOKEN_BEDROCK` and AWS key variables are both set/,
    ],
    [
      "proxies that differ",
      { HTTPS_PROXY: "http://a.invalid", https_proxy: "http://b.invalid" },
      /`HTTPS_PROXY` and `https_proxy` differ/,
    ],
  ])("warns of a conflict between sources: %s", async (_, changes, says) => {
    const home = freshHome();
    mkdirSync(join(home, ".aws"));
    writeFileSync(join(home, ".aws/config"), "[default]\nregion = us-east-1\n");
    const { report } = await examine(["--offline"], { ...(await mockEnv()), ...changes }, home);
    const settings = report.checks.find(({ name }) => name === "settings");
    expect(settings?.status).toBe("warning");
    expect(settings?.message).toMatch(says);
  });

  test.each([
    ["aws-cli/2.13.22 Python/3.11.5", "warning"],
    ["aws-cli/2.13.23 Python/3.11.5", "ok"],
    ["aws-cli/2.31.0 Python/3.13.7", "ok"],
    ["aws-cli/1.27.0 Python/3.9.1", "warning"],
    ["aws-cli/1.32.0 Python/3.9.1", "ok"],
    ["command not found", "warning"],
  ])("judges the AWS CLI by what it says of itself: %s", async (said, status) => {
    const { report } = await examine(
      ["--offline"],
      { ...KEYS, PATH: binaryFolder(`echo "${said}"`) },
      freshHome(),
    );
    expect(report.checks.find(({ name }) => name === "aws_cli")?.status).toBe(status);
  });

  test("never runs an AWS CLI of the working directory", async () => {
    const folder = binaryFolder("touch ran; echo aws-cli/2.31.0");
    const { report } = await examine(
      ["--offline"],
      { ...KEYS, PATH: `.:${freshHome()}` },
      freshHome(),
      folder,
    );
    expect(report.checks.find(({ name }) => name === "aws_cli")?.status).toBe("skipped");
  });

  test("an AWS CLI that hangs does not hold it", async () => {
    const { report } = await examine(
      ["--offline"],
      { ...KEYS, PATH: binaryFolder("exec sleep 60") },
      freshHome(),
    );
    expect(report.checks.find(({ name }) => name === "aws_cli")).toMatchObject({ status: "warning" });
  });

  test("no secret of the environment is in its output", async () => {
    const env = {
      ...(await mockEnv()),
      ...variables(TEMPORARY_CREDENTIALS),
      HTTPS_PROXY: "http://user:canary-proxy@127.0.0.1:9",
    };
    for (const args of [
      ["doctor", "--debug", "-v"],
      ["doctor", "--json"],
    ]) {
      const { stdout, stderr } = await cbr(args, { env: { ...env, PATH: freshHome() } });
      const { accessKeyId, secretAccessKey, sessionToken = "" } = TEMPORARY_CREDENTIALS;
      for (const secret of [accessKeyId, secretAccessKey, sessionToken, "canary"]) {
        expect(stdout + stderr).not.toContain(secret);
      }
    }
  });
});

interface DoctorReport {
  ok: boolean;
  exit_code: number;
  culprit: string | null;
  checks: { name: string; status: string; message: string; fix: string | null; code?: string }[];
}

/** Runs it without any AWS CLI on the PATH unless `env` names one. */
async function examine(args: readonly string[], env: Env, home: string, cwd = home) {
  const result = await cbr(["doctor", "--json", ...args], { home, cwd, env: { PATH: freshHome(), ...env } });
  return { ...result, report: JSON.parse(result.stdout) as DoctorReport };
}

async function mockEnv(options: MockOptions = {}): Promise<Env> {
  const mock = await startMock(options);
  onTestFinished(() => mock.close());
  return mockEnvironment(mock.url, "us-east-1", {}).set;
}

async function proxy(refuse: number): Promise<string> {
  const server = await startProxy({ refuse });
  onTestFinished(() => server.close());
  return server.url;
}

function variables({ accessKeyId, secretAccessKey, sessionToken }: typeof TEST_CREDENTIALS): Env {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

/** A folder with an `aws` that runs `script`. */
function binaryFolder(script: string): string {
  const folder = freshHome();
  writeFileSync(join(folder, "aws"), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(join(folder, "aws"), 0o755);
  return folder;
}
