// The object that `--output-format json` prints: the contract with scripts.
import type { Api } from "./claude.ts";
import type { ContentBlock, Usage } from "./messages.ts";
import type { Reply } from "./reply.ts";

export interface ResultFacts {
  modelId: string;
  geo: string | null;
  region: string;
  api: Api;
  cost: Record<string, unknown> | null;
  firstTokenMs: number | null;
  totalMs: number;
  warnings: readonly { code: string; message: string }[];
  /** With `--schema`: the validated data. */
  data?: unknown;
}

/** A reply as the `result` object. */
export function resultObject(reply: Reply, facts: ResultFacts): Record<string, unknown> {
  return {
    type: "result",
    text: reply.text,
    content: reply.content.map(plain),
    stop_reason: reply.stopReason,
    stop_sequence: reply.stopSequence,
    ...(reply.stopDetails !== null && { stop_details: reply.stopDetails }),
    id: reply.id,
    model: reply.model,
    model_id: facts.modelId,
    geo: facts.geo,
    region: facts.region,
    api: facts.api,
    request_id: reply.requestId,
    usage: reply.usage satisfies Usage | null,
    cost: facts.cost,
    timing: {
      first_token_ms: facts.firstTokenMs === null ? null : Math.round(facts.firstTokenMs),
      total_ms: Math.round(facts.totalMs),
    },
    ...(reply.guardrailAction !== null && { guardrail_action: reply.guardrailAction }),
    ...(reply.trace !== null && { trace: reply.trace }),
    warnings: facts.warnings,
    ...(facts.data !== undefined && { data: facts.data }),
  };
}

function plain(block: ContentBlock): unknown {
  return block.type === "other" ? block.raw : block;
}
