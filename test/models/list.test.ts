import { describe, expect, test } from "vitest";
import { CATALOG } from "../../src/models/catalog.ts";
import { listModels, type ModelRow } from "../../src/models/list.ts";
import type { LiveLists } from "../../src/models/live.ts";

const offline = { region: null, live: null };

function row(rows: readonly ModelRow[], alias: string): ModelRow {
  const found = rows.find((candidate) => candidate.alias === alias);
  if (!found) throw new Error(`no row ${alias}`);
  return found;
}

const profile = (id: string) => ({
  id,
  modelIds: [`arn:aws:bedrock:us-east-1::foundation-model/${id.slice(id.indexOf(".") + 1)}`],
  destinationRegions: [],
});
const foundation = (id: string, lifecycle = "ACTIVE", inferenceTypes = ["INFERENCE_PROFILE"]) => ({
  id,
  name: `Live ${id}`,
  lifecycle,
  inferenceTypes,
});

const live: LiveLists = {
  region: "us-east-1",
  fetchedAt: 0,
  profiles: [
    "us.anthropic.claude-opus-4-6-v1",
    "us.anthropic.claude-opus-7",
    "us.anthropic.claude-sonnet-7-20270101-v1:0",
  ].map(profile),
  models: [
    foundation("anthropic.claude-opus-4-6-v1", "LEGACY"),
    foundation("anthropic.claude-opus-7"),
    foundation("anthropic.claude-opus-7:200k", "ACTIVE", ["PROVISIONED"]),
    foundation("amazon.nova-pro-v1:0"),
  ],
};

describe("offline", () => {
  test("a row says what the catalog knows", () => {
    expect(row(listModels(offline), "opus-4.6")).toEqual({
      name: "Claude Opus 4.6",
      alias: "opus-4.6",
      base_id: "anthropic.claude-opus-4-6-v1",
      profiles: ["global", "us", "eu", "jp", "au", "apac"].map(
        (geo) => `${geo}.anthropic.claude-opus-4-6-v1`,
      ),
      status: "active",
      context_window: 1_000_000,
      max_output_tokens: 128_000,
      price: { input: 5, output: 25 },
      source: "catalog",
      usable_here: null,
    });
  });

  test("with a region, only the profiles it can call", () => {
    const rows = listModels({ region: "eu-west-1", live: null });
    expect(row(rows, "opus-4.6")).toMatchObject({
      profiles: ["global.anthropic.claude-opus-4-6-v1", "eu.anthropic.claude-opus-4-6-v1"],
      usable_here: true,
    });
    expect(row(rows, "opus-4.1")).toMatchObject({ profiles: [], usable_here: false });
    expect(row(rows, "mythos-5.1").usable_here).toBeNull();
  });

  test("families together, newest first", () => {
    const aliases = listModels(offline).map((one) => one.alias);
    expect(aliases.slice(0, 3)).toEqual(["opus-5.5", "opus-5", "opus-4.8"]);
    expect(aliases.indexOf("sonnet-5.5")).toBe(aliases.indexOf("opus-4.1") + 1);
    expect(aliases.at(-1)).toBe("mythos-preview");
  });

  test("models without any way left are shown with --all only", () => {
    const aliases = listModels(offline).map((one) => one.alias);
    expect(aliases).not.toContain("sonnet-3.7");
    expect(aliases).toEqual(expect.arrayContaining(["sonnet-4", "haiku-3.5"]));
    const all = listModels({ ...offline, isAll: true });
    expect(all).toHaveLength(CATALOG.models.length);
    expect(row(all, "sonnet-3.7").status).toBe("retired");
  });

  test.each([
    ["opus-4.6", ["opus-4.6"]],
    ["HAIKU", ["haiku-5.5", "haiku-4.5", "haiku-3.5"]],
    ["claude-sonnet-4-5-20250929", ["sonnet-4.5"]],
    ["in.anthropic", ["opus-5", "sonnet-5", "haiku-4.5"]],
    ["nothing", []],
  ])("TERM %s", (term, expected) => {
    expect(listModels({ ...offline, term }).map((one) => one.alias)).toEqual(expected);
  });

  test("a price that is not published is null", () => {
    expect(row(listModels(offline), "opus-4.1").price).toBeNull();
  });
});

describe("live", () => {
  const rows = listModels({ region: "us-east-1", live });

  test("what AWS lists beats the catalog", () => {
    expect(row(rows, "opus-4.6")).toMatchObject({
      profiles: ["us.anthropic.claude-opus-4-6-v1"],
      status: "legacy",
      source: "live",
      usable_here: true,
    });
  });

  test("what AWS does not list cannot be called here", () => {
    expect(row(rows, "opus-4.5")).toMatchObject({ profiles: [], source: "catalog", usable_here: false });
  });

  test("models the catalog has never heard of lead their family", () => {
    expect(rows[0]).toEqual({
      name: "Live anthropic.claude-opus-7",
      alias: "opus-7",
      base_id: "anthropic.claude-opus-7",
      profiles: ["us.anthropic.claude-opus-7"],
      status: "active",
      context_window: null,
      max_output_tokens: null,
      price: null,
      source: "live",
      usable_here: true,
    });
    expect(row(rows, "sonnet-7").base_id).toBe("anthropic.claude-sonnet-7-20270101-v1:0");
    expect(rows.filter((one) => one.base_id.includes(":200k") || one.base_id.includes("nova"))).toEqual([]);
  });

  test("a profile is of the model it lists, whatever its own id says", () => {
    const odd = {
      id: "us.anthropic.claude-x",
      modelIds: ["anthropic.claude-opus-4-5-20251101-v1:0"],
      destinationRegions: [],
    };
    const found = listModels({ region: "us-east-1", live: { ...live, profiles: [odd] } });
    expect(row(found, "opus-4.5")).toMatchObject({ profiles: ["us.anthropic.claude-x"], usable_here: true });
    expect(found.filter((one) => one.base_id === "anthropic.claude-x")).toEqual([]);
  });
});
