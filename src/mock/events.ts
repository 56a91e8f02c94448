// An answer as the events of the Messages API, and as the two stream formats that carry them.
import type { Answer, Block } from "./answer.ts";
import type { EncodedEvent, Encoder } from "./faults.ts";
import { chunkFrame, encodeFrame, errorFrame, eventFrame, exceptionFrame } from "./frames.ts";
import { type MockUsage, tokensOf } from "./usage.ts";

export type MessageEvent = Record<string, unknown> & { type: string };

/** The events of `answer`, in the key order of the service's newer streams. */
export function* messageEvents(answer: Answer): Generator<MessageEvent> {
  const usage = answer.usage;
  yield {
    type: "message_start",
    message: {
      model: answer.model,
      id: answer.id,
      type: "message",
      role: "assistant",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(usage && { usage: { ...usage, output_tokens: 1 } }),
    },
  };
  for (const [index, block] of answer.content.entries()) {
    yield { type: "content_block_start", index, content_block: emptied(block) };
    for (const delta of deltasOf(block, answer.pieces[index] ?? [])) {
      yield { type: "content_block_delta", index, delta };
    }
    yield { type: "content_block_stop", index };
  }
  yield {
    type: "message_delta",
    delta: { stop_reason: answer.stopReason, stop_sequence: answer.stopSequence },
    ...(usage && { usage: { output_tokens: usage.output_tokens } }),
  };
  yield { type: "message_stop", ...answer.extra };
}

function emptied(block: Block): Block {
  switch (block.type) {
    case "text":
      return { ...block, text: "" };
    case "thinking":
      return { ...block, thinking: "", signature: "" };
    case "tool_use":
      return { ...block, input: {} };
    default:
      return block;
  }
}

function* deltasOf(block: Block, pieces: readonly string[]): Generator<Record<string, unknown>> {
  for (const piece of pieces) {
    if (block.type === "text") yield { type: "text_delta", text: piece };
    if (block.type === "thinking") yield { type: "thinking_delta", thinking: piece };
    if (block.type === "tool_use") yield { type: "input_json_delta", partial_json: piece };
  }
  if (block.type === "thinking") yield { type: "signature_delta", signature: block["signature"] };
}

/** The whole message, as a call without a stream returns it. */
export function messageJson(answer: Answer): Record<string, unknown> {
  return {
    model: answer.model,
    id: answer.id,
    type: "message",
    role: "assistant",
    content: answer.content,
    stop_reason: answer.stopReason,
    stop_sequence: answer.stopSequence,
    ...(answer.usage && { usage: answer.usage }),
    ...answer.extra,
  };
}

/** What Bedrock adds to the last event of a stream. */
export function invocationMetrics(usage: MockUsage): Record<string, number> {
  return {
    inputTokenCount: usage.input_tokens,
    outputTokenCount: usage.output_tokens,
    invocationLatency: 812,
    firstByteLatency: 301,
    ...(usage.cache_read_input_tokens + usage.cache_creation_input_tokens > 0 && {
      cacheReadInputTokenCount: usage.cache_read_input_tokens,
      cacheWriteInputTokenCount: usage.cache_creation_input_tokens,
    }),
  };
}

/** How a transport writes one event; null where it has no word for it. */
export interface EventEncoder extends Encoder {
  encode(event: MessageEvent): EncodedEvent[];
}

export function kindOf(event: MessageEvent): EncodedEvent["kind"] {
  switch (event.type) {
    case "message_start":
      return "start";
    case "content_block_delta":
      return "content";
    case "message_delta":
      return "stop";
    default:
      return "other";
  }
}

/** How many tokens an event says, for pacing. */
export function tokensIn(event: MessageEvent): number {
  const delta = event["delta"] as { text?: string; thinking?: string; partial_json?: string } | undefined;
  return tokensOf(delta?.text ?? delta?.thinking ?? delta?.partial_json ?? "");
}

/** Event-stream frames of InvokeModelWithResponseStream. */
export function invokeEncoder(): EventEncoder {
  let count = 0;
  return {
    contentType: "application/vnd.amazon.eventstream",
    encode: (event) => [{ bytes: chunkFrame(JSON.stringify(event), count++), kind: kindOf(event) }],
    exception: exceptionFrame,
    error: errorFrame,
    unknown: () =>
      Buffer.concat([
        eventFrame("somethingNew", '{"what":"an event of tomorrow"}'),
        chunkFrame(JSON.stringify({ type: "telemetry", note: "nobody knows this type" }), count++),
        chunkFrame(
          JSON.stringify({
            type: "content_block_delta",
            index: 0,
            delta: { type: "aroma_delta", aroma: "pine" },
          }),
          count++,
        ),
        chunkFrame(JSON.stringify({ note: "no type at all" }), count++),
      ]),
    badJson: () =>
      encodeFrame(
        [
          [":event-type", "chunk"],
          [":content-type", "application/json"],
          [":message-type", "event"],
        ],
        Buffer.from('{"bytes":"eyJ0eXBlIjoi'),
      ),
  };
}

/** Server-sent events of the Messages APIs. */
export function sseEncoder(): EventEncoder {
  const sse = (type: string, data: string) => Buffer.from(`event: ${type}\ndata: ${data}\n\n`);
  const error = (type: string, message: string) =>
    sse("error", JSON.stringify({ type: "error", error: { type, message } }));
  return {
    contentType: "text/event-stream; charset=utf-8",
    encode: (event) => [{ bytes: sse(event.type, JSON.stringify(event)), kind: kindOf(event) }],
    exception: (name, payload) => error(SSE_ERRORS[name] ?? name, payload.message),
    error: (code, message) => error(code, message),
    unknown: () =>
      Buffer.concat([
        sse("something_new", '{"type":"something_new"}'),
        Buffer.from(": a comment\n\n"),
        sse("ping", '{"type":"ping"}'),
        sse(
          "content_block_delta",
          JSON.stringify({
            type: "content_block_delta",
            index: 0,
            delta: { type: "aroma_delta", aroma: "pine" },
          }),
        ),
      ]),
    badJson: () => sse("content_block_delta", '{"type":"content_block_del'),
  };
}

const SSE_ERRORS: Readonly<Record<string, string>> = {
  internalServerException: "api_error",
  modelStreamErrorException: "api_error",
  modelTimeoutException: "timeout_error",
  serviceUnavailableException: "overloaded_error",
  throttlingException: "rate_limit_error",
  validationException: "invalid_request_error",
};
