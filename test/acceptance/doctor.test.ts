// `cbr doctor`: its checks, its report, its limits.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { TEMPORARY_CREDENTIALS, TEST_API_KEY, TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { mockEnvironment } from "../../src/mock/environment.ts";
import { startMock } from "../../src/mock/server.ts";
import { cbr, freshHome } from "../support/cbr.ts";
import {
  binaryFolder,
  type DoctorReport,
  type Env,
  examine,
  KEYS,
  mockEnv,
  NO_KEYS,
  NOBODY,
  variables,
} from "../support/doctor.ts";
import { atPty } from "../support/pty.ts";
import { ssoProfile } from "../support/sso.ts";

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
    const { runtime } = JSON.parse((await cbr(["--version", "--json"])).stdout);
    expect(message("certificates")).toBe(`those that ${runtime} trusts`);
    expect(message("identity")).toContain(TEST_CREDENTIALS.arn);
    expect(message("quotas")).toMatch(/1,000,000 tokens per minute/);
  });

  test("says everything in lines of at most the terminal's width, culprit first", async () => {
    const env = { ...(await mockEnv()), ...NO_KEYS, PATH: process.env["PATH"], NO_COLOR: "1" };
    const { code, output } = await atPty(["doctor"], { env, columns: 80 });
    expect(code).toBe(4);
    const lines = output.split(/\r?\n/);
    expect(lines[0]).toMatch(/^broken: credentials: no AWS credentials found/);
    expect(lines).toContainEqual(expect.stringMatching(/^✗ failed {2}credentials {7}no AWS credentials/));
    expect(lines).toContainEqual(expect.stringMatching(/^- skipped identity {10}needs credentials/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {28}next: /));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(output).not.toContain("\u001b");
  });

  test("breaks no line for a terminal that is not there, and writes no escape sequences", async () => {
    const env = { ...(await mockEnv()), ...NO_KEYS, PATH: freshHome() };
    const { code, stdout, stderr } = await cbr(["doctor"], { env });
    expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
    const { stdout: json } = await cbr(["doctor", "--json"], { env });
    const { culprit, checks } = JSON.parse(json) as DoctorReport;
    const lines = stdout.split("\n");
    const broken = checks.find(({ name }) => name === culprit);
    expect(lines.slice(0, 2)).toEqual([
      `broken: ${culprit}: ${broken?.message}`,
      `        next: ${broken?.fix}`,
    ]);
    // A time is another one each run.
    const messages = checks.map(({ message }) => message.replace(/\d+ ms$/, ""));
    expect(messages.filter((message) => !lines.some((line) => line.includes(`  ${message}`)))).toEqual([]);
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
