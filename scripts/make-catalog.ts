// Makes src/models/catalog.json from a file of researched facts: `tsx scripts/make-catalog.ts FACTS.json`.
// Only what the program asks about a model is kept, in a form code can decide on; prose becomes enumerations here.
import { readFileSync, writeFileSync } from "node:fs";
import type {
  Catalog,
  CatalogModel,
  CatalogProfile,
  Family,
  Lifecycle,
  ModelPrice,
  SamplingRule,
  ThinkingRule,
} from "../src/models/catalog.ts";

/** A row of the facts, as far as this script reads it. */
interface Facts {
  key: string;
  name: string;
  base_id: string;
  mantle_id: string | null;
  prefixes: Record<string, { id: string; status: CatalogProfile["status"] }>;
  on_demand_runtime_regions: string[];
  apis_runtime: { invoke: boolean | null; converse: boolean | null; messages: boolean | null };
  mantle: { messages: boolean | null; in_region: string[] | null };
  launch_date: string | null;
  lifecycle: {
    bedrock: string;
    eol?: string | null;
    eol_no_sooner_than?: string;
    extended_access_pricing_from?: string;
    first_party?: string;
  };
  context_window: number;
  max_output_tokens: number;
  one_m_rule: string | null;
  modalities_in: ("text" | "image")[];
  pdf: boolean | null;
  thinking: { mode: string; default_on?: boolean; can_disable?: boolean };
  effort: { levels: string[]; default: string | null; beta?: string };
  sampling: string | null;
  forced_tool_choice: boolean | string | null;
  assistant_prefill: boolean | null;
  structured_output: { runtime: boolean | null; mantle: boolean | null };
  prompt_cache: { min_tokens: number | null; ttls: ("5m" | "1h")[] };
  count_tokens: { runtime: boolean | null; mantle: boolean | null };
  batch: boolean | null;
  service_tiers: string[];
  price_base: ModelPrice;
  geo_premium: number;
  gov_premium: number | null;
  long_context_premium: ({ above_prompt_tokens: number } & ModelPrice) | null;
  source_regions: Record<string, string[]>;
  access: string;
  data_retention: string | null;
}

const FAMILIES: readonly Family[] = ["opus", "sonnet", "haiku", "fable", "mythos"];

const EU = "eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3".split(
  " ",
);
const US = "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1".split(" ");
const AP_EAST_TO_SOUTHEAST =
  "ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2".split(" ");

/** Where each prefix can be called from, for models without a list of their own. */
const GEOS: Catalog["geos"] = {
  global: [
    ...US,
    ...EU,
    ...AP_EAST_TO_SOUTHEAST,
    ...[1, 2, 3, 4, 5, 6, 7].map((n) => `ap-southeast-${n}`),
    ...["il-central-1", "me-central-1", "me-south-1", "af-south-1", "sa-east-1", "mx-central-1"],
  ],
  us: US,
  eu: EU,
  jp: ["ap-northeast-1", "ap-northeast-3"],
  au: ["ap-southeast-2", "ap-southeast-4"],
  in: ["ap-south-1", "ap-south-2"],
  apac: [...AP_EAST_TO_SOUTHEAST, ...[1, 2, 3, 4, 5, 7].map((n) => `ap-southeast-${n}`)],
  "us-gov": ["us-gov-east-1", "us-gov-west-1"],
};

/** Anthropic's published table of profiles; where it and AWS's pages differ, see `offered`. */
const PUBLISHED: Readonly<Record<string, string>> = {
  "anthropic.claude-opus-4-6-v1": "global us eu jp apac",
  "anthropic.claude-sonnet-4-6": "global us eu jp",
  "anthropic.claude-sonnet-4-5-20250929-v1:0": "global us eu jp",
  "anthropic.claude-sonnet-4-20250514-v1:0": "global us eu apac",
  "anthropic.claude-3-7-sonnet-20250219-v1:0": "",
  "anthropic.claude-opus-4-5-20251101-v1:0": "global us eu",
  "anthropic.claude-opus-4-1-20250805-v1:0": "us",
  "anthropic.claude-opus-4-20250514-v1:0": "",
  "anthropic.claude-haiku-4-5-20251001-v1:0": "global us eu",
  "anthropic.claude-3-5-haiku-20241022-v1:0": "us",
};

const path = process.argv[2];
if (path === undefined) throw new Error("usage: tsx scripts/make-catalog.ts FACTS.json");
const facts = JSON.parse(readFileSync(path, "utf8")) as { as_of: string; models: Facts[] };
const catalog = makeCatalog(facts.as_of, facts.models);
writeFileSync(
  new URL("../src/models/catalog.json", import.meta.url),
  `${JSON.stringify(catalog, null, 1)}\n`,
);

function makeCatalog(asOf: string, rows: readonly Facts[]): Catalog {
  const models = rows.map((row) => toModel(row)).sort(byFamilyNewestFirst);
  for (const model of models) {
    if (model.lifecycle.status === "active" && model.lifecycle.access === "open") continue;
    const newest = models.find(
      (other) =>
        other.family === model.family &&
        other.lifecycle.status === "active" &&
        other.lifecycle.access === "open",
    );
    model.lifecycle.successor = newest?.alias ?? null;
  }
  return { as_of: asOf, geos: GEOS, models };
}

function toModel(row: Facts): CatalogModel {
  const { family, version, alias } = nameParts(row.key);
  const isOld = numberOf(version) <= 4.6;
  const isGated = row.access.startsWith("invitation");
  return {
    key: row.key,
    alias,
    family,
    version,
    name: row.name,
    base_id: row.base_id,
    mantle_id: row.mantle_id,
    launched: row.launch_date,
    profiles: Object.entries(row.prefixes).map(([geo, profile]) => ({
      geo,
      id: profile.id,
      status: profile.status,
      offered: isOffered(row.base_id, geo, profile.status),
      source_regions: sourceRegions(row, geo),
    })),
    on_demand_regions: row.on_demand_runtime_regions
      .filter((text) => !text.includes("(past)"))
      .map((text) => text.split(" ")[0] as string),
    apis: {
      // Nobody lists the APIs of retired models; all of them were InvokeModel and Converse models.
      invoke: row.apis_runtime.invoke ?? (isGated ? null : true),
      converse: row.apis_runtime.converse ?? (isGated ? null : true),
      messages: row.apis_runtime.messages ?? (isOld ? false : null),
      mantle: row.mantle.messages ?? (row.mantle_id === null ? false : null),
    },
    mantle_regions: row.mantle.in_region,
    lifecycle: lifecycle(row, isGated),
    data_retention: row.data_retention === null ? null : "aws_review",
    context_window: row.context_window,
    million_context: millionContext(row),
    max_output_tokens: row.max_output_tokens,
    modalities: row.modalities_in,
    pdf: row.pdf ?? row.modalities_in.includes("image"),
    thinking: thinking(row),
    effort: { levels: row.effort.levels, default: row.effort.default, beta: row.effort.beta ?? null },
    sampling: sampling(row, family),
    forced_tool_choice: forcedToolChoice(row, version),
    prefill: row.assistant_prefill,
    structured_output: row.structured_output.runtime,
    cache: { min_tokens: row.prompt_cache.min_tokens, ttls: row.prompt_cache.ttls },
    count_tokens: {
      runtime: row.count_tokens.runtime ?? (isOld && numberOf(version) >= 3.5 && !isGated ? true : null),
      mantle: row.count_tokens.mantle ?? (row.mantle_id === null ? false : null),
    },
    batch: row.batch,
    service_tiers: row.service_tiers,
    // Extended access costs more than the list price, and how much is not published.
    price: row.lifecycle.extended_access_pricing_from === undefined ? price(row.price_base) : null,
    geo_premium: row.geo_premium,
    gov_premium: row.gov_premium,
    long_prompt: row.long_context_premium && {
      above_tokens: row.long_context_premium.above_prompt_tokens,
      price: price(row.long_context_premium),
    },
  };
}

function nameParts(key: string): { family: Family; version: string; alias: string } {
  const words = key.replace(/^claude-/, "").split("-");
  const family = FAMILIES.find((candidate) => words.includes(candidate));
  if (family === undefined) throw new Error(`no family in ${key}`);
  const rest = words.filter((word) => word !== family);
  const version = rest.filter((word) => !/^v\d$/.test(word)).join(".");
  // Two models are called 3.5 Sonnet; the name alone means the newer, as it does in Anthropic's own API.
  const isOlderTwin = key === "claude-3-5-sonnet-v1";
  return { family, version, alias: `${family}-${version}${isOlderTwin ? "-v1" : ""}` };
}

function numberOf(version: string): number {
  return version === "preview" ? 4.7 : Number(version);
}

/**
 * Confirmed and likely profiles exist. Where sources conflict, or the model is past its end of life,
 * a profile exists only if Anthropic's table still has it.
 */
function isOffered(baseId: string, geo: string, status: CatalogProfile["status"]): boolean {
  if (status === "confirmed" || status === "likely") return true;
  if (status === "unconfirmed") return false;
  return (PUBLISHED[baseId] ?? "").split(" ").includes(geo);
}

function sourceRegions(row: Facts, geo: string): string[] | null {
  const own = row.source_regions[geo];
  return own === undefined || own.join() === GEOS[geo]?.join() ? null : own;
}

function lifecycle(row: Facts, isGated: boolean): Lifecycle {
  const word = row.lifecycle.bedrock.toLowerCase();
  const retired = /retired (\d{4}-\d{2}-\d{2})/.exec(row.lifecycle.first_party ?? "");
  return {
    status: /^(eol|retired)/.test(word)
      ? "retired"
      : word.startsWith("legacy")
        ? "legacy"
        : /preview|unverified/.test(word)
          ? "preview"
          : "active",
    access: isGated ? "gated" : "open",
    eol: row.lifecycle.eol ?? null,
    eol_not_before: row.lifecycle.eol_no_sooner_than ?? null,
    first_party_retired: retired?.[1] ?? null,
    successor: null,
  };
}

function millionContext(row: Facts): CatalogModel["million_context"] {
  if (row.one_m_rule?.startsWith("native")) return "native";
  return row.one_m_rule?.includes("ended") ? "ended" : "none";
}

function thinking(row: Facts): ThinkingRule {
  const isOnByDefault = row.thinking.default_on ?? false;
  const mode = row.thinking.mode === "budget_tokens" ? "budget" : (row.thinking.mode as ThinkingRule["mode"]);
  return {
    mode,
    on_by_default: isOnByDefault,
    can_disable: mode !== "adaptive_always",
    max_effort_disabled: mode === "adaptive" && isOnByDefault ? "high" : null,
  };
}

function sampling(row: Facts, family: Family): SamplingRule | null {
  const text = row.sampling;
  if (text === null) return null;
  if (text === "allowed") return { kind: "free" };
  if (text.startsWith("allowed (")) return { kind: "either" };
  if (text.startsWith("rejected") || text.startsWith("send none")) return { kind: "rejected" };
  const isExact = text.includes("top_p only 0.99");
  if (isExact || family === "fable" || family === "mythos")
    return { kind: "pinned", temperature: 1, top_p_from: 0.99, top_p_below: isExact ? null : 1 };
  throw new Error(`${row.key}: cannot read the sampling rule: ${text}`);
}

function forcedToolChoice(row: Facts, version: string): CatalogModel["forced_tool_choice"] {
  if (typeof row.forced_tool_choice === "string") return "without_thinking";
  if (row.forced_tool_choice !== null) return row.forced_tool_choice ? "yes" : "no";
  if (row.access.startsWith("invitation") || row.key === "claude-fable-5") return null;
  return numberOf(version) >= 5 ? null : "yes";
}

function price(from: ModelPrice): ModelPrice {
  const { input, output, cache_read, cache_write_5m, cache_write_1h } = from;
  return { input, output, cache_read, cache_write_5m, cache_write_1h };
}

function byFamilyNewestFirst(a: CatalogModel, b: CatalogModel): number {
  return (
    FAMILIES.indexOf(a.family) - FAMILIES.indexOf(b.family) ||
    rank(b.version) - rank(a.version) ||
    b.base_id.localeCompare(a.base_id)
  );
}

function rank(version: string): number {
  return version === "preview" ? 0 : Number(version);
}
