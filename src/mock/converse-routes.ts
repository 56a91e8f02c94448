import { type Answer, type Block, idOf } from "./answer.ts";
import {
  type BedrockOptions,
  blockedAnswer,
  converseOptions,
  guardrailTrace,
  isBlocked,
} from "./bedrock-options.ts";
import { fromConverse } from "./converse-request.ts";
import { type EventEncoder, kindOf, type MessageEvent } from "./events.ts";
import { converseFrame, encodeFrame, errorFrame, eventFrame, exceptionFrame } from "./frames.ts";
import { answerTo, streamReply } from "./inference.ts";
import { runtimeModel } from "./model-checks.ts";
import { replyName } from "./models.ts";
import { checkPrompt, parseBody } from "./prompt-checks.ts";
import {
  jsonReply,
  type MockReply,
  type MockRequest,
  type MockRoute,
  pathParam,
  validationError,
} from "./routes.ts";
import { type Fields, RuleViolation } from "./rules/violation.ts";
import type { MockUsage } from "./usage.ts";

export const CONVERSE_ROUTES: MockRoute[] = [
  {
    method: "POST",
    pattern: /^\/model\/([^/]+)\/converse$/,
    action: "bedrock:InvokeModel",
    service: "bedrock",
    handle: (request) => converse(request, "whole"),
  },
  {
    method: "POST",
    pattern: /^\/model\/([^/]+)\/converse-stream$/,
    action: "bedrock:InvokeModelWithResponseStream",
    service: "bedrock",
    handle: (request) => converse(request, "stream"),
  },
];

const BODY_BYTES = 25_000_000;

function converse(request: MockRequest, form: "whole" | "stream"): MockReply {
  const modelId = pathParam(request);
  const { model } = runtimeModel(modelId, "converse", request.auth);
  const asked = parseBody(request, BODY_BYTES, () =>
    validationError("Input is too long for requested model."),
  );
  const options = converseOptions(asked, model);
  const { body, betas } = fromConverse(asked, model);
  try {
    checkPrompt(request, body, { model, modelId, api: "converse", betas });
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    throw validationError(`The model returned the following errors: ${error.message}`);
  }
  const blocked = isBlocked(options, body);
  const answer = blocked
    ? { ...blockedAnswer(replyName(model), body), stopReason: "guardrail_intervened" }
    : answerTo(request, body, { model, modelId, name: replyName(model) });
  const closing = closingFields(answer, options, blocked);
  const stop = stopFields(answer, asked["additionalModelResponseFieldPaths"]);
  if (form === "whole") return jsonReply(converseJson(answer, { ...closing, ...stop }));
  return streamReply(request, answer, converseEncoder(answer, closing, stop), {});
}

/** What of the model's own reply was asked for, of the one field that clients ask for. */
function stopFields({ stopSequence }: Answer, paths: unknown): Fields {
  const isAsked = Array.isArray(paths) && paths.includes("/stop_sequence");
  return isAsked ? { additionalModelResponseFields: { stop_sequence: stopSequence } } : {};
}

function closingFields(answer: Answer, options: BedrockOptions, blocked: boolean): Fields {
  return {
    metrics: { latencyMs: 812 },
    ...(options.latency !== null && { performanceConfig: { latency: options.latency } }),
    ...(options.serviceTier !== null && { serviceTier: { type: options.serviceTier } }),
    ...(options.guardrail && options.trace && { trace: { guardrail: guardrailTrace(options, blocked) } }),
    ...(answer.usage && { usage: converseUsage(answer.usage) }),
  };
}

function converseUsage(usage: MockUsage): Fields {
  const { input_tokens: input, output_tokens: output } = usage;
  const read = usage.cache_read_input_tokens;
  const written = usage.cache_creation_input_tokens;
  const details = (["5m", "1h"] as const)
    .map((ttl) => ({ inputTokens: usage.cache_creation[`ephemeral_${ttl}_input_tokens`], ttl }))
    .filter((detail) => detail.inputTokens > 0);
  return {
    ...(details.length > 0 && { cacheDetails: details }),
    cacheReadInputTokenCount: read,
    cacheReadInputTokens: read,
    cacheWriteInputTokenCount: written,
    cacheWriteInputTokens: written,
    inputTokens: input,
    outputTokens: output,
    serverToolUsage: {},
    totalTokens: input + output + read + written,
  };
}

function converseJson(answer: Answer, closing: Fields): Fields {
  const fields: Fields = {
    ...closing,
    output: { message: { content: answer.content.map(converseBlock), role: "assistant" } },
    stopReason: answer.stopReason,
  };
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function converseBlock(block: Block): Fields {
  switch (block.type) {
    case "text":
      return { text: block["text"] };
    case "thinking":
      return {
        reasoningContent: { reasoningText: { signature: block["signature"], text: block["thinking"] } },
      };
    case "redacted_thinking":
      return { reasoningContent: { redactedContent: Buffer.from(String(block["data"])).toString("base64") } };
    case "tool_use":
      return { toolUse: { input: block["input"], name: block["name"], toolUseId: toolUseId(block) } };
    default:
      return block;
  }
}

/** Converse's ids begin otherwise; those of a script stay as they are. */
function toolUseId(block: Block): string {
  const id = String(block["id"]);
  return id.startsWith("toolu_bdrk_") ? idOf("tooluse_", id) : id;
}

/** Frames of ConverseStream. Text and reasoning have no start event; the metadata come after the stop. */
function converseEncoder(answer: Answer, closing: Fields, stop: Fields): EventEncoder {
  let count = 0;
  const frame = (type: string, payload: Fields) => converseFrame(type, payload, count++);
  return {
    contentType: "application/vnd.amazon.eventstream",
    encode(event) {
      const kind = kindOf(event);
      const frames = converseEvents(event, closing).map(([type, payload]) => frame(type, payload));
      return frames.map((bytes) => ({ bytes, kind }));
    },
    exception: exceptionFrame,
    error: errorFrame,
    unknown: () =>
      Buffer.concat([
        eventFrame("somethingNew", '{"what":"an event of tomorrow"}'),
        frame("contentBlockDelta", { contentBlockIndex: 0, delta: { aroma: "pine" } }),
      ]),
    badJson: () =>
      encodeFrame(
        [
          [":event-type", "contentBlockDelta"],
          [":content-type", "application/json"],
          [":message-type", "event"],
        ],
        Buffer.from('{"contentBlockIndex":0,"del'),
      ),
  };
  function converseEvents(event: MessageEvent, last: Fields): [string, Fields][] {
    const contentBlockIndex = event["index"];
    switch (event.type) {
      case "message_start":
        return [["messageStart", { role: "assistant" }]];
      case "content_block_start": {
        const block = event["content_block"] as Block;
        if (block.type === "tool_use") {
          const toolUse = { name: block["name"], toolUseId: toolUseId(block), type: "tool_use" };
          return [["contentBlockStart", { contentBlockIndex, start: { toolUse } }]];
        }
        if (block.type !== "redacted_thinking") return [];
        return [["contentBlockDelta", { contentBlockIndex, delta: converseBlock(block) }]];
      }
      case "content_block_delta": {
        const delta = converseDelta(event["delta"] as Fields);
        return delta ? [["contentBlockDelta", { contentBlockIndex, delta }]] : [];
      }
      case "content_block_stop":
        return [["contentBlockStop", { contentBlockIndex }]];
      case "message_delta":
        return [["messageStop", { ...stop, stopReason: (event["delta"] as Fields)["stop_reason"] }]];
      case "message_stop":
        return answer.usage === null ? [] : [["metadata", last]];
      default:
        return [];
    }
  }
}

function converseDelta(delta: Fields): Fields | null {
  switch (delta["type"]) {
    case "text_delta":
      return { text: delta["text"] };
    case "thinking_delta":
      return { reasoningContent: { text: delta["thinking"] } };
    case "signature_delta":
      return { reasoningContent: { signature: delta["signature"] } };
    case "input_json_delta":
      return { toolUse: { input: delta["partial_json"] } };
    default:
      return null;
  }
}
