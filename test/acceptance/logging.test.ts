import { describe, expect, test } from "vitest";
import { cbr } from "../support/cbr.ts";
import { errorOf, mocked } from "../support/mocked.ts";
import { atPty } from "../support/pty.ts";

const ROLE = "arn:aws:iam::123456789012:role/Bedrock";

describe("logging", () => {
  test("off, on, kept while more is added, off again", async () => {
    const { cbr } = await mocked();
    const show = async () => JSON.parse((await cbr(["logging", "show", "--json"])).stdout);
    expect(await show()).toEqual({ region: "us-east-1", enabled: false, loggingConfig: null });

    const enabled = await cbr(["logging", "enable", "--s3", "s3://my-bucket/logs", "--yes"]);
    expect(enabled.code).toBe(0);
    expect(enabled.stdout).toMatch(/^s3 +s3:\/\/my-bucket\/logs$/m);
    expect(enabled.stderr).toMatch(/before: logging off\n.*after: +logging on, s3 s3:\/\/my-bucket\/logs/);

    const words = [
      "logging",
      "enable",
      "--cloudwatch",
      "/aws/bedrock",
      "--role",
      ROLE,
      "--kinds",
      "text,image",
    ];
    const more = await cbr([...words, "--yes", "--json"]);
    expect(more.code).toBe(0);
    const config = {
      s3Config: { bucketName: "my-bucket", keyPrefix: "logs" },
      cloudWatchConfig: { logGroupName: "/aws/bedrock", roleArn: ROLE },
      textDataDeliveryEnabled: true,
      imageDataDeliveryEnabled: true,
      embeddingDataDeliveryEnabled: false,
      videoDataDeliveryEnabled: false,
    };
    expect(JSON.parse(more.stdout)).toMatchObject({
      changed: true,
      after: config,
      before: { s3Config: config.s3Config },
    });
    expect(await show()).toMatchObject({ enabled: true, loggingConfig: config });

    expect((await cbr(["logging", "disable", "--yes"])).code).toBe(0);
    expect(await show()).toMatchObject({ enabled: false });
  });

  test.each([[["logging", "enable", "--s3", "s3://my-bucket"]], [["logging", "disable"]]])(
    "%j without a terminal and without --yes is exit 2, and nothing is asked or changed",
    async (words) => {
      const { cbr, mock } = await mocked();
      const { code, stdout, stderr } = await cbr([...words, "--error-format", "json"]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(errorOf(stderr)).toMatchObject({
        code: "confirmation_required",
        hint: expect.stringContaining("--yes"),
      });
      expect(mock.requests).toEqual([]);
    },
  );

  test("all kinds where fewer were logged is said before it is done", async () => {
    const { cbr } = await mocked();
    const enable = (...more: string[]) =>
      cbr(["logging", "enable", "--s3", "s3://my-bucket", "--yes", ...more]);
    expect((await enable()).stderr).not.toContain("warning");
    expect((await enable("--kinds", "text,image")).stderr).not.toContain("warning");
    expect((await enable()).stderr).toMatch(
      /^warning: .*embedding, video, audio too; `--kinds text,image` keeps .*\n(.*\n)* {2}after: /,
    );
  });

  test.each([
    ["Ctrl-C", "\u0003", 130, "cbr: interrupted"],
    ["Ctrl-D", "\u0004", 2, "cbr: `Change it? [y/N]` got no answer"],
  ])(
    "%s instead of an answer changes nothing, and is said on a line of its own",
    async (_key, type, code, said) => {
      const { env, mock } = await mocked();
      const words = ["logging", "enable", "--s3", "s3://my-bucket"];
      const run = await atPty(words, { env, next: { after: "[y/N] ", type } });
      expect(run.code).toBe(code);
      expect(run.output.split("\n").map((line) => line.replace(/\r|\u001b\[[\d;]*[A-Za-z]/g, ""))).toContain(
        said,
      );
      expect(mock.requests.every(({ method }) => method === "GET")).toBe(true);
    },
  );

  test("what is so already is not put again", async () => {
    const { cbr, mock } = await mocked();
    const words = ["logging", "enable", "--s3", "s3://my-bucket", "--yes"];
    await cbr(words);
    const { code } = await cbr(words);
    expect(code).toBe(0);
    expect(mock.requests.filter(({ method }) => method === "PUT")).toHaveLength(1);
    await cbr(["logging", "disable", "--yes"]);
    await cbr(["logging", "disable", "--yes"]);
    expect(mock.requests.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  test("a new role that IAM has not spread yet is tried again", async () => {
    const { cbr, mock } = await mocked();
    const role = "arn:aws:iam::123456789012:role/new-role";
    const { code, stderr } = await cbr([
      "logging",
      "enable",
      "--cloudwatch",
      "group",
      "--role",
      role,
      "--yes",
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain("asking again");
    expect(mock.requests.filter(({ method }) => method === "PUT").map(({ status }) => status)).toEqual([
      400, 400, 200,
    ]);
  });

  test("a role that never works ends with the service's own words", async () => {
    const { cbr } = await mocked();
    const role = "arn:aws:iam::123456789012:role/bad-role";
    const words = ["logging", "enable", "--cloudwatch", "group", "--role", role, "--yes", "--timeout", "1"];
    const { code, stderr } = await cbr(words);
    expect(code).toBe(5);
    expect(stderr).toContain("Failed to validate permissions for log group");
    expect(stderr).toMatch(/^request id: /m);
    expect(stderr).toMatch(/^hint: /m);
  });

  test.each([
    [["--cloudwatch", "group"]],
    [["--s3", "my-bucket"]],
    [["--s3", "s3://b", "--kinds", "smell"]],
    [["--cloudwatch", "group", "--role", "me"]],
    [["--s3", ""]],
  ])("%j is a wrong command line, whatever else holds", async (flags) => {
    const { code } = await cbr(["logging", "enable", ...flags, "--yes"], {
      env: { AWS_REGION: "us-east-1" },
    });
    expect(code).toBe(flags.includes("--cloudwatch") && flags.length === 2 ? 4 : 2);
  });

  test("without any destination there is nothing to enable", async () => {
    const { cbr } = await mocked();
    const { code, stderr } = await cbr(["logging", "enable", "--yes"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--s3");
  });

  test("a denial is exit 4 with the action", async () => {
    const { cbr } = await mocked({ deny: ["bedrock:PutModelInvocationLoggingConfiguration"] });
    const { code, stderr } = await cbr(["logging", "enable", "--s3", "s3://my-bucket", "--yes"]);
    expect(code).toBe(4);
    expect(stderr).toContain("bedrock:PutModelInvocationLoggingConfiguration");
  });

  test("a bare noun prints its help", async () => {
    const { code, stdout } = await cbr(["logging"]);
    expect(code).toBe(0);
    expect(stdout).toContain("enable");
  });
});
