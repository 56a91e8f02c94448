// What a session stores of a reply besides its content, and the title that a prompt gives it.
import type { RecordHead } from "../core/conversation.ts";
import type { ContentBlock, Json } from "../core/messages.ts";
import type { Reply } from "../core/reply.ts";

/** What is known of a reply besides what Claude said. Stored as it is given. */
export interface ReplyFacts {
  modelId: string;
  geo?: string | null;
  region?: string | null;
  api?: string | null;
  cost?: { usd: number; [key: string]: Json } | null;
}

/** A reply as its record has it, without what is not known. */
export function replyFields(reply: Partial<Reply>, facts: ReplyFacts): RecordHead {
  const fields = {
    id: reply.id,
    model: reply.model,
    model_id: facts.modelId,
    geo: facts.geo,
    region: facts.region,
    api: facts.api,
    request_id: reply.requestId,
    stop_reason: reply.stopReason,
    stop_sequence: reply.stopSequence,
    guardrail_action: reply.guardrailAction,
    usage: reply.usage,
    cost: facts.cost,
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** The first line of the prompt proper, which is the last text block. */
export function titleOf(content: string | readonly ContentBlock[]): string {
  const text =
    typeof content === "string"
      ? content
      : (content.findLast((block) => block.type === "text") as { text: string } | undefined)?.text;
  const line = text?.split("\n").find((candidate) => candidate.trim() !== "") ?? "";
  const plain = line.replace(/\s+/g, " ").trim();
  return plain.length > 80 ? `${plain.slice(0, 79).toWellFormed()}…` : plain;
}
