// Anthropic's own stream of events (in InvokeModel's frames and in SSE) and its non-streaming reply, as ReplyEvents.
import type { ContentBlock } from "../messages.ts";
import type { ReplyEvent } from "../reply.ts";
import { failedReply } from "./failed-reply.ts";
import { asArray, asNumber, asObject, asString, type JsonObject } from "./json.ts";
import { headerUsage, invocationMetricsUsage, messagesUsage } from "./usage.ts";

/** The HTTP head of an answer; header names in lower case. */
export interface ReplyHead {
  requestId: string | null;
  headers: Readonly<Record<string, string>>;
}

const NO_HEAD: ReplyHead = { requestId: null, headers: {} };

/**
 * Events of the Messages stream, in order, until `message_stop`. A ping and an event without a type are skipped; one
 * that is not known becomes `unknown`. Throws ReplyFailure on an `error` event.
 */
export async function* fromMessagesEvents(
  events: AsyncIterable<unknown>,
  head: ReplyHead = NO_HEAD,
): AsyncGenerator<ReplyEvent> {
  for await (const item of events) {
    const event = asObject(item);
    if (event === null || typeof event["type"] !== "string") continue;
    yield* eventsOf(event, head);
    if (event["type"] === "message_stop") return;
    // A guardrail that reads along may speak up in any event.
    if (event["amazon-bedrock-guardrailAction"] === "INTERVENED") yield* metricsOf(event, NO_HEAD);
  }
}

/**
 * The events of a non-streaming Messages reply. Throws ReplyFailure where the body is an error in spite of its 200, and
 * CbrError `not_bedrock` where it is no reply at all.
 */
export function* fromMessagesReply(json: unknown, head: ReplyHead = NO_HEAD): Generator<ReplyEvent> {
  const reply = asObject(json);
  if (reply === null || reply["type"] === "error" || !Array.isArray(reply["content"]))
    throw failedReply(reply, "Messages");
  yield startOf(reply, head);
  for (const [index, block] of reply["content"].entries()) {
    const content = asObject(block);
    if (content === null) continue;
    yield* openBlock(index, content, { isWhole: true });
    yield { type: "block-stop", index };
  }
  yield stopOf(reply, reply["usage"]);
  yield* metricsOf(reply, head);
  yield { type: "end" };
}

function* eventsOf(event: JsonObject, head: ReplyHead): Generator<ReplyEvent> {
  const index = asNumber(event["index"]) ?? 0;
  switch (event["type"]) {
    case "message_start":
      yield startOf(asObject(event["message"]) ?? {}, head);
      break;
    case "content_block_start":
      yield* openBlock(index, asObject(event["content_block"]) ?? {}, { isWhole: false });
      break;
    case "content_block_delta":
      yield deltaOf(index, asObject(event["delta"]) ?? {});
      break;
    case "content_block_stop":
      yield { type: "block-stop", index };
      break;
    case "message_delta":
      yield stopOf(asObject(event["delta"]) ?? {}, event["usage"]);
      yield* metricsOf(event, NO_HEAD);
      break;
    case "message_stop":
      yield* metricsOf(event, head);
      yield { type: "end" };
      break;
    case "ping":
      break;
    case "error":
      throw failedReply(event, "Messages");
    default:
      yield { type: "unknown", kind: String(event["type"]) };
  }
}

function startOf(message: JsonObject, head: ReplyHead): ReplyEvent {
  return {
    type: "start",
    requestId: head.requestId,
    id: asString(message["id"]),
    model: asString(message["model"]),
    usage: messagesUsage(message["usage"]),
  };
}

/** A block opens empty: what it already holds follows as deltas, so that readers know one way only. */
function* openBlock(
  index: number,
  raw: JsonObject,
  { isWhole }: { isWhole: boolean },
): Generator<ReplyEvent> {
  switch (raw["type"]) {
    case "text": {
      const { text, citations, ...rest } = raw;
      yield { type: "block-start", index, block: { ...rest, type: "text", text: "" } };
      for (const citation of asArray(citations)) yield { type: "citation", index, citation };
      if (typeof text === "string" && text !== "") yield { type: "text-delta", index, text };
      return;
    }
    case "thinking": {
      const { thinking, signature } = raw;
      yield { type: "block-start", index, block: { type: "thinking", thinking: "", signature: "" } };
      if (typeof thinking === "string" && thinking !== "") yield { type: "thinking-delta", index, thinking };
      if (typeof signature === "string" && signature !== "") {
        yield { type: "signature-delta", index, signature };
      }
      return;
    }
    case "tool_use": {
      yield { type: "block-start", index, block: { ...raw, input: {} } as unknown as ContentBlock };
      const hasInput = Object.keys(asObject(raw["input"]) ?? {}).length > 0;
      if (isWhole || hasInput) {
        yield { type: "tool-input-delta", index, json: JSON.stringify(raw["input"] ?? {}) };
      }
      return;
    }
    case "redacted_thinking":
      yield { type: "block-start", index, block: raw as unknown as ContentBlock };
      return;
    default:
      yield { type: "block-start", index, block: { type: "other", raw } };
  }
}

function deltaOf(index: number, delta: JsonObject): ReplyEvent {
  switch (delta["type"]) {
    case "text_delta":
      return { type: "text-delta", index, text: asString(delta["text"]) ?? "" };
    case "thinking_delta":
      return { type: "thinking-delta", index, thinking: asString(delta["thinking"]) ?? "" };
    case "signature_delta":
      return { type: "signature-delta", index, signature: asString(delta["signature"]) ?? "" };
    case "input_json_delta":
      return { type: "tool-input-delta", index, json: asString(delta["partial_json"]) ?? "" };
    case "citations_delta":
      return { type: "citation", index, citation: delta["citation"] };
    default:
      return { type: "unknown", kind: asString(delta["type"]) ?? "delta" };
  }
}

function stopOf(delta: JsonObject, usage: unknown): ReplyEvent {
  return {
    type: "stop",
    stopReason: asString(delta["stop_reason"]),
    stopSequence: asString(delta["stop_sequence"]),
    usage: messagesUsage(usage),
    details: delta["stop_details"] ?? null,
  };
}

function* metricsOf(event: JsonObject, head: ReplyHead): Generator<ReplyEvent> {
  const metrics = invocationMetricsUsage(event["amazon-bedrock-invocationMetrics"]);
  const counted = headerUsage(head.headers);
  const usage = metrics === null && counted === null ? null : { ...counted, ...metrics };
  const guardrailAction = asString(event["amazon-bedrock-guardrailAction"]);
  const trace = event["amazon-bedrock-trace"] ?? null;
  if (usage === null && guardrailAction === null && trace === null) return;
  yield { type: "metrics", usage, guardrailAction, trace };
}
