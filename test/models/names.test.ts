import { describe, expect, test } from "vitest";
import { CbrError } from "../../src/core/errors.ts";
import { ARN_KINDS } from "../../src/models/arn.ts";
import { CATALOG } from "../../src/models/catalog.ts";
import { namesOf, nearestIds, parseModelName } from "../../src/models/names.ts";
import fc from "../support/property.ts";

function errorOf(run: () => unknown): CbrError {
  try {
    run();
  } catch (error) {
    if (error instanceof CbrError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function baseIdFor(name: string, aliases: Record<string, string> = {}): string | null {
  const parsed = parseModelName(name, aliases);
  if (parsed.kind === "closed-family") return null;
  return parsed.kind === "alias" ? parsed.model.base_id : parsed.baseId;
}

test.each([
  ["opus-4.6", "anthropic.claude-opus-4-6-v1"],
  ["opus-4-6", "anthropic.claude-opus-4-6-v1"],
  ["claude-opus-4-6", "anthropic.claude-opus-4-6-v1"],
  ["opus", "anthropic.claude-opus-5-5"],
  ["sonnet", "anthropic.claude-sonnet-5-5"],
  ["haiku", "anthropic.claude-haiku-5-5"],
  ["fable", "anthropic.claude-fable-5-2"],
  ["sonnet-4.6", "anthropic.claude-sonnet-4-6"],
  ["sonnet-4.5", "anthropic.claude-sonnet-4-5-20250929-v1:0"],
  ["claude-sonnet-4-5", "anthropic.claude-sonnet-4-5-20250929-v1:0"],
  ["claude-sonnet-4-5-20250929", "anthropic.claude-sonnet-4-5-20250929-v1:0"],
  ["sonnet-4", "anthropic.claude-sonnet-4-20250514-v1:0"],
  ["claude-sonnet-4-0", "anthropic.claude-sonnet-4-20250514-v1:0"],
  ["claude-opus-4-1-20250805", "anthropic.claude-opus-4-1-20250805-v1:0"],
  ["sonnet-3.7", "anthropic.claude-3-7-sonnet-20250219-v1:0"],
  ["claude-3-7-sonnet-latest", "anthropic.claude-3-7-sonnet-20250219-v1:0"],
  ["haiku-3.5", "anthropic.claude-3-5-haiku-20241022-v1:0"],
  ["claude-3-5-haiku-20241022", "anthropic.claude-3-5-haiku-20241022-v1:0"],
  ["sonnet-3.5", "anthropic.claude-3-5-sonnet-20241022-v2:0"],
  ["claude-3-5-sonnet-20241022", "anthropic.claude-3-5-sonnet-20241022-v2:0"],
  ["claude-3-5-sonnet-20240620", "anthropic.claude-3-5-sonnet-20240620-v1:0"],
  ["fable-5.2", "anthropic.claude-fable-5-2"],
  ["mythos-5.1", "anthropic.claude-mythos-5-1"],
  ["mythos-preview", "anthropic.claude-mythos-preview"],
])("%s is %s", (name, baseId) => {
  expect(baseIdFor(name)).toBe(baseId);
});

test("a version never comes before its family", () => {
  for (const name of ["3.5-haiku", "4.6-opus", "claude-haiku-35"]) {
    expect(errorOf(() => parseModelName(name)).code).toBe("unknown_model");
  }
});

test.each([
  ["claude-opus-4-6-20250101", "opus-4.6"],
  ["eu.eu.anthropic.claude-opus-4-6-v1", "opus-4.6"],
  ["Claude-Sonnet-4-5-20250929", "sonnet-4.5"],
  ["us.claude-3-5-haiku-20241022-v1:0", "haiku-3.5"],
  ["4.6-opus", "opus-4.6"],
  ["OPUS-4.6", "opus-4.6"],
])("who types `%s` is told of `%s` first", (name, alias) => {
  expect(errorOf(() => parseModelName(name)).hint).toMatch(
    new RegExp(`^did you mean \`${alias.replace(".", "\\.")}\`[,?]`),
  );
});

test.each([
  ["anthropic.claude-opus-4-6", "anthropic.claude-opus-4-6-v1"],
  ["anthropic.claude-opus-4-6-v1:0", "anthropic.claude-opus-4-6-v1"],
  ["anthropic.claude-sonnet-4-6-20260101-v1:0", "anthropic.claude-sonnet-4-6"],
  ["anthropic.claude-opus-5-v9", "anthropic.claude-opus-5"],
])("the id like `%s` is `%s`", (typed, id) => {
  expect(nearestIds(typed)[0]).toBe(id);
});

test("no two models share a name", () => {
  const names = CATALOG.models.flatMap(namesOf);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("every profile id of the catalog, and those of geos it lacks, keep their base id", () => {
  for (const model of CATALOG.models) {
    for (const geo of [...model.profiles.map((profile) => profile.geo), "amer", "ca"]) {
      expect(parseModelName(`${geo}.${model.base_id}`)).toEqual({
        kind: "profile",
        profileId: `${geo}.${model.base_id}`,
        geo,
        baseId: model.base_id,
        model,
      });
    }
  }
});

test("mantle's id of Haiku 4.5 is the same model", () => {
  const parsed = parseModelName("anthropic.claude-haiku-4-5");
  expect(parsed).toMatchObject({ kind: "base", model: { alias: "haiku-4.5" } });
});

test("a base id that the catalog has never heard of is taken", () => {
  expect(parseModelName("anthropic.claude-opus-9")).toEqual({
    kind: "base",
    baseId: "anthropic.claude-opus-9",
    model: null,
  });
});

describe("ARNs", () => {
  const NAMES: Record<(typeof ARN_KINDS)[number], [string, string | null]> = {
    "foundation-model": ["anthropic.claude-opus-4-6-v1", "none"],
    "inference-profile": ["eu.anthropic.claude-opus-4-6-v1", "eu"],
    "application-inference-profile": ["a1b2c3d4e5f6", null],
    "provisioned-model": ["a1b2c3d4e5f6", "none"],
    "custom-model": ["anthropic.claude-3-haiku-20240307-v1:0:200k/a1b2c3d4e5f6", "none"],
    "custom-model-deployment": ["a1b2c3d4e5f6", "none"],
    "imported-model": ["a1b2c3d4e5f6", "none"],
    prompt: ["PROMPT1234:1", null],
    "prompt-router": ["a1b2c3d4e5f6", null],
    "default-prompt-router": ["anthropic.claude:1", null],
    endpoint: ["my-endpoint", "none"],
  };
  const PARTITIONS = [
    ["aws", "eu-west-1"],
    ["aws-us-gov", "us-gov-west-1"],
    ["aws-cn", "cn-north-1"],
    ["aws-iso-b", "us-isob-east-1"],
  ];

  test.each(
    ARN_KINDS.flatMap((kind) => PARTITIONS.map(([partition, region]) => [kind, partition, region] as const)),
  )("%s in %s", (kind, partition, region) => {
    const [name, geo] = NAMES[kind];
    const service = kind === "endpoint" ? "sagemaker" : "bedrock";
    const account = kind === "foundation-model" ? "" : "123456789012";
    const text = `arn:${partition}:${service}:${region}:${account}:${kind}/${name}`;
    const parsed = parseModelName(text);
    expect(parsed).toMatchObject({ kind: "arn", geo, arn: { text, partition, region, kind, name } });
    const hasModel = kind === "foundation-model" || kind === "inference-profile";
    expect(parsed.kind === "arn" && parsed.model?.alias).toBe(hasModel ? "opus-4.6" : undefined);
  });

  test.each([
    ["arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"],
    ["arn:aws:sagemaker:us-east-1:123456789012:prompt/abc"],
    ["arn:aws:s3:::bucket/key"],
    ["arn:aws:bedrock"],
    ["arn:"],
    ["arn:aws:bedrock:us-east-1:12:inference-profile/us.anthropic.claude-opus-4-6-v1"],
  ])("%s is no model", (text) => {
    expect(errorOf(() => parseModelName(text)).code).toBe("unknown_model");
  });
});

describe("impossible names", () => {
  test.each([
    [""],
    ["  "],
    ["opus\n"],
    ["opus\u0000"],
    ["\u001b[31mopus"],
    ["../opus"],
    ["a/../b"],
    ["opus 4.6"],
    ["öpus"],
  ])("%j is refused with exit 2, unrepeated", (name) => {
    const error = errorOf(() => parseModelName(name));
    expect(error.exitCode).toBe(2);
    expect(error.message).not.toMatch(/[\u0000-\u001f]/);
  });

  test("nothing with a control character or a step upwards ever parses", () => {
    const bad = fc.tuple(
      fc.string(),
      fc.constantFrom("\u0000", "\r", "\n", "\u007f", "../", " "),
      fc.string(),
    );
    fc.assert(
      fc.property(bad, ([before, middle, after]) => {
        expect(errorOf(() => parseModelName(`a${before}${middle}${after}a`)).exitCode).toBe(2);
      }),
    );
  });

  test("whatever is typed is a name or a CbrError", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^(arn:aws:|us\.|anthropic\.|claude-)[a-z0-9:./-]*$/)),
        (name) => {
          try {
            parseModelName(name);
          } catch (error) {
            expect(error).toBeInstanceOf(CbrError);
          }
        },
      ),
    );
  });
});

describe("suggestions", () => {
  test.each([
    ["opus-9", /opus-5/],
    ["claude-opus-9", /opus-5\.5/],
    ["sonet", /sonnet/],
    ["haiku-4,5".replace(",", "."), null],
    ["haiku45", /haiku-4\.5/],
    ["sonnet-4.55", /sonnet-4\.5/],
  ])("%s", (name, hint) => {
    if (hint === null) return expect(baseIdFor(name)).not.toBeNull();
    const error = errorOf(() => parseModelName(name));
    expect(error.code).toBe("unknown_model");
    expect(error.hint).toMatch(hint);
  });

  test("a name like nothing gets the table's hint, and the user's own aliases are suggested too", () => {
    expect(errorOf(() => parseModelName("gpt-4")).hint).toMatch(/models list/);
    expect(errorOf(() => parseModelName("reviewr", { reviewer: "opus" })).hint).toMatch(/`reviewer`/);
  });
});

describe("the user's aliases", () => {
  const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6";

  test("win over built-in names and may name each other", () => {
    expect(baseIdFor("opus", { opus: "opus-4.6" })).toBe("anthropic.claude-opus-4-6-v1");
    expect(baseIdFor("a", { a: "b", b: "haiku-4.5" })).toBe("anthropic.claude-haiku-4-5-20251001-v1:0");
    expect(parseModelName("team", { team: arn })).toMatchObject({ kind: "arn", arn: { text: arn } });
  });

  test("an alias for itself is the built-in name; a circle of strangers is unknown", () => {
    expect(baseIdFor("opus", { opus: "opus" })).toBe("anthropic.claude-opus-5-5");
    const error = errorOf(() => parseModelName("a", { a: "b", b: "a" }));
    expect(error.code).toBe("unknown_model");
    expect(error.message).toBe("the alias `a` leads back to itself and to no model");
  });

  test("names of Object's own properties are no aliases", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(errorOf(() => parseModelName(name, {})).exitCode).toBe(2);
    }
  });
});

test("a model newer than the catalog goes by its name once AWS lists it", () => {
  const id = "anthropic.claude-opus-7-20270101-v1:0";
  const models = [{ id, name: "Claude Opus 7", lifecycle: "ACTIVE", inferenceTypes: ["INFERENCE_PROFILE"] }];
  const live = { models, profiles: [], region: "us-east-1", fetchedAt: 0 };
  for (const name of ["opus-7", "claude-opus-7"]) {
    expect(parseModelName(name, {}, live)).toEqual({ kind: "base", baseId: id, model: null });
  }
});
