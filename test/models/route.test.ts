import { describe, expect, test } from "vitest";
import { CbrError } from "../../src/core/errors.ts";
import { CATALOG } from "../../src/models/catalog.ts";
import { GEOS } from "../../src/models/geos.ts";
import type { LiveLists } from "../../src/models/live.ts";
import { type Route, type RouteRequest, resolveRoute } from "../../src/models/route.ts";

type Typed = Partial<Omit<RouteRequest, "model" | "geo" | "region">> & {
  model?: string;
  /** `--geo` */
  geo?: string;
  /** `geo` in the config file. */
  guard?: string;
  region?: string;
};

function route({ model, geo, guard, region, ...rest }: Typed = {}): Route {
  return resolveRoute({
    model: model === undefined ? null : { value: model, source: "--model" },
    geo: geo
      ? { value: geo, source: "--geo", origin: "flag" }
      : guard
        ? { value: guard, source: "config.toml", origin: "file" }
        : null,
    region: region === undefined ? null : { value: region, source: "AWS_REGION", origin: "environment" },
    aliases: {},
    isChecked: true,
    api: null,
    live: null,
    ...rest,
  });
}

function failure(typed: Typed): CbrError {
  try {
    route(typed);
  } catch (error) {
    if (error instanceof CbrError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const codes = (result: Route) => result.warnings.map((warning) => warning.code);

/** Geos each model must have; others that AWS lists follow after the bar. Those with ? give a warning. */
const PUBLISHED: readonly [string, string, string][] = [
  ["opus-4.6", "anthropic.claude-opus-4-6-v1", "global us eu jp? apac? | au"],
  ["sonnet-4.6", "anthropic.claude-sonnet-4-6", "global us eu jp | au"],
  ["sonnet-4.5", "anthropic.claude-sonnet-4-5-20250929-v1:0", "global us eu jp | au us-gov"],
  ["sonnet-4", "anthropic.claude-sonnet-4-20250514-v1:0", "global us eu apac"],
  ["sonnet-3.7", "anthropic.claude-3-7-sonnet-20250219-v1:0", ""],
  ["opus-4.5", "anthropic.claude-opus-4-5-20251101-v1:0", "global us eu"],
  ["opus-4.1", "anthropic.claude-opus-4-1-20250805-v1:0", "us"],
  ["opus-4", "anthropic.claude-opus-4-20250514-v1:0", ""],
  ["haiku-4.5", "anthropic.claude-haiku-4-5-20251001-v1:0", "global us eu | jp au in"],
  ["haiku-3.5", "anthropic.claude-3-5-haiku-20241022-v1:0", "us"],
  ["opus-4.7", "anthropic.claude-opus-4-7", "global us eu jp au"],
  ["opus-4.8", "anthropic.claude-opus-4-8", "global us eu jp au us-gov"],
  ["opus-5", "anthropic.claude-opus-5", "global us eu au in us-gov"],
  ["opus-5.5", "anthropic.claude-opus-5-5", "global us eu jp au us-gov"],
  ["sonnet-5", "anthropic.claude-sonnet-5", "global us eu au in us-gov"],
  ["sonnet-5.5", "anthropic.claude-sonnet-5-5", "global us eu us-gov"],
  ["haiku-5.5", "anthropic.claude-haiku-5-5", "global us eu jp au us-gov"],
  ["fable-5", "anthropic.claude-fable-5", "global us"],
  ["fable-5.1", "anthropic.claude-fable-5-1", "global us us-gov"],
  ["fable-5.2", "anthropic.claude-fable-5-2", "global us"],
];

describe.each(PUBLISHED)("%s", (alias, baseId, text) => {
  const geos = new Map(
    text.split(/[ |]+/).flatMap((word) => (word ? [[word.replace("?", ""), word.endsWith("?")]] : [])) as [
      string,
      boolean,
    ][],
  );

  test.each(GEOS.filter((geo) => geo !== "none"))("--geo %s", (geo) => {
    if (!geos.has(geo)) {
      const error = failure({ model: alias, geo });
      expect(error.exitCode).toBe(2);
      expect(error.code).toBe(geos.size === 0 ? "model_not_offered" : "geo_not_offered");
      for (const other of geos.keys()) expect(error.hint).toContain(`\`${other}\``);
      return;
    }
    const result = route({ model: alias, geo });
    expect(result).toMatchObject({ modelId: `${geo}.${baseId}`, baseId, geo, api: "invoke" });
    expect(codes(result).includes("profile_unconfirmed")).toBe(geos.get(geo));
    expect(result.region.value).toBe(geo === "global" ? "us-east-1" : result.region.value);
  });
});

test("the catalog offers no profile beyond that table", () => {
  const offered = CATALOG.models.flatMap((model) => model.profiles.filter((profile) => profile.offered));
  const open = CATALOG.models
    .filter((model) => model.lifecycle.access === "gated")
    .flatMap((model) => model.profiles);
  const counted = PUBLISHED.flatMap(([, , text]) => text.split(/[ |]+/).filter((word) => word !== ""));
  expect(offered.length).toBe(counted.length + open.length);
});

describe("without --geo", () => {
  test("no model, no region: the newest Sonnet, global from us-east-1, one notice", () => {
    const result = route();
    expect(result).toMatchObject({
      modelId: "global.anthropic.claude-sonnet-5-5",
      region: { value: "us-east-1", source: "default", origin: "default" },
      warnings: [],
    });
    expect(result.notices).toHaveLength(1);
    expect(result.notices[0]).toContain("us-east-1");
  });

  test("from the US global says nothing", () => {
    expect(route({ model: "opus-4.6", region: "us-west-2" })).toMatchObject({
      modelId: "global.anthropic.claude-opus-4-6-v1",
      notices: [],
      warnings: [],
    });
  });

  test.each([
    ["opus-4.6", "eu-west-1", "--geo eu"],
    ["sonnet-4.6", "ap-northeast-1", "--geo jp"],
    ["haiku-4.5", "ap-south-1", "--geo in"],
    ["sonnet-4.6", "ap-southeast-6", "--geo au"],
    ["opus-4.6", "ca-central-1", "--geo us"],
    ["fable-5.2", "eu-west-1", "no profile that stays near"],
    ["opus-4.6", "sa-east-1", "no profile that stays near"],
  ])("%s from %s is global with one notice", (model, region, words) => {
    const result = route({ model, region });
    expect(result.geo).toBe("global");
    expect(result.notices).toHaveLength(1);
    expect(result.notices[0]).toContain(words);
  });

  test.each([
    ["a flag", { geo: "global" }],
    ["a guard", { guard: "global" }],
  ])("global by %s says nothing", (_, geo) => {
    expect(route({ model: "opus-4.6", region: "eu-west-1", ...geo }).notices).toEqual([]);
  });

  test.each([
    ["opus-4.1", "us-east-2", "us"],
    ["haiku-3.5", "us-west-2", "us"],
    ["opus-4.8", "us-gov-west-1", "us-gov"],
    ["sonnet-4", "us-west-1", "us"],
    ["sonnet-4", "ap-south-1", "apac"],
  ])("%s from %s: where global cannot be had, the geo of the region (%s)", (model, region, geo) => {
    expect(route({ model, region }).geo).toBe(geo);
  });

  test("a model without global and no region goes to its own first source region", () => {
    expect(route({ model: "opus-4.1" })).toMatchObject({ geo: "us", region: { value: "us-east-1" } });
  });
});

describe("regions", () => {
  test.each([
    ["opus-4.6", "eu", "us-east-1", "eu-central-1"],
    ["opus-4.6", "us", "eu-west-1", "us-east-1"],
    ["opus-4.8", "global", "us-gov-west-1", "us-east-1"],
    ["opus-4.5", "us", "ca-west-1", "us-east-1"],
    ["sonnet-5", "au", "ap-southeast-2", "ap-southeast-4"],
    ["opus-4.6", "global", "mars-east-1", "us-east-1"],
  ])("%s --geo %s cannot be called from %s", (model, geo, region, first) => {
    const error = failure({ model, geo, region });
    expect(error).toMatchObject({ code: "region_cannot_call", exitCode: 2 });
    expect(error.message).toContain(region);
    expect(error.message).toContain("AWS_REGION");
    expect(error.message).toContain(first);
    expect(route({ model, geo }).region.value).toBe(first);
    expect(route({ model, geo, region, isChecked: false }).region.value).toBe(region);
  });

  test("the hint names the geos that the region can call", () => {
    expect(failure({ model: "opus-4.6", geo: "eu", region: "us-east-1" }).hint).toMatch(
      /--geo global.*--geo us/,
    );
    expect(failure({ model: "opus-4.1", region: "eu-west-1" })).toMatchObject({ code: "region_cannot_call" });
  });

  test("us includes Canada", () => {
    expect(route({ model: "opus-4.6", geo: "us", region: "ca-west-1" }).modelId).toMatch(/^us\./);
  });

  test("--no-check sends a profile nobody knows", () => {
    const typed = { model: "opus-4.5", geo: "jp", region: "ap-northeast-1", isChecked: false };
    expect(route(typed).modelId).toBe("jp.anthropic.claude-opus-4-5-20251101-v1:0");
    expect(route({ model: "sonnet-3.7", region: "us-east-1", isChecked: false }).modelId).toBe(
      "anthropic.claude-3-7-sonnet-20250219-v1:0",
    );
  });
});

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
