// Counting input tokens before sending: what `cbr count`, `--max-cost` and the check of the context window rest on.
import { cacheTtlIn, estimateTokens } from "../core/cache.ts";
import type { ClaudeRequest, TokenCount } from "../core/claude.ts";
import { CbrError, ExitCode } from "../core/errors.ts";
import { CATALOG, type CatalogModel, isGenerallyOpen } from "../models/catalog.ts";
import { worstCost } from "../models/prices.ts";
import type { Route } from "../models/route.ts";
import type { Settings } from "../settings/settings.ts";
import type { Context } from "./context.ts";

export interface Counted extends TokenCount {
  /** Why it is an estimate; null where it is none. */
  reason: string | null;
  /** What the service answered in place of a count. */
  failure: unknown;
}

/** Counts by the service where it can count this model, else estimates and says why. Throws only when interrupted. */
export async function countInput(
  context: Context,
  settings: Settings,
  route: Route,
  request: ClaudeRequest,
): Promise<Counted> {
  const way = countingWay(route, request);
  if (way === null) return estimate(request, "no Bedrock API counts tokens for this model", null);
  try {
    const claude = await context.claude(settings, request.region);
    const input_tokens = await claude.countTokens(way.request, { signal: context.signal });
    return { input_tokens, method: way.method, reason: null, failure: null };
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    // A setting that must not be used (a token over plain HTTP) is no reason to guess instead.
    if (error instanceof CbrError && error.exitCode === ExitCode.usage) throw error;
    const failed = error instanceof Error ? error.message : String(error);
    const { model } = route;
    const isElsewhere = way.method === "mantle" && !isCountedBy(model, request.region);
    const why = `only bedrock-mantle counts the tokens of ${model?.name}, and it is not known to do so in ${request.region}`;
    return estimate(request, isElsewhere ? `${why}: ${failed}` : failed, error);
  }
}

/** Whether some API of `region` is known to count the tokens of `model`. */
function isCountedBy(model: CatalogModel | null, region: string): boolean {
  if (model === null) return false;
  const isOnMantle = model.count_tokens.mantle === true && model.mantle_regions?.includes(region) === true;
  return model.count_tokens.runtime === true || isOnMantle;
}

/** The newest model of the same family that can be counted from `region`. */
function countableIn(model: CatalogModel | null, region: string): CatalogModel | undefined {
  return CATALOG.models.find(
    (other) =>
      other.family === model?.family &&
      other.key !== model.key &&
      isGenerallyOpen(other) &&
      isCountedBy(other, region),
  );
}

function countingWay(
  { model }: Route,
  request: ClaudeRequest,
): { request: ClaudeRequest; method: "count_tokens" | "mantle" } | null {
  if (model === null) return null;
  if (model.count_tokens.runtime === true) {
    // CountTokens takes the bare foundation-model id only.
    return { request: { ...request, api: "invoke", modelId: model.base_id }, method: "count_tokens" };
  }
  if (model.count_tokens.mantle === true && model.mantle_id !== null) {
    return { request: { ...request, api: "mantle", modelId: model.mantle_id }, method: "mantle" };
  }
  return null;
}

function estimate(request: ClaudeRequest, reason: string, failure: unknown): Counted {
  const { messages, system, tools } = request.body;
  return {
    input_tokens: estimateTokens([messages, system ?? [], tools ?? []]),
    method: "estimate",
    reason,
    failure,
  };
}

function hintToCount(model: CatalogModel | null, region: string, failure: unknown): string {
  if (isCountedBy(model, region) && failure instanceof CbrError && failure.hint) return failure.hint;
  const other = countableIn(model, region);
  const example = other === undefined ? "" : `, such as \`-m ${other.alias}\``;
  return `drop \`--max-cost\`, or use a model whose tokens can be counted${example}`;
}

export interface SendGuards {
  /** `--max-cost` in US dollars. */
  maxCost: number | null;
  /** How often the request may be sent with an answer paid for: 2 with a schema, which allows one repair. */
  turns: number;
}

/**
 * Refuses what could cost more than allowed (`max_cost`) or cannot fit the window (`prompt_too_long`). Counts only when
 * one of the two is in question: counting is a request of its own.
 */
export async function guardSending(
  context: Context,
  settings: Settings,
  route: Route,
  request: ClaudeRequest,
  guards: SendGuards,
): Promise<void> {
  const window = route.model?.context_window ?? null;
  const rough = estimateTokens([request.body.messages, request.body.system ?? []]);
  const isNearWindow = window !== null && rough > window / 2;
  if (guards.maxCost === null && !isNearWindow) return;
  const count = await countInput(context, settings, route, request);
  const isCounted = count.method !== "estimate";
  if (count.failure instanceof CbrError && count.failure.code === "prompt_too_long") throw count.failure;
  if (window !== null && isCounted && count.input_tokens > window) {
    throw new CbrError("prompt_too_long", {
      message: `the prompt has ${count.input_tokens} tokens, more than the ${window} of ${route.model?.name}`,
    });
  }
  if (guards.maxCost === null) return;
  const limit = `$${guards.maxCost}`;
  if (!isCounted) {
    throw new CbrError("max_cost", {
      message: `the cost is unknown, so that \`--max-cost\` ${limit} cannot be kept: ${count.reason}`,
      hint: hintToCount(route.model, request.region, count.failure),
    });
  }
  const once = worstCost(
    route.model,
    route.geo,
    { input: count.input_tokens, maxTokens: request.body.max_tokens },
    {
      region: request.region,
      cacheTtl: cacheTtlIn(request.body),
      serviceTier: request.serviceTier,
    },
  );
  if (once === null) {
    throw new CbrError("max_cost", {
      message: `the price of this call is unknown, so that \`--max-cost\` ${limit} cannot be kept`,
      hint: "drop `--max-cost`, or name a model of the catalog",
    });
  }
  // A repair sends the prompt, the first answer and a complaint again.
  const again = worstCost(
    route.model,
    route.geo,
    { input: count.input_tokens + request.body.max_tokens + 1000, maxTokens: request.body.max_tokens },
    { region: request.region, serviceTier: request.serviceTier },
  );
  const worst = once + (guards.turns > 1 ? (again ?? Number.POSITIVE_INFINITY) : 0);
  if (worst > guards.maxCost) {
    throw new CbrError("max_cost", {
      message: `the call could cost $${worst.toFixed(4)} (${count.input_tokens} input tokens, up to ${request.body.max_tokens} out), more than \`--max-cost\` ${limit}`,
    });
  }
}
