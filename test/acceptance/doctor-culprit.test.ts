// `cbr doctor` in environments that are broken in one way each: what is named first must be what is broken.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  EXPIRED_CREDENTIALS,
  shortTermApiKey,
  TEMPORARY_CREDENTIALS,
  TEST_API_KEY,
} from "../../src/mock/credentials.ts";
import { freshHome } from "../support/cbr.ts";
import { type Env, examine, KEYS, mockEnv, NO_KEYS, NOBODY, proxy, variables } from "../support/doctor.ts";
import { startFaultServer, startProxy, startSilentListener } from "../support/fault-server.ts";
import { service } from "../support/service.ts";
import { ssoProfile } from "../support/sso.ts";

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
