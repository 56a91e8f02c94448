// What keeps a route from being taken, or changes it: guards, lifecycle, APIs, live lists.
import { describe, expect, test } from "vitest";
import type { LiveLists } from "../../src/models/live.ts";
import { codes, failure, route, type Typed } from "./routing.ts";

describe("a geo from the config file is a guard", () => {
  const own = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4e5f6";

  test("it is the default geo", () => {
    expect(route({ model: "opus-4.6", guard: "eu", region: "eu-west-1" })).toMatchObject({
      modelId: "eu.anthropic.claude-opus-4-6-v1",
      notices: [],
    });
  });

  test.each([
    ["a typed profile id", { model: "us.anthropic.claude-opus-4-6-v1", region: "us-east-1" }],
    ["a typed global id", { model: "global.anthropic.claude-opus-4-6-v1", region: "eu-west-1" }],
    ["an id the catalog lacks", { model: "us.anthropic.claude-opus-9", region: "us-east-1" }],
    ["a bare id elsewhere", { model: "anthropic.claude-opus-9", region: "us-east-1" }],
    ["an ARN whose destinations cannot be read", { model: own }],
    [
      "an ARN of another geo",
      { model: "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1" },
    ],
    [
      "a provisioned model elsewhere",
      { model: "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a1" },
    ],
    [
      "the user's alias",
      { model: "x", aliases: { x: "us.anthropic.claude-opus-4-6-v1" }, region: "us-east-1" },
    ],
    ["a model with no profile there", { model: "fable-5.2", region: "eu-west-1" }],
    ["mantle elsewhere", { model: "opus-4.8", api: "mantle", region: "us-east-1" }],
  ] as [string, Typed][])("%s is refused with 13, --no-check or not", (_, typed) => {
    expect(failure({ ...typed, guard: "eu" })).toMatchObject({ code: "geo_guard", exitCode: 13 });
    expect(failure({ ...typed, guard: "eu", isChecked: false }).exitCode).toBe(13);
  });

  test.each([
    ["a typed profile id", { model: "us.anthropic.claude-opus-4-6-v1", region: "us-east-1", geo: "us" }],
    ["an ARN", { model: own, geo: "us" }],
  ])("--geo allows %s", (_, typed) => {
    expect(route(typed).modelId).toBe(typed.model);
  });

  test.each([
    ["its own profile", { model: "eu.anthropic.claude-opus-4-6-v1" }],
    ["a bare id inside", { model: "anthropic.claude-opus-4-6-v1", region: "eu-west-2" }],
    ["a provisioned model inside", { model: "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/a1" }],
    ["mantle inside", { model: "opus-4.8", api: "mantle", region: "eu-west-1" }],
  ] as [string, Typed][])("%s passes", (_, typed) => {
    expect(() => route({ ...typed, guard: "eu" })).not.toThrow();
  });

  test("jp lies within apac, us-gov not within us, and global holds everything", () => {
    expect(route({ model: "jp.anthropic.claude-sonnet-4-6", guard: "apac" }).geo).toBe("jp");
    expect(failure({ model: "us-gov.anthropic.claude-opus-4-8", guard: "us" }).exitCode).toBe(13);
    expect(route({ model: own, guard: "global" }).geo).toBeNull();
  });

  test("none keeps every request in its region", () => {
    expect(route({ model: "opus-4.6", guard: "none", region: "eu-west-2" }).geo).toBe("none");
    expect(failure({ model: "eu.anthropic.claude-opus-4-6-v1", guard: "none" }).exitCode).toBe(13);
    expect(failure({ model: own, guard: "none" }).exitCode).toBe(13);
  });

  test("mantle starts inside it", () => {
    expect(route({ model: "opus-4.8", api: "mantle", guard: "eu" }).region.value).toBe("eu-north-1");
  });

  test("the error names the models of the family that have the geo", () => {
    expect(failure({ model: "sonnet", guard: "jp" }).hint).toMatch(/sonnet-4\.6/);
  });
});

describe("the end of a model's life", () => {
  test.each([
    ["opus-4.1", "model_deprecated", "2027-01-08", "opus-5.5"],
    ["sonnet-4", "model_retired", "2026-10-14", "sonnet-5.5"],
    ["haiku-3.5", "model_retired", "2026-06-19", "haiku-5.5"],
    ["us.anthropic.claude-3-7-sonnet-20250219-v1:0", "model_retired", "2026-07-30", "sonnet-5.5"],
  ])("%s gives one warning (%s)", (model, code, date, successor) => {
    const { warnings } = route({ model });
    expect(warnings.map((warning) => warning.code)).toEqual([code]);
    expect(warnings[0]?.message).toContain(date);
    expect(warnings[0]?.message).toContain(successor);
  });

  test.each([
    ["sonnet-3.7", "2026-07-30", "sonnet-5.5"],
    ["opus-4", "2026-06-15", "opus-5.5"],
    ["claude-3-5-sonnet-20241022", "2026-07-30", "sonnet-5.5"],
    ["anthropic.claude-3-7-sonnet-20250219-v1:0", "2026-07-30", "sonnet-5.5"],
  ])("%s has no profile left", (model, date, successor) => {
    const error = failure({ model });
    expect(error).toMatchObject({ code: "model_not_offered", exitCode: 2 });
    expect(error.message).toContain(date);
    expect(error.hint).toContain(successor);
  });

  test("a retired model can still be called where a region serves it", () => {
    expect(route({ model: "haiku-3", region: "us-gov-west-1" })).toMatchObject({
      modelId: "anthropic.claude-3-haiku-20240307-v1:0",
      geo: "none",
    });
  });

  test("an active model gives no warning, unless AWS has made it legacy since", () => {
    expect(route({ model: "opus-4.6" }).warnings).toEqual([]);
    const models = [
      {
        id: "anthropic.claude-opus-4-6-v1",
        name: "x",
        lifecycle: "LEGACY",
        inferenceTypes: ["INFERENCE_PROFILE"],
      },
    ];
    const live = { models, profiles: [], region: "us-east-1", fetchedAt: 0 };
    expect(codes(route({ model: "opus-4.6", live }))).toEqual(["model_deprecated"]);
  });

  test("a closed family and a gated model without a way in say whom to ask", () => {
    for (const model of ["mythos", "mythos-5.2"]) {
      expect(failure({ model })).toMatchObject({ code: "model_not_offered", exitCode: 2 });
      expect(failure({ model }).hint).toContain("AWS account team");
    }
    expect(codes(route({ model: "mythos-5.1" }))).toEqual(["model_gated"]);
  });
});

describe("which API", () => {
  test("invoke by default", () => {
    expect(route({ model: "opus-5.5" })).toMatchObject({ api: "invoke" });
    expect(route({ model: "arn:aws:bedrock:us-east-1:123456789012:prompt/P:1" }).api).toBe("invoke");
  });

  test("a model that only mantle serves goes there, in-region", () => {
    const result = route({ model: "mythos-5" });
    expect(result).toMatchObject({ api: "mantle", modelId: "anthropic.claude-mythos-5", geo: "none" });
    expect(result.apiReason).toContain("only API");
  });

  test("mantle has ids of its own", () => {
    expect(route({ model: "haiku-4.5", api: "mantle", region: "us-east-1" })).toMatchObject({
      modelId: "anthropic.claude-haiku-4-5",
      geo: "none",
      warnings: [],
    });
    expect(codes(route({ model: "opus-5.5", api: "mantle", region: "eu-west-1" }))).toEqual([
      "mantle_region_unlisted",
    ]);
  });

  test.each([
    [{ model: "opus-4.6", api: "mantle" }, /--api invoke.*--api converse/],
    [{ model: "opus-4.6", api: "messages" }, /--api invoke/],
    [{ model: "mythos-5", api: "invoke" }, /--api mantle/],
    [{ model: "us.anthropic.claude-opus-4-8", api: "mantle" }, /opus-4\.8/],
  ] as [Typed, RegExp][])("%j is refused", (typed, hint) => {
    const error = failure(typed);
    expect(error).toMatchObject({ code: "api_not_supported", exitCode: 2 });
    expect(error.hint).toMatch(hint);
    expect(route({ ...typed, isChecked: false }).api).toBe(typed.api);
  });

  test("mantle and a geo contradict each other", () => {
    expect(failure({ model: "opus-4.8", api: "mantle", geo: "us" }).code).toBe("geo_contradiction");
    expect(route({ model: "opus-4.8", api: "mantle", geo: "none" }).api).toBe("mantle");
  });
});

describe("live lists", () => {
  const live: LiveLists = {
    region: "eu-west-1",
    fetchedAt: 0,
    models: [
      {
        id: "anthropic.claude-opus-7",
        name: "Claude Opus 7",
        lifecycle: "ACTIVE",
        inferenceTypes: ["INFERENCE_PROFILE"],
      },
      {
        id: "anthropic.claude-sonnet-5-5",
        name: "Claude Sonnet 5.5",
        lifecycle: "ACTIVE",
        inferenceTypes: ["ON_DEMAND"],
      },
    ],
    profiles: [
      "eu.anthropic.claude-opus-7",
      "global.anthropic.claude-opus-7",
      "eu.anthropic.claude-fable-5-2",
      "eu.anthropic.claude-opus-4-6-v1",
    ].map((id) => ({ id, modelIds: [id.slice(id.indexOf(".") + 1)], destinationRegions: [] })),
  };
  const region = "eu-west-1";

  test("a model newer than the catalog has the profiles AWS lists", () => {
    expect(route({ model: "anthropic.claude-opus-7", region, live })).toMatchObject({
      modelId: "global.anthropic.claude-opus-7",
      warnings: [],
    });
    expect(route({ model: "opus-7", geo: "eu", region, live }).modelId).toBe("eu.anthropic.claude-opus-7");
    expect(route({ model: "eu.anthropic.claude-opus-7", region, live }).warnings).toEqual([]);
  });

  test("a profile that the catalog lacks exists once AWS lists it", () => {
    expect(failure({ model: "fable-5.2", geo: "eu", region }).code).toBe("geo_not_offered");
    expect(route({ model: "fable-5.2", geo: "eu", region, live })).toMatchObject({
      modelId: "eu.anthropic.claude-fable-5-2",
      warnings: [],
    });
  });

  test("the default is one that AWS lists; another is sent with a warning", () => {
    expect(route({ model: "opus-4.6", region, live }).geo).toBe("eu");
    expect(codes(route({ model: "opus-4.6", geo: "global", region, live }))).toEqual(["profile_not_listed"]);
  });

  test("AWS says which ids are served on demand", () => {
    expect(route({ model: "anthropic.claude-sonnet-5-5", region, live }).modelId).toBe(
      "anthropic.claude-sonnet-5-5",
    );
  });

  test("lists of another region say nothing of this one's regions", () => {
    expect(route({ model: "opus-4.6", region: "us-east-1", live }).geo).toBe("global");
  });
});
