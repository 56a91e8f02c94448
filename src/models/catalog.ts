// What is known of every Claude model on Bedrock at the catalog's date. A live list from AWS beats it.
import type { Api } from "../core/claude.ts";
import data from "./catalog.json" with { type: "json" };

export type Family = "opus" | "sonnet" | "haiku" | "fable" | "mythos";
export type ModelStatus = "active" | "legacy" | "retired" | "preview";

export interface CatalogProfile {
  geo: string;
  id: string;
  /** How sure the sources are: `conflict` sources disagree, `past` the model's end of life has come. */
  status: "confirmed" | "likely" | "conflict" | "past" | "unconfirmed";
  /** Whether cbr uses it without having seen it in a live list. */
  offered: boolean;
  /** Regions that can call it; null: its geo's list in `Catalog.geos`. */
  source_regions: string[] | null;
}

export interface Lifecycle {
  status: ModelStatus;
  /** `gated`: by invitation only. */
  access: "open" | "gated";
  /** The day Bedrock stops serving it, where published. */
  eol: string | null;
  eol_not_before: string | null;
  /** The day Anthropic's own API stopped serving it. */
  first_party_retired: string | null;
  /** Alias of the model to move to: the family's newest that is open to all. null for that model itself, or none. */
  successor: string | null;
}

export interface ThinkingRule {
  /** `budget`: budget_tokens only. `adaptive_always`: adaptive, and cannot be switched off. */
  mode: "none" | "budget" | "adaptive_or_budget" | "adaptive" | "adaptive_always";
  on_by_default: boolean;
  can_disable: boolean;
  /** The highest effort allowed while thinking is disabled; null: no such limit. */
  max_effort_disabled: string | null;
}

export type SamplingRule =
  | { kind: "free" }
  /** temperature or top_p, not both. */
  | { kind: "either" }
  /** Only these values (top_p: exactly `top_p_from`, or from there to below `top_p_below`), one at a time; never top_k. */
  | { kind: "pinned"; temperature: number; top_p_from: number; top_p_below: number | null }
  | { kind: "rejected" };

/** USD per million tokens; null: not published. */
export interface ModelPrice {
  input: number;
  output: number;
  cache_read: number | null;
  cache_write_5m: number | null;
  cache_write_1h: number | null;
}

/** One Claude model. null always means: not known, so not checked. */
export interface CatalogModel {
  /** Anthropic's id without date: `claude-opus-4-6`. */
  key: string;
  /** Always family-version: `opus-4.6`. */
  alias: string;
  family: Family;
  version: string;
  name: string;
  /** The id on bedrock-runtime without a geo prefix. */
  base_id: string;
  /** The id on bedrock-mantle; null where it is not served there. */
  mantle_id: string | null;
  launched: string | null;
  profiles: CatalogProfile[];
  /** Regions that serve the base id without a profile. */
  on_demand_regions: string[];
  apis: Record<Api, boolean | null>;
  mantle_regions: string[] | null;
  lifecycle: Lifecycle;
  /** The data-retention mode that an account must have enabled. */
  data_retention: string | null;
  context_window: number;
  /** `ended`: had a beta for a 1M window that no longer works. */
  million_context: "native" | "ended" | "none";
  max_output_tokens: number;
  modalities: ("text" | "image")[];
  pdf: boolean;
  thinking: ThinkingRule;
  /** `levels` is empty where the model has no effort parameter; `beta` must be sent along with it. */
  effort: { levels: string[]; default: string | null; beta: string | null };
  sampling: SamplingRule | null;
  /** tool_choice `any` or `tool`. */
  forced_tool_choice: "yes" | "no" | "without_thinking" | null;
  prefill: boolean | null;
  /** `output_config.format`, through InvokeModel and Converse only. */
  structured_output: boolean | null;
  cache: { min_tokens: number | null; ttls: ("5m" | "1h")[] };
  count_tokens: { runtime: boolean | null; mantle: boolean | null };
  batch: boolean | null;
  service_tiers: string[];
  /** Global list price; null: not published as it stands today. */
  price: ModelPrice | null;
  /** Factor for geo profiles and in-region calls. */
  geo_premium: number;
  /** Factor in GovCloud. */
  gov_premium: number | null;
  /** The price of a whole request whose prompt is longer than `above_tokens`. */
  long_prompt: { above_tokens: number; price: ModelPrice } | null;
}

export interface Catalog {
  /** The day the facts were gathered, ISO. */
  as_of: string;
  /** Source regions by geo. */
  geos: Record<string, string[]>;
  /** Families together, newest first. */
  models: CatalogModel[];
}

// The JSON's inferred type knows no unions of literals; test/models/catalog.test.ts checks every value against this one.
export const CATALOG = data as Catalog;

export const FAMILIES: readonly Family[] = ["opus", "sonnet", "haiku", "fable", "mythos"];

/** The model whose base id or mantle id is `id`, or null. */
export function modelById(id: string): CatalogModel | null {
  return CATALOG.models.find((model) => model.base_id === id || model.mantle_id === id) ?? null;
}

/** The newest model of a family that is active and open to every account, or null (`mythos`). */
export function newestOpen(family: Family): CatalogModel | null {
  return CATALOG.models.find((model) => model.family === family && isGenerallyOpen(model)) ?? null;
}

/** Active, and open to every account. */
export function isGenerallyOpen(model: CatalogModel): boolean {
  return model.lifecycle.status === "active" && model.lifecycle.access === "open";
}
