import { describe, expect, test } from "vitest";
import { type Findings, isRetentionEnough, reasonsAgainst } from "../../src/commands/models/verdict.ts";
import { CbrError } from "../../src/core/errors.ts";
import { CATALOG } from "../../src/models/catalog.ts";

const modelOf = (alias: string) => CATALOG.models.find((model) => model.alias === alias) ?? null;

const WELL: Findings = {
  typed: "opus-4.6",
  name: "Claude Opus 4.6",
  modelId: "global.anthropic.claude-opus-4-6-v1",
  model: modelOf("opus-4.6"),
  region: "us-east-1",
  isListed: { value: true },
  isKnownOtherwise: false,
  listedProfiles: ["global.anthropic.claude-opus-4-6-v1"],
  availability: {
    value: {
      modelId: "anthropic.claude-opus-4-6-v1",
      agreement: { status: "AVAILABLE", errorMessage: null },
      authorization: "AUTHORIZED",
      entitlement: "AVAILABLE",
      region: "AVAILABLE",
    },
  },
  hasForm: { value: true },
  retention: null,
};

const available = (changes: object): Partial<Findings> => ({
  availability: { value: { ...(WELL.availability as { value: object }).value, ...changes } as never },
});
const denied = (code: "access_denied" | "scp_denied") => ({
  error: new CbrError(code, {
    message: "denied",
    hint: "ask",
    aws: { name: "X", status: 403, requestId: null },
  }),
});

describe("the verdict on a model", () => {
  test("nothing stands against a model that is listed, agreed to and has its form", () => {
    expect(reasonsAgainst(WELL)).toEqual([]);
  });

  test.each<[string, Partial<Findings>, string, string]>([
    ["a profile that is not listed", { isListed: { value: false } }, "region_cannot_call", "you"],
    ["a region without the model", available({ region: "NOT_AVAILABLE" }), "region_not_available", "you"],
    [
      "an account not authorized",
      available({ authorization: "NOT_AUTHORIZED" }),
      "account_restricted",
      "account admin",
    ],
    [
      "no agreement",
      available({ agreement: { status: "NOT_AVAILABLE", errorMessage: null } }),
      "model_access_denied",
      "account admin",
    ],
    [
      "an agreement being made",
      available({ agreement: { status: "PENDING", errorMessage: null } }),
      "subscription_pending",
      "you",
    ],
    [
      "an agreement that failed",
      available({ agreement: { status: "ERROR", errorMessage: "no card" } }),
      "subscription_failed",
      "account admin",
    ],
    ["no entitlement", available({ entitlement: "NOT_AVAILABLE" }), "model_access_denied", "account admin"],
    ["no form", { hasForm: { value: false } }, "use_case_form_missing", "account admin"],
    [
      "availability denied by IAM",
      { availability: denied("access_denied") },
      "access_denied",
      "account admin",
    ],
    ["lists denied by an organization", { isListed: denied("scp_denied") }, "scp_denied", "organization"],
  ])("%s", (_, found, code, who) => {
    expect(reasonsAgainst({ ...WELL, ...found })).toEqual([expect.objectContaining({ code, who })]);
  });

  test("what is listed instead is the fix for what is not", () => {
    const [reason] = reasonsAgainst({
      ...WELL,
      modelId: "apac.anthropic.claude-opus-4-6-v1",
      isListed: { value: false },
    });
    expect(reason?.fix).toContain("global.anthropic.claude-opus-4-6-v1");
  });

  test("of a retired model its end is said, with the date and the successor", () => {
    const model = modelOf("haiku-3.5");
    const [reason] = reasonsAgainst({ ...WELL, model, isListed: { value: false } });
    expect(reason).toMatchObject({
      code: "model_end_of_life",
      message: expect.stringContaining("2026-06-19"),
    });
    expect(reason?.fix).toContain(model?.lifecycle.successor);
  });

  test("the reason a failed agreement gives is passed on", () => {
    const found = available({ agreement: { status: "ERROR", errorMessage: "no card" } });
    expect(reasonsAgainst({ ...WELL, ...found })[0]?.message).toContain("no card");
  });

  test("a model that needs a data-retention mode tells which, and what the account has", () => {
    const found = { model: modelOf("fable-5.1"), retention: { value: { mode: "default", updatedAt: null } } };
    const [reason] = reasonsAgainst({ ...WELL, ...found });
    expect(reason).toMatchObject({ code: "data_retention_required" });
    expect(reason?.message).toMatch(/`aws_review`.*`default`/);
    const enough = { value: { mode: "provider_data_share", updatedAt: null } };
    expect(reasonsAgainst({ ...WELL, ...found, retention: enough })).toEqual([]);
  });

  test("a form that may not be seen is no reason: the agreement speaks for it", () => {
    expect(reasonsAgainst({ ...WELL, hasForm: denied("access_denied") })).toEqual([]);
  });
});

test("retention modes are ordered, and an unknown one is neither enough nor too little", () => {
  expect(isRetentionEnough("none", "default")).toBe(false);
  expect(isRetentionEnough("aws_review", "aws_review")).toBe(true);
  expect(isRetentionEnough("inherit", "aws_review")).toBeNull();
});
