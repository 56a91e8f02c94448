// Token counts in their four spellings, as Messages usage. What a source does not tell stays absent, never 0.
import type { Usage } from "../messages.ts";
import { asNumber, asObject, type JsonObject } from "./json.ts";

type CountName = "input_tokens" | "output_tokens" | "cache_read_input_tokens" | "cache_creation_input_tokens";
type Spelling = Readonly<Record<CountName, readonly string[]>>;

const MESSAGES: Spelling = {
  input_tokens: ["input_tokens"],
  output_tokens: ["output_tokens"],
  cache_read_input_tokens: ["cache_read_input_tokens"],
  cache_creation_input_tokens: ["cache_creation_input_tokens"],
};
const METRICS: Spelling = {
  input_tokens: ["inputTokenCount"],
  output_tokens: ["outputTokenCount"],
  cache_read_input_tokens: ["cacheReadInputTokenCount"],
  cache_creation_input_tokens: ["cacheWriteInputTokenCount"],
};
const HEADERS: Spelling = {
  input_tokens: ["x-amzn-bedrock-input-token-count"],
  output_tokens: ["x-amzn-bedrock-output-token-count"],
  cache_read_input_tokens: ["x-amzn-bedrock-cache-read-input-token-count"],
  cache_creation_input_tokens: ["x-amzn-bedrock-cache-write-input-token-count"],
};
const CONVERSE: Spelling = {
  input_tokens: ["inputTokens"],
  output_tokens: ["outputTokens"],
  cache_read_input_tokens: ["cacheReadInputTokens", "cacheReadInputTokenCount"],
  cache_creation_input_tokens: ["cacheWriteInputTokens", "cacheWriteInputTokenCount"],
};

/** The `usage` of a Messages reply or event. */
export function messagesUsage(value: unknown): Partial<Usage> | null {
  const split = asObject(asObject(value)?.["cache_creation"]);
  const short = asNumber(split?.["ephemeral_5m_input_tokens"]);
  const long = asNumber(split?.["ephemeral_1h_input_tokens"]);
  const usage = counts(asObject(value), MESSAGES);
  if (usage === null || (short === null && long === null)) return usage;
  const cache_creation = { ephemeral_5m_input_tokens: short ?? 0, ephemeral_1h_input_tokens: long ?? 0 };
  return { ...usage, cache_creation };
}

/** `amazon-bedrock-invocationMetrics` of the last event of an InvokeModel stream. */
export function invocationMetricsUsage(value: unknown): Partial<Usage> | null {
  return counts(asObject(value), METRICS);
}

/** The `x-amzn-bedrock-*-token-count` headers, names in lower case. */
export function headerUsage(headers: Readonly<Record<string, string>>): Partial<Usage> | null {
  const numbers = Object.entries(headers).map(([name, text]) => [
    name.toLowerCase(),
    /^\d{1,15}$/.test(text) ? Number(text) : null,
  ]);
  return counts(Object.fromEntries(numbers), HEADERS);
}

/** The `usage` of a Converse reply or metadata event; `cacheDetails` gives the split by lifetime. */
export function converseUsage(value: unknown): Partial<Usage> | null {
  const usage = counts(asObject(value), CONVERSE);
  const details = asObject(value)?.["cacheDetails"];
  if (usage === null || !Array.isArray(details) || details.length === 0) return usage;
  const written = { "5m": 0, "1h": 0 };
  for (const detail of details.map(asObject)) {
    const ttl = detail?.["ttl"] === "1h" ? "1h" : "5m";
    written[ttl] += asNumber(detail?.["inputTokens"]) ?? 0;
  }
  const cache_creation = {
    ephemeral_5m_input_tokens: written["5m"],
    ephemeral_1h_input_tokens: written["1h"],
  };
  return { ...usage, cache_creation };
}

function counts(source: JsonObject | null, spelling: Spelling): Partial<Usage> | null {
  const usage: Partial<Usage> = {};
  for (const name of Object.keys(spelling) as CountName[]) {
    const count = spelling[name].map((key) => asNumber(source?.[key])).find((found) => found !== null);
    if (count !== undefined && count !== null) usage[name] = count;
  }
  return Object.keys(usage).length === 0 ? null : usage;
}
