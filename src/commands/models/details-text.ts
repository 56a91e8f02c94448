// The details of a model for people: one fact a line, profiles and prices as tables.
import type { OutputStream } from "../../host/streams.ts";
import type { ModelPrice } from "../../models/catalog.ts";
import { renderFields } from "../../render/fields.ts";
import type { Details } from "./details.ts";

type Out = Pick<OutputStream, "isTTY" | "color" | "width">;

/** The whole page of `cbr models show`. */
export function showText(details: Details, out: Out): string {
  const sections = [
    renderFields(out, facts(details)),
    renderFields(out, parameterFacts(details)),
    ...details.profiles.map((profile) => renderFields(out, profileFacts(profile))),
    renderFields(out, priceFacts(details)),
    renderFields(out, liveFacts(details)),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function facts(details: Details): [string, string | null][] {
  const { lifecycle, limits, modalities, apis } = details;
  return [
    ["name", details.name],
    ["alias", details.alias],
    ["base id", details.base_id],
    ["mantle id", details.mantle_id],
    ["status", details.status],
    ["launched", lifecycle?.launched ?? null],
    [
      "end of life",
      lifecycle?.eol ?? (lifecycle?.eol_not_before ? `not before ${lifecycle.eol_not_before}` : null),
    ],
    ["successor", lifecycle?.successor ?? null],
    ["access", lifecycle?.access ?? null],
    ["apis", apis && joined(Object.entries(apis).flatMap(([api, has]) => (has ? [api] : [])))],
    ["on demand in", joined(details.on_demand.regions)],
    ["mantle in", joined(details.mantle_regions)],
    ["context window", limits && `${limits.context_window} tokens`],
    ["max output", limits && `${limits.max_output_tokens} tokens`],
    ["input", modalities && [...modalities.input, ...(modalities.pdf ? ["pdf"] : [])].join(", ")],
    ["data retention", details.data_retention],
  ];
}

function parameterFacts({ parameters, limits }: Details): [string, string | null][] {
  if (parameters === null) return [];
  const { thinking, effort, sampling, count_tokens: count } = parameters;
  return [
    ["thinking", thinkingText(thinking)],
    [
      "effort",
      effort.levels.length === 0 ? "no" : `${effort.levels.join(", ")} (default ${effort.default ?? "?"})`,
    ],
    ["sampling", sampling && SAMPLING[sampling.kind]],
    ["forced tools", parameters.forced_tool_choice],
    ["prefill", yesNo(parameters.prefill)],
    ["schema output", yesNo(parameters.structured_output)],
    ["cache", `${parameters.cache_ttls.join(", ")}; from ${limits?.cache_min_tokens ?? "?"} tokens`],
    ["count tokens", joined([...(count.runtime ? ["runtime"] : []), ...(count.mantle ? ["mantle"] : [])])],
    ["batch", yesNo(parameters.batch)],
    ["service tiers", joined(parameters.service_tiers)],
  ];
}

const SAMPLING = {
  free: "temperature, top_p, top_k",
  either: "temperature or top_p, not both",
  pinned: "fixed values only",
  rejected: "none is taken",
} as const;

function thinkingText({
  mode,
  on_by_default,
  can_disable,
}: NonNullable<Details["parameters"]>["thinking"]): string {
  if (mode === "none") return "no";
  const notes = [
    on_by_default ? "on by default" : "off by default",
    ...(can_disable ? [] : ["cannot be switched off"]),
  ];
  return `${mode.replaceAll("_", " ")} (${notes.join(", ")})`;
}

function profileFacts(profile: Details["profiles"][number]): [string, string | null][] {
  const { geo, standing, callable_here: isCallable } = profile;
  return [
    ["profile", profile.id],
    ["  standing", STANDINGS[standing]],
    ["  callable here", yesNo(isCallable)],
    ["  from", profile.source_regions?.join(" ") ?? "not known"],
    ["  to", geo === "global" ? "any of them" : (profile.destination_regions?.join(" ") ?? null)],
  ];
}

const STANDINGS = {
  listed: "listed by AWS",
  catalog: "in the catalog",
  conflict: "published by Anthropic and not by AWS",
} as const;

/** USD per million tokens. */
function priceFacts({ prices }: Details): [string, string | null][] {
  return (prices ?? []).flatMap(({ route, price, long_prompt: long }): [string, string | null][] => [
    [`price ${route}`, price && priceText(price)],
    ...(long?.price
      ? [[`  prompt above ${long.above_tokens}`, priceText(long.price)] as [string, string]]
      : []),
  ]);
}

function priceText({
  input,
  output,
  cache_read: read,
  cache_write_5m: write,
  cache_write_1h: longWrite,
}: ModelPrice) {
  const parts = [`$${input} in`, `$${output} out`];
  if (read !== null) parts.push(`$${read} cache read`);
  if (write !== null) parts.push(`$${write} cache write`);
  if (longWrite !== null) parts.push(`$${longWrite} 1h cache write`);
  return `${parts.join(", ")} per million tokens`;
}

function liveFacts({ live, catalog_as_of }: Details): [string, string | null][] {
  if (live === null) return [["source", `the catalog of ${catalog_as_of}; AWS was not asked`]];
  const { availability } = live;
  return [
    ["live state", `of ${live.fetched_at} in ${live.region}`],
    ["listed", live.is_listed ? `yes, ${live.lifecycle ?? "?"}` : "no"],
    ["called by", joined(live.inference_types)],
    ["own profiles", joined(live.application_profiles)],
    ["agreement", availability?.agreement ?? null],
    ["authorization", availability?.authorization ?? null],
    ["entitlement", availability?.entitlement ?? null],
    ["in region", availability?.region ?? null],
  ];
}

function joined(words: readonly string[] | null): string | null {
  return words === null || words.length === 0 ? null : words.join(", ");
}

function yesNo(value: boolean | null): string | null {
  return value === null ? null : value ? "yes" : "no";
}
