import { expect, test } from "vitest";
import { CATALOG, FAMILIES, isGenerallyOpen, modelById, newestOpen } from "../../src/models/catalog.ts";
import { GEOS } from "../../src/models/geos.ts";
import { EFFORT_LEVELS } from "../../src/settings/settings.ts";

const REGION = /^(us|us-gov|eu|ap|ca|sa|me|af|il|mx)-[a-z]+-\d$/;

test("the levels of effort are those of the models", () => {
  expect(new Set(EFFORT_LEVELS)).toEqual(new Set(CATALOG.models.flatMap((model) => model.effort.levels)));
});

test.each(CATALOG.models.map((model) => [model.alias, model] as const))("%s is well formed", (_, model) => {
  expect(model.base_id).toMatch(/^anthropic\.claude-[a-z0-9-]+(:\d)?$/);
  expect(model.alias).toBe(
    `${model.family}-${model.version}${model.base_id.includes("20240620") ? "-v1" : ""}`,
  );
  expect(FAMILIES).toContain(model.family);
  for (const profile of model.profiles) {
    expect(GEOS).toContain(profile.geo);
    expect(profile.id).toBe(`${profile.geo}.${model.base_id}`);
    expect(["confirmed", "likely", "conflict", "past", "unconfirmed"]).toContain(profile.status);
    expect(typeof profile.offered).toBe("boolean");
    for (const region of profile.source_regions ?? []) expect(region).toMatch(REGION);
  }
  for (const region of [...model.on_demand_regions, ...(model.mantle_regions ?? [])]) {
    expect(region).toMatch(REGION);
  }
  expect(Object.keys(model.apis)).toEqual(["invoke", "converse", "messages", "mantle"]);
  expect(["active", "legacy", "retired", "preview"]).toContain(model.lifecycle.status);
  expect(["open", "gated"]).toContain(model.lifecycle.access);
  for (const date of [model.lifecycle.eol, model.lifecycle.first_party_retired]) {
    if (date !== null) expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
  expect(["none", "budget", "adaptive_or_budget", "adaptive", "adaptive_always"]).toContain(
    model.thinking.mode,
  );
  expect(["native", "ended", "none"]).toContain(model.million_context);
  expect(["yes", "no", "without_thinking", null]).toContain(model.forced_tool_choice);
  expect(["free", "either", "pinned", "rejected", undefined]).toContain(model.sampling?.kind);
  expect(model.context_window).toBeGreaterThanOrEqual(200_000);
  expect(model.max_output_tokens).toBeGreaterThanOrEqual(4096);
  for (const ttl of model.cache.ttls) expect(["5m", "1h"]).toContain(ttl);
  if (model.effort.default !== null) expect(model.effort.levels).toContain(model.effort.default);
  if (model.price) {
    expect(model.price.input).toBeGreaterThan(0);
    expect(model.price.output).toBeGreaterThan(model.price.input);
  }
  const successor = CATALOG.models.find((other) => other.alias === model.lifecycle.successor);
  if (model.lifecycle.successor !== null) expect(successor && isGenerallyOpen(successor)).toBe(true);
});

test("a retired or deprecated model that is open to all has a successor", () => {
  const ending = CATALOG.models.filter(({ lifecycle }) => ["retired", "legacy"].includes(lifecycle.status));
  expect(ending.length).toBeGreaterThan(8);
  for (const model of ending) expect(model.lifecycle.successor).toMatch(new RegExp(`^${model.family}-`));
});

test("source regions of every geo are regions, and global leaves GovCloud out", () => {
  expect(CATALOG.as_of).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  for (const regions of Object.values(CATALOG.geos))
    for (const region of regions) expect(region).toMatch(REGION);
  expect(CATALOG.geos["global"]).toHaveLength(33);
  expect(CATALOG.geos["global"]?.[0]).toBe("us-east-1");
  expect(CATALOG.geos["global"]?.some((region) => region.startsWith("us-gov"))).toBe(false);
  expect(CATALOG.geos["apac"]).toHaveLength(12);
});

test("ids are unique, and each id finds its model", () => {
  expect(new Set(CATALOG.models.map((model) => model.base_id)).size).toBe(CATALOG.models.length);
  for (const model of CATALOG.models) {
    expect(modelById(model.base_id)).toBe(model);
    if (model.mantle_id !== null) expect(modelById(model.mantle_id)).toBe(model);
  }
});

test("a family's newest open model", () => {
  const newest = Object.fromEntries(FAMILIES.map((family) => [family, newestOpen(family)?.alias ?? null]));
  expect(newest).toEqual({
    opus: "opus-5.5",
    sonnet: "sonnet-5.5",
    haiku: "haiku-5.5",
    fable: "fable-5.2",
    mythos: null,
  });
});
