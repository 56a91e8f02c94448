import type { ClaudeRequest } from "../../core/claude.ts";
import { resultObject } from "../../core/result.ts";
import { costOf } from "../../models/prices.ts";
import type { Route } from "../../models/route.ts";
import type { Answer } from "./ask.ts";

/** The result object of an answer, and its cost in US dollars (null where a price is not known). */
export function resultOf(
  answer: Answer,
  request: ClaudeRequest,
  route: Route,
  warnings: readonly { code: string; message: string }[],
  data?: unknown,
): { object: Record<string, unknown>; costUsd: number | null } {
  const cost = answer.reply.usage === null ? null : costOf(route.model, route.geo, answer.reply.usage);
  return {
    costUsd: cost?.usd ?? null,
    object: resultObject(answer.reply, {
      modelId: request.modelId,
      geo: route.geo,
      region: request.region,
      api: request.api,
      cost: cost as Record<string, unknown> | null,
      firstTokenMs: answer.firstTokenMs,
      totalMs: answer.totalMs,
      warnings,
      ...(data !== undefined && { data }),
    }),
  };
}
