import type { Context } from "../../cli/context.ts";
import type { Usage } from "../../core/messages.ts";
import { resultObject } from "../../core/result.ts";
import { type Cost, costOf } from "../../models/prices.ts";
import type { Answer } from "./ask.ts";
import type { InvokeFlags } from "./command.ts";

/** What an answer cost; null where its usage or a price is not known. */
export function costOfAnswer(
  { reply, by }: Answer,
  flags: InvokeFlags,
  usage: Usage | null = reply.usage,
): Cost | null {
  if (usage === null) return null;
  return costOf(by.route.model, by.route.geo, usage, {
    region: by.request.region,
    serviceTier: by.request.serviceTier,
    ...(flags.cache !== undefined && { cacheTtl: flags.cache as "5m" | "1h" }),
  });
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
