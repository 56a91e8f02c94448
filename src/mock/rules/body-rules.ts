// What Claude on Bedrock refuses in a Messages body, in the service's words. Written from the service's behaviour and not
// from src/models: a wrong body must not pass because the program and the mock share a mistake.
import { inputTokens } from "../usage.ts";
import { checkBetas } from "./beta-rules.ts";
import { checkCacheControl } from "./cache-rules.ts";
import { checkMessages, checkSystem } from "./message-rules.ts";
import { checkOutputConfig, checkSampling, checkThinking } from "./reasoning-rules.ts";
import { checkTools } from "./tool-rules.ts";
import { type Fields, hasSchemaGate, isFields, type RuleContext, refuse } from "./violation.ts";

const COMMON_KEYS = [
  "max_tokens",
  "messages",
  "system",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "metadata",
];

const VERSIONS = ["bedrock-2023-05-31", "2026-10-21"];

/** Throws RuleViolation at the first thing in `body` that the model or the API does not take. */
export function checkBody(body: Fields, context: RuleContext): void {
  checkKeys(body, context);
  checkVersion(body, context);
  checkBetas(context);
  checkMaxTokens(body, context);
  checkMessages(body["messages"], body, context);
  checkSystem(body["system"]);
  checkStopSequences(body["stop_sequences"]);
  checkTools(body, context);
  checkThinking(body, context);
  checkOutputConfig(body, context);
  checkSampling(body, context);
  checkCacheControl(body, context);
  checkMetadata(body["metadata"], context);
  checkLength(body, context);
}

function checkKeys(body: Fields, context: RuleContext): void {
  const allowed = [...COMMON_KEYS];
  if (context.api === "invoke")
    allowed.push("anthropic_version", "anthropic_beta", "amazon-bedrock-guardrailConfig");
  if (context.api === "converse") allowed.push("anthropic_beta");
  if (context.api === "messages" || context.api === "mantle") allowed.push("model", "stream");
  if (
    context.betas.includes("context-management-2025-06-27") ||
    context.betas.some((b) => b.startsWith("compact-"))
  ) {
    allowed.push("context_management");
  }
  // Automatic caching came after the models with a version in their ARN.
  if (!/-v\d+(:\d+)?$/.test(context.model.base_id)) allowed.push("cache_control");
  for (const key of Object.keys(body)) {
    if (allowed.includes(key)) continue;
    if (hasSchemaGate(context)) {
      refuse(
        `Malformed input request: #: extraneous key [${key}] is not permitted, please reformat your input and try again.`,
      );
    }
    refuse(`${key}: Extra inputs are not permitted`);
  }
  const required = ["max_tokens", "messages", ...(context.api === "invoke" ? ["anthropic_version"] : [])];
  for (const key of required) {
    if (body[key] !== undefined) continue;
    if (hasSchemaGate(context)) {
      refuse(
        `Malformed input request: #: required key [${key}] not found, please reformat your input and try again.`,
      );
    }
    refuse(`${key}: Field required`);
  }
}

function checkVersion(body: Fields, context: RuleContext): void {
  if (context.api !== "invoke") return;
  const version = body["anthropic_version"];
  const isNew = version === "2026-10-21";
  const takesNew =
    context.model.thinking.mode === "adaptive" || context.model.thinking.mode === "adaptive_always";
  if (!VERSIONS.includes(String(version)) || (isNew && !takesNew)) refuse("Invalid API version");
}

function checkMaxTokens(body: Fields, context: RuleContext): void {
  const value = body["max_tokens"];
  if (typeof value !== "number" || !Number.isInteger(value)) {
    if (hasSchemaGate(context)) {
      refuse(
        `Malformed input request: #/max_tokens: expected type: Integer, found: ${foundType(value)}, please reformat your input and try again.`,
      );
    }
    refuse("max_tokens: Input should be a valid integer");
  }
  if (value < 1) {
    if (hasSchemaGate(context)) {
      refuse(
        `Malformed input request: #/max_tokens: ${value} is not greater or equal to 1, please reformat your input and try again.`,
      );
    }
    refuse("max_tokens: Input should be greater than or equal to 1");
  }
  const most = context.model.max_output_tokens;
  if (value > most) {
    refuse(
      `max_tokens: ${value} > ${most}, which is the maximum allowed number of output tokens for ${context.model.base_id}`,
    );
  }
}

function foundType(value: unknown): string {
  if (value === null) return "Null";
  if (Array.isArray(value)) return "JSONArray";
  return (
    { string: "String", number: "Double", boolean: "Boolean", object: "JSONObject" }[
      typeof value as string
    ] ?? "Null"
  );
}

function checkStopSequences(value: unknown): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) refuse("stop_sequences: Input should be a valid list");
  for (const [index, sequence] of value.entries()) {
    if (typeof sequence !== "string") refuse(`stop_sequences.${index}: Input should be a valid string`);
    if (sequence.trim() === "") refuse("stop_sequences: each stop sequence must contain non-whitespace");
  }
}

const METADATA_VALUE = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/;

function checkMetadata(value: unknown, context: RuleContext): void {
  if (value === undefined) return;
  if (!isFields(value)) refuse("metadata: Input should be a valid dictionary");
  for (const key of Object.keys(value)) {
    if (key !== "user_id") refuse(`metadata.${key}: Extra inputs are not permitted`);
  }
  const userId = value["user_id"];
  if (userId !== undefined && userId !== null && typeof userId !== "string") {
    refuse("metadata.user_id: Input should be a valid string");
  }
  // Runtime's Messages endpoint passes it on as request metadata, which takes less than Anthropic's own field.
  if (context.api === "messages" && typeof userId === "string" && !METADATA_VALUE.test(userId)) {
    refuse("Request metadata contains a value that violates the regular expression");
  }
}

function checkLength(body: Fields, context: RuleContext): void {
  const tokens = inputTokens(body);
  const window = context.model.context_window;
  if (tokens > window) refuse(`prompt is too long: ${tokens} tokens > ${window} maximum`);
  // From 4.5 on an answer that meets the end of the window just stops there.
  const most = Number(body["max_tokens"]);
  if (Number(context.model.version) < 4.5 && tokens + most > window) {
    refuse(
      `input length and \`max_tokens\` exceed context limit: ${tokens} + ${most} > ${window}, decrease input length or \`max_tokens\` and try again`,
    );
  }
}
