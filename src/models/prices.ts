// What a call costs by the route it takes. An unknown price makes the whole cost null, never 0.
import type { Usage } from "../core/messages.ts";
import { CATALOG, type CatalogModel, type ModelPrice } from "./catalog.ts";

/** USD. */
export interface Cost {
  usd: number;
  input: number;
  output: number;
  cache_read: number;
  cache_write: number;
  /** The day the prices were gathered, ISO. */
  prices_as_of: string;
}

export interface CostOptions {
  /** The region called: a bare id in GovCloud has GovCloud's price. */
  region?: string | undefined;
  /** The lifetime of cache writes the service does not tell apart. Default 5m. */
  cacheTtl?: "5m" | "1h" | undefined;
  /** Anything but `default` has prices of its own, which are not published. */
  serviceTier?: string | undefined;
}

/** Tokens of a request, counted before it is sent. */
export interface PlannedTokens {
  input: number;
  maxTokens: number;
}

/**
 * The cost of a finished call; null when the model, the route (`geo` null) or any price needed is unknown.
 * List price for `global`; geo profiles, bare ids and mantle (`none`) pay the model's premium, GovCloud its own.
 */
export function costOf(
  model: CatalogModel | null,
  geo: string | null,
  usage: Usage | null,
  options: CostOptions = {},
): Cost | null {
  if (model === null || usage === null) return null;
  const prompt = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  const price = priceOf(model, geo, { ...options, promptTokens: prompt });
  if (price === null) return null;
  const split = usage.cache_creation;
  const hours = split?.ephemeral_1h_input_tokens ?? 0;
  const minutes = split?.ephemeral_5m_input_tokens ?? 0;
  const rest = Math.max(0, usage.cache_creation_input_tokens - hours - minutes);
  const isHourly = options.cacheTtl === "1h";
  const parts = {
    input: charge(usage.input_tokens, price.input),
    output: charge(usage.output_tokens, price.output),
    cache_read: charge(usage.cache_read_input_tokens, price.cache_read),
    cache_write: sum(
      charge(minutes + (isHourly ? 0 : rest), price.cache_write_5m),
      charge(hours + (isHourly ? rest : 0), price.cache_write_1h),
    ),
  };
  const { input, output, cache_read, cache_write } = parts;
  const usd = sum(sum(input, output), sum(cache_read, cache_write));
  if (usd === null || input === null || output === null || cache_read === null || cache_write === null)
    return null;
  return { usd, input, output, cache_read, cache_write, prices_as_of: CATALOG.as_of };
}

/**
 * The most a call can cost, in USD: the whole prompt at its dearest (a cache write where `cacheTtl` is set) and an
 * answer of `maxTokens`. null when a price is unknown.
 */
export function worstCost(
  model: CatalogModel | null,
  geo: string | null,
  tokens: PlannedTokens,
  options: CostOptions = {},
): number | null {
  const price = priceOf(model, geo, { ...options, promptTokens: tokens.input });
  if (price === null) return null;
  const write = options.cacheTtl === "1h" ? price.cache_write_1h : price.cache_write_5m;
  if (options.cacheTtl !== undefined && write === null) return null;
  const dearest = options.cacheTtl === undefined ? price.input : Math.max(price.input, write ?? 0);
  return sum(charge(tokens.input, dearest), charge(tokens.maxTokens, price.output));
}

/** USD per million tokens on a route, premium and long-prompt tier included; null when not known. */
export function priceOf(
  model: CatalogModel | null,
  geo: string | null,
  options: CostOptions & { promptTokens?: number } = {},
): ModelPrice | null {
  if (model === null || geo === null) return null;
  if (options.serviceTier !== undefined && options.serviceTier !== "default") return null;
  const factor = premium(model, geo, options.region);
  const isLong = model.long_prompt !== null && (options.promptTokens ?? 0) > model.long_prompt.above_tokens;
  const list = isLong ? (model.long_prompt?.price ?? null) : model.price;
  if (list === null || factor === null) return null;
  const times = (price: number | null) => (price === null ? null : roundMoney(price * factor));
  return {
    input: roundMoney(list.input * factor),
    output: roundMoney(list.output * factor),
    cache_read: times(list.cache_read),
    cache_write_5m: times(list.cache_write_5m),
    cache_write_1h: times(list.cache_write_1h),
  };
}

/** Adds what binary fractions lose: 0.000145, not 0.00014500000000000003. */
export function roundMoney(usd: number): number {
  return Number(usd.toFixed(12));
}

function premium(model: CatalogModel, geo: string, region: string | undefined): number | null {
  const isGov = geo === "us-gov" || (geo === "none" && region?.startsWith("us-gov-") === true);
  if (isGov) return model.gov_premium;
  return geo === "global" ? 1 : model.geo_premium;
}

/** No tokens cost nothing, whatever the price. */
function charge(tokens: number, price: number | null): number | null {
  if (tokens === 0) return 0;
  return price === null ? null : roundMoney((tokens * price) / 1_000_000);
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : roundMoney(a + b);
}
