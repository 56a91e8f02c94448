import { expect, test } from "vitest";
import { readApiKey } from "../../src/core/api-key.ts";
import { shortTermKey } from "../settings/sources.ts";

test("a short-term key tells region, end and who signed it", () => {
  expect(readApiKey(` ${shortTermKey("eu-west-1")}\n`)).toEqual({
    kind: "short-term",
    region: "eu-west-1",
    expiresAt: Date.UTC(2026, 10, 21, 0, 0, 0),
    principal: "AKIDEXAMPLE",
    account: null,
  });
});

test("a long-term key tells its user and account, and never the secret", () => {
  const key = `ABSK${Buffer.from("BedrockAPIKey-ab12-at-123456789012:c2VjcmV0").toString("base64")}`;
  expect(readApiKey(key)).toEqual({
    kind: "long-term",
    region: null,
    expiresAt: null,
    principal: "BedrockAPIKey-ab12-at-123456789012",
    account: "123456789012",
  });
});

test.each(["ABSKc2VjcmV0OnNlY3JldA==", "ABSK!!!", "bedrock-api-key-", "bedrock-api-key-@@@", "nonsense", ""])(
  "a malformed key tells nothing: %s",
  (key) => {
    expect(readApiKey(key)).toMatchObject({ region: null, expiresAt: null, principal: null, account: null });
  },
);
