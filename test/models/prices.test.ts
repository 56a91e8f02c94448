import { describe, expect, test } from "vitest";
import type { Usage } from "../../src/core/messages.ts";
import { CATALOG, type CatalogModel } from "../../src/models/catalog.ts";
import { costOf, priceOf, worstCost } from "../../src/models/prices.ts";
import fc from "../support/property.ts";

function model(alias: string): CatalogModel {
  const found = CATALOG.models.find((candidate) => candidate.alias === alias);
  if (!found) throw new Error(`no ${alias}`);
  return found;
}

function usage(input: number, output: number, read = 0, write = 0, split?: Usage["cache_creation"]): Usage {
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: write,
    ...(split ? { cache_creation: split } : {}),
  };
}

test("a small call, without the noise of binary fractions", () => {
  expect(costOf(model("opus-4.6"), "global", usage(9, 4))).toEqual({
    usd: 0.000145,
    input: 0.000045,
    output: 0.0001,
    cache_read: 0,
    cache_write: 0,
    prices_as_of: CATALOG.as_of,
  });
});

describe("a million tokens in and out, by route", () => {
  test.each([
    ["opus-4.6", "global", undefined, 30],
    ["opus-4.6", "eu", undefined, 33],
    ["opus-4.6", "none", "eu-west-2", 33],
    ["sonnet-4.5", "us", undefined, 19.8],
    ["sonnet-4", "us", undefined, 18],
    ["haiku-3.5", "us", undefined, 4.8],
    ["opus-5.5", "us-gov", undefined, 28.8],
    ["opus-5.5", "none", "us-gov-west-1", 28.8],
    ["opus-5.5", "none", "eu-west-2", 26.4],
    ["opus-4.8", "us-gov", undefined, null],
    ["opus-4.1", "us", undefined, null],
    ["opus-4.6", null, undefined, null],
  ])("%s by %s in %s: %s USD", (alias, geo, region, usd) => {
    expect(costOf(model(alias), geo, usage(1_000_000, 1_000_000), { region })?.usd ?? null).toBe(usd);
  });

  test("without a model, without usage, or on a tier of unpublished price: null", () => {
    expect(costOf(null, "global", usage(1, 1))).toBeNull();
    expect(costOf(model("opus-4.6"), "global", null)).toBeNull();
    expect(costOf(model("opus-4.6"), "global", usage(1, 1), { serviceTier: "reserved" })).toBeNull();
    expect(costOf(model("opus-4.6"), "global", usage(1, 1), { serviceTier: "default" })).not.toBeNull();
  });
});

describe("cache", () => {
  const opus = model("opus-4.6");

  test("reads and writes of both lifetimes", () => {
    const split = { ephemeral_5m_input_tokens: 1_000_000, ephemeral_1h_input_tokens: 1_000_000 };
    expect(costOf(opus, "global", usage(0, 0, 1_000_000, 2_000_000, split))).toMatchObject({
      cache_read: 0.5,
      cache_write: 16.25,
      usd: 16.75,
    });
  });

  test("writes that the service does not tell apart have the lifetime asked for", () => {
    expect(costOf(opus, "us", usage(0, 0, 0, 1_000_000))?.cache_write).toBe(6.875);
    expect(costOf(opus, "us", usage(0, 0, 0, 1_000_000), { cacheTtl: "1h" })?.cache_write).toBe(11);
  });

  test("an unknown price counts only where it is needed", () => {
    const old = model("haiku-3.5");
    expect(old.price?.cache_write_1h).toBeNull();
    expect(costOf(old, "us", usage(1, 1, 1, 1))).not.toBeNull();
    expect(costOf(old, "us", usage(1, 1, 0, 1), { cacheTtl: "1h" })).toBeNull();
    expect(worstCost(old, "us", { input: 1, maxTokens: 1 }, { cacheTtl: "1h" })).toBeNull();
  });
});

describe("the long-prompt tier of Haiku 5.5", () => {
  const haiku = model("haiku-5.5");

  test.each([
    [usage(100_000, 1_000_000), 0.51],
    [usage(100_001, 1_000_000), 2.5500005],
    [usage(50_000, 1_000_000, 50_001), 2.52750005],
    [usage(0, 1_000_000, 50_000, 50_001), 2.533750625],
  ])("%j: %s USD; everything in the prompt counts, and the whole request is re-priced", (tokens, usd) => {
    expect(costOf(haiku, "global", tokens)?.usd).toBe(Number(usd.toFixed(12)));
  });

  test("the premium applies to it", () => {
    expect(priceOf(haiku, "au", { promptTokens: 200_000 })).toMatchObject({ input: 0.55, output: 2.75 });
    expect(priceOf(haiku, "us-gov", { promptTokens: 1 })).toMatchObject({ input: 0.12, output: 0.6 });
  });
});

describe("the most a call can cost", () => {
  test("input, and an answer of max_tokens", () => {
    expect(worstCost(model("opus-4.6"), "global", { input: 1000, maxTokens: 8192 })).toBe(0.2098);
    expect(worstCost(model("opus-4.6"), null, { input: 1000, maxTokens: 8192 })).toBeNull();
    expect(worstCost(null, "global", { input: 1000, maxTokens: 8192 })).toBeNull();
  });

  test("with caching every token of the prompt may be written", () => {
    const tokens = { input: 1_000_000, maxTokens: 0 };
    expect(worstCost(model("opus-4.6"), "global", tokens, { cacheTtl: "5m" })).toBe(6.25);
    expect(worstCost(model("opus-4.6"), "global", tokens, { cacheTtl: "1h" })).toBe(10);
  });

  test("no call within the plan costs more", () => {
    const priced = CATALOG.models.filter(({ price }) => price?.cache_write_1h);
    const count = fc.nat({ max: 300_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...priced),
        fc.constantFrom("global", "us", "none"),
        fc.tuple(count, count, count, count),
        (one, geo, [input, read, write, output]) => {
          const cost = costOf(one, geo, usage(input, output, read, write), { cacheTtl: "1h" });
          const planned = { input: input + read + write, maxTokens: output };
          const worst = worstCost(one, geo, planned, { cacheTtl: "1h" });
          expect(cost).not.toBeNull();
          expect(cost?.usd).toBeLessThanOrEqual((worst ?? 0) + 1e-9);
          const parts = [cost?.input, cost?.output, cost?.cache_read, cost?.cache_write];
          expect(parts.reduce<number>((sum, part) => sum + (part ?? Number.NaN), 0)).toBeCloseTo(
            cost?.usd ?? -1,
            9,
          );
        },
      ),
    );
  });
});
