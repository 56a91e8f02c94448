// Routes of full ids and ARNs.
import { describe, expect, test } from "vitest";
import { codes, failure, route } from "./routing.ts";

describe("typed ids", () => {
  const base = "anthropic.claude-opus-4-6-v1";

  test("a base id is bare where the region serves it on demand", () => {
    expect(route({ model: base, region: "eu-west-2" })).toMatchObject({
      modelId: base,
      geo: "none",
      notices: [],
    });
  });

  test("elsewhere it is called as its alias, with one notice", () => {
    const result = route({ model: base, region: "us-east-1" });
    expect(result.modelId).toBe(`global.${base}`);
    expect(result.notices).toHaveLength(1);
    expect(result.notices[0]).toContain(base);
  });

  test("--geo picks the profile of a base id without a notice, and none keeps it bare", () => {
    expect(route({ model: base, geo: "eu", region: "eu-west-1" })).toMatchObject({
      modelId: `eu.${base}`,
      notices: [],
    });
    const bare = route({ model: "opus-4.6", geo: "none", region: "us-east-1" });
    expect(bare).toMatchObject({ modelId: base, geo: "none" });
    expect(codes(bare)).toEqual(["not_on_demand"]);
    expect(route({ model: "opus-4.6", geo: "none", region: "eu-west-2" }).warnings).toEqual([]);
  });

  test("mantle's id of a model is no id of the runtime", () => {
    expect(route({ model: "anthropic.claude-haiku-4-5", region: "us-east-1" }).modelId).toBe(
      "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    );
  });

  test("a profile id is used as it is", () => {
    const modelId = "eu.anthropic.claude-opus-4-6-v1";
    expect(route({ model: modelId })).toMatchObject({
      modelId,
      geo: "eu",
      region: { value: "eu-central-1" },
    });
    expect(failure({ model: modelId, region: "us-east-1" }).code).toBe("region_cannot_call");
    expect(failure({ model: modelId, geo: "us", region: "eu-west-1" })).toMatchObject({
      code: "geo_contradiction",
      exitCode: 2,
    });
  });

  test.each([
    ["jp.anthropic.claude-opus-5", "ap-northeast-1"],
    ["amer.anthropic.claude-opus-4-6-v1", "us-east-1"],
    ["us.anthropic.claude-sonnet-4-6-v1", "us-east-1"],
    ["anthropic.claude-opus-9", "us-east-1"],
  ])("%s is not in the catalog: sent, with a warning", (model, region) => {
    const result = route({ model, region });
    expect(result.modelId).toBe(model);
    expect(codes(result)).toEqual(["model_not_in_catalog"]);
  });

  test("a warning about a mistyped id names the right one", () => {
    const { warnings } = route({ model: "us.anthropic.claude-sonnet-4-6-v1", region: "us-east-1" });
    expect(warnings[0]?.message).toContain("`anthropic.claude-sonnet-4-6`");
  });

  test("an unknown base id and a geo are not glued", () => {
    expect(failure({ model: "anthropic.claude-opus-9", geo: "us" }).code).toBe("geo_not_offered");
    expect(route({ model: "anthropic.claude-opus-9", geo: "us", isChecked: false }).modelId).toBe(
      "us.anthropic.claude-opus-9",
    );
  });
});

describe("ARNs", () => {
  const own = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4e5f6";
  const system = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-6-v1";
  const bare = "arn:aws:bedrock:eu-west-2::foundation-model/anthropic.claude-opus-4-6-v1";

  test.each([own, system, bare])("%s: its region is used, or must be the one that is set", (arn) => {
    const region = arn.split(":")[3] as string;
    expect(route({ model: arn })).toMatchObject({
      modelId: arn,
      region: { value: region },
      notices: [],
      warnings: [],
    });
    expect(route({ model: arn, region }).region.source).toBe("AWS_REGION");
    expect(failure({ model: arn, region: "us-east-1" })).toMatchObject({
      code: "region_cannot_call",
      exitCode: 2,
    });
    expect(route({ model: arn, region: "us-east-1", isChecked: false }).region.value).toBe("us-east-1");
  });

  test("what an ARN tells is known, what it hides is null", () => {
    expect(route({ model: system })).toMatchObject({ geo: "eu", model: { alias: "opus-4.6" } });
    expect(route({ model: bare })).toMatchObject({ geo: "none", model: { alias: "opus-4.6" } });
    expect(route({ model: own })).toMatchObject({ geo: null, model: null, baseId: null });
  });

  test("--geo contradicts an ARN of another geo", () => {
    expect(failure({ model: system, geo: "us" }).code).toBe("geo_contradiction");
    expect(failure({ model: bare, geo: "us" }).code).toBe("geo_contradiction");
    expect(failure({ model: bare, geo: "global" }).code).toBe("geo_contradiction");
    expect(route({ model: bare, geo: "eu" }).modelId).toBe(bare);
    expect(route({ model: own, geo: "us" }).modelId).toBe(own);
  });

  test("an application inference profile that AWS described has a model and a geo", () => {
    const profile = {
      id: "a1b2c3d4e5f6",
      arn: own,
      modelIds: ["arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-opus-4-6-v1"],
      destinationRegions: ["eu-west-1", "eu-central-1"],
    };
    const live = { region: "eu-west-1", models: [], profiles: [profile], fetchedAt: 0 };
    expect(route({ model: own, live })).toMatchObject({ geo: "eu", model: { alias: "opus-4.6" } });
    expect(route({ model: own, live, guard: "eu" }).modelId).toBe(own);
    expect(failure({ model: own, live, guard: "us" }).code).toBe("geo_guard");
    const everywhere = {
      ...profile,
      modelIds: [...profile.modelIds, "arn:aws:bedrock:::foundation-model/x"],
    };
    expect(route({ model: own, live: { ...live, profiles: [everywhere] } }).geo).toBe("global");
  });
});
