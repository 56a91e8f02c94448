import { describe, expect, test } from "vitest";
import { CATALOG } from "../../src/models/catalog.ts";
import { GEOS } from "../../src/models/geos.ts";
import { codes, failure, route } from "./routing.ts";

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
