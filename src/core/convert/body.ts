// A Messages body out of its envelope (first-party or Bedrock) and into the envelope of each API.

import { CbrError } from "../errors.ts";
import type { MessagesBody } from "../messages.ts";
import { asArray, asObject, asString, type JsonObject } from "./json.ts";
import { parseJsonText } from "./json-text.ts";

/** A body as somebody wrote it: `max_tokens` may be missing. */
export type DraftBody = Partial<MessagesBody> & Pick<MessagesBody, "messages">;

export interface ParsedBody {
  body: DraftBody;
  /** As written; null where the body names none (Bedrock's form). */
  model: string | null;
  stream: boolean | null;
  betas: string[];
  /** `anthropic_version` of a Bedrock body. */
  version: string | null;
}

export const BEDROCK_VERSION = "bedrock-2023-05-31";

/**
 * Reads a Messages body, first-party form (`model`, `stream`) or Bedrock form (`anthropic_version`, `anthropic_beta`).
 * Throws CbrError `body_invalid` with the place: line and column of a fault in the JSON, else the path in the body.
 */
export function parseBody(text: string): ParsedBody {
  return readBody(parseJsonText(text, "the body"));
}

/** The same for a body that is parsed already. */
export function readBody(json: unknown): ParsedBody {
  const object = asObject(json);
  if (object === null) throw invalid("the body must be a JSON object");
  const { model, stream, anthropic_version, anthropic_beta, betas, ...body } = object;
  if (model !== undefined && typeof model !== "string") throw invalid("`model` must be a string");
  if (stream !== undefined && typeof stream !== "boolean") throw invalid("`stream` must be true or false");
  checkMessages(body["messages"]);
  checkKnown(body);
  return {
    // Checked above as far as cbr looks into it; the rest is the service's business.
    body: body as unknown as DraftBody,
    model: asString(model),
    stream: typeof stream === "boolean" ? stream : null,
    betas: [...betaList(anthropic_beta, "anthropic_beta"), ...betaList(betas, "betas")],
    version: asString(anthropic_version),
  };
}

/** The body of InvokeModel: `anthropic_version` first, betas inside, neither model nor stream. */
export function toInvoke(body: DraftBody, betas: readonly string[]): JsonObject {
  return {
    anthropic_version: BEDROCK_VERSION,
    ...(betas.length > 0 && { anthropic_beta: [...betas] }),
    ...plainBody(body),
  };
}

/** The body of Anthropic's own Messages API and of Bedrock's runtime Messages API. Betas go in a header. */
export function toAnthropic(body: DraftBody, model: string | null, stream: boolean | null): JsonObject {
  return { ...(model !== null && { model }), ...plainBody(body), ...(stream !== null && { stream }) };
}

/** The body of bedrock-mantle: the same, with mantle's bare model id. */
export function toMantle(body: DraftBody, model: string | null, stream: boolean | null): JsonObject {
  return toAnthropic(body, model, stream);
}

/** `body` with blocks of a kind unknown to this program as they came. */
export function plainBody(body: DraftBody): JsonObject {
  return {
    ...body,
    messages: body.messages.map((message) => ({ ...message, content: plain(message.content) })),
  };
}

function plain(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.map((item) => {
    const block = asObject(item);
    if (block === null) return item;
    const raw = block["type"] === "other" ? asObject(block["raw"]) : null;
    if (raw !== null) return raw;
    return block["type"] === "tool_result" && Array.isArray(block["content"])
      ? { ...block, content: plain(block["content"]) }
      : block;
  });
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages)) throw invalid("the body has no `messages`");
  if (messages.length === 0) throw invalid("`messages` is empty");
  for (const [index, item] of messages.entries()) {
    const path = `messages[${index}]`;
    const message = asObject(item);
    if (message === null) throw invalid(`\`${path}\` must be an object`);
    if (!["user", "assistant", "system"].includes(String(message["role"]))) {
      throw invalid(`\`${path}.role\` must be \`user\` or \`assistant\``);
    }
    checkContent(message["content"], `${path}.content`);
  }
}

function checkContent(content: unknown, path: string): void {
  if (typeof content === "string") return;
  if (!Array.isArray(content)) throw invalid(`\`${path}\` must be a string or a list of blocks`);
  for (const [index, block] of content.entries()) {
    if (typeof asObject(block)?.["type"] !== "string") {
      throw invalid(`\`${path}[${index}]\` must be a block with a \`type\``);
    }
  }
}

const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  max_tokens: (value) => Number.isInteger(value) && (value as number) > 0,
  system: (value) => typeof value === "string" || Array.isArray(value),
  temperature: isNumber,
  top_p: isNumber,
  top_k: isNumber,
  stop_sequences: Array.isArray,
  tools: (value) => asArray(value).every((tool) => asObject(tool) !== null) && Array.isArray(value),
  thinking: (value) => asObject(value) !== null,
  output_config: (value) => asObject(value) !== null,
  tool_choice: (value) => asObject(value) !== null,
  metadata: (value) => asObject(value) !== null,
};

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

function checkKnown(body: JsonObject): void {
  for (const [key, isRight] of Object.entries(KINDS)) {
    if (body[key] !== undefined && !isRight(body[key]))
      throw invalid(`\`${key}\` has a value of the wrong kind`);
  }
}

function betaList(value: unknown, key: string): string[] {
  if (value === undefined || value === null) return [];
  const list = typeof value === "string" ? value.split(",").map((beta) => beta.trim()) : value;
  if (!Array.isArray(list) || !list.every((beta) => typeof beta === "string")) {
    throw invalid(`\`${key}\` must be a list of strings`);
  }
  return list.filter((beta) => beta !== "");
}

function invalid(message: string): CbrError {
  return new CbrError("body_invalid", { message });
}
