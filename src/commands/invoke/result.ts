import type { Context } from "../../cli/context.ts";
import { cacheTtlIn } from "../../core/cache.ts";
import type { Usage } from "../../core/messages.ts";
import { resultObject } from "../../core/result.ts";
import { type Cost, costOf, roundMoney } from "../../models/prices.ts";
import type { Answer } from "./ask.ts";

/** What answers cost together, each by its own route and length; null where the usage or price of one is not known. */
export function costOfAnswers(answers: readonly Answer[]): Cost | null {
  return answers.map(costOfAnswer).reduce(addCosts);
}

function costOfAnswer({ reply, by: { request, route } }: Answer): Cost | null {
  return costOf(route.model, route.geo, reply.usage, {
    region: request.region,
    serviceTier: request.serviceTier,
    cacheTtl: cacheTtlIn(request.body),
  });
}

/** The tokens of all answers; null where one tells none. */
export function usageOfAnswers(answers: readonly Answer[]): Usage | null {
  return answers.map(({ reply }) => reply.usage).reduce(addUsage);
}

function addCosts(a: Cost | null, b: Cost | null): Cost | null {
  if (a === null || b === null) return null;
  return {
    usd: roundMoney(a.usd + b.usd),
    input: roundMoney(a.input + b.input),
    output: roundMoney(a.output + b.output),
    cache_read: roundMoney(a.cache_read + b.cache_read),
    cache_write: roundMoney(a.cache_write + b.cache_write),
    prices_as_of: a.prices_as_of,
  };
}

function addUsage(a: Usage | null, b: Usage | null): Usage | null {
  if (a === null || b === null) return null;
  const [c, d] = [a.cache_creation, b.cache_creation];
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cache_read_input_tokens: a.cache_read_input_tokens + b.cache_read_input_tokens,
    cache_creation_input_tokens: a.cache_creation_input_tokens + b.cache_creation_input_tokens,
    ...(c &&
      d && {
        cache_creation: {
          ephemeral_5m_input_tokens: c.ephemeral_5m_input_tokens + d.ephemeral_5m_input_tokens,
          ephemeral_1h_input_tokens: c.ephemeral_1h_input_tokens + d.ephemeral_1h_input_tokens,
        },
      }),
  };
}

/** The object that JSON output prints. */
export function resultOf(
  context: Context,
  answer: Answer,
  cost: Cost | null,
  data?: unknown,
): Record<string, unknown> {
  const { request, route } = answer.by;
  return resultObject(answer.reply, {
    modelId: request.modelId,
    geo: route.geo,
    region: request.region,
    api: request.api,
    cost: cost as Record<string, unknown> | null,
    firstTokenMs: answer.firstTokenMs,
    totalMs: answer.totalMs,
    warnings: context.report.warnings,
    ...(data !== undefined && { data }),
  });
}
