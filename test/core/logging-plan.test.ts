import { describe, expect, test } from "vitest";
import type { LoggingConfig } from "../../src/core/control-plane.ts";
import { loggedKinds, planLogging, s3Url } from "../../src/core/logging-plan.ts";

const ROLE = "arn:aws:iam::123456789012:role/Bedrock";
const BEFORE: LoggingConfig = {
  cloudWatchConfig: {
    logGroupName: "/aws/bedrock",
    roleArn: ROLE,
    largeDataDeliveryS3Config: { bucketName: "large" },
  },
  s3Config: { bucketName: "old-bucket" },
  textDataDeliveryEnabled: true,
};

describe("planning a change of invocation logging", () => {
  test("a bucket URL becomes bucket and prefix, and every kind is logged", () => {
    const after = planLogging(null, { s3: "s3://my-bucket/a/b/" });
    expect(after.s3Config).toEqual({ bucketName: "my-bucket", keyPrefix: "a/b" });
    expect(after.cloudWatchConfig).toBeUndefined();
    expect(loggedKinds(after)).toEqual(["text", "image", "embedding", "video", "audio"]);
  });

  test("destinations that are not named are kept, large data with them", () => {
    const after = planLogging(BEFORE, { s3: "s3://new-bucket", kinds: "text, video" });
    expect(after.s3Config).toEqual({ bucketName: "new-bucket" });
    expect(after.cloudWatchConfig).toEqual(BEFORE.cloudWatchConfig);
    expect(loggedKinds(after)).toEqual(["text", "video"]);
  });

  test("another log group keeps the role, another role the log group", () => {
    expect(planLogging(BEFORE, { cloudwatch: "other" }).cloudWatchConfig).toMatchObject({
      logGroupName: "other",
      roleArn: ROLE,
    });
    expect(planLogging(BEFORE, { role: `${ROLE}2` }).cloudWatchConfig).toMatchObject({
      logGroupName: "/aws/bedrock",
      roleArn: `${ROLE}2`,
    });
  });

  test.each([
    ["no destination", {}, "usage"],
    ["a log group without a role", { cloudwatch: "group" }, "usage"],
    ["a role without a log group", { role: ROLE }, "usage"],
    ["a role that is none", { cloudwatch: "group", role: "Bedrock" }, "bad_flag_value"],
    ["a role of no account", { cloudwatch: "group", role: "arn:aws:iam:::role/x" }, "bad_flag_value"],
    ["a log group with a blank", { cloudwatch: "a b", role: ROLE }, "bad_flag_value"],
    ["a bucket that is no URL", { s3: "my-bucket" }, "bad_flag_value"],
    ["a bucket in capitals", { s3: "s3://Bucket" }, "bad_flag_value"],
    ["a kind that is none", { s3: "s3://my-bucket", kinds: "text,smell" }, "bad_flag_value"],
    ["no kind at all", { s3: "s3://my-bucket", kinds: "" }, "bad_flag_value"],
  ])("%s is refused", (_, request, code) => {
    expect(() => planLogging(null, request)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });

  test("a target is shown as the URL it was written as", () => {
    expect(s3Url({ bucketName: "b", keyPrefix: "p/q" })).toBe("s3://b/p/q");
    expect(s3Url({ bucketName: "b" })).toBe("s3://b");
    expect(s3Url(undefined)).toBeNull();
  });
});
