// Token counts as the mock keeps them: a token is four bytes. Cached prefixes are remembered as long as they live.
import { createHash } from "node:crypto";
import type { MockState } from "./routes.ts";

export interface MockUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
  output_tokens: number;
}

const IMAGE_TOKENS = 1_500;
const LIFETIME = { "5m": 300_000, "1h": 3_600_000 };

export function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

interface Part {
  tokens: number;
  text: string;
  ttl: "5m" | "1h" | null;
}

/** All input tokens of a Messages body. */
export function inputTokens(body: Record<string, unknown>): number {
  return partsOf(body).reduce((sum, part) => sum + part.tokens, 0);
}

/**
 * The input side of the usage of a request, and the memory of its cached prefixes: what was cached by an earlier request
 * to the same model and still lives is read, what is newly marked is created. Prefixes below `minimum` are not cached.
 */
export function countUsage(
  body: Record<string, unknown>,
  modelId: string,
  minimum: number,
  state: MockState,
  now: number,
): MockUsage {
  const cache = state.of("prompt cache", () => new Map<string, number>());
  const breakpoints: { key: string; tokens: number; ttl: "5m" | "1h" }[] = [];
  const hash = createHash("sha256").update(modelId);
  let total = 0;
  for (const part of partsOf(body)) {
    total += part.tokens;
    hash.update(`\0${part.text}`);
    if (part.ttl && total >= minimum) {
      breakpoints.push({ key: hash.copy().digest("hex"), tokens: total, ttl: part.ttl });
    }
  }
  const read = breakpoints.findLast(({ key }) => (cache.get(key) ?? 0) > now)?.tokens ?? 0;
  const created = { "5m": 0, "1h": 0 };
  let reached = read;
  for (const { key, tokens, ttl } of breakpoints) {
    if (tokens > reached) {
      created[ttl] += tokens - reached;
      reached = tokens;
    }
    cache.set(key, now + LIFETIME[ttl]);
  }
  return {
    input_tokens: total - reached,
    cache_creation_input_tokens: created["5m"] + created["1h"],
    cache_read_input_tokens: read,
    cache_creation: { ephemeral_5m_input_tokens: created["5m"], ephemeral_1h_input_tokens: created["1h"] },
    output_tokens: 0,
  };
}

/** The request in the order in which the service reads it: tools, system, messages. */
function partsOf(body: Record<string, unknown>): Part[] {
  const parts: Part[] = [];
  for (const tool of (body["tools"] ?? []) as Record<string, unknown>[]) parts.push(partOf("tool", tool));
  for (const block of blocksOf(body["system"])) parts.push(partOf("system", block));
  for (const message of (body["messages"] ?? []) as { role: string; content: unknown }[]) {
    for (const block of blocksOf(message.content)) parts.push(partOf(message.role, block));
  }
  return parts;
}

function blocksOf(content: unknown): Record<string, unknown>[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? (content as Record<string, unknown>[]) : [];
}

function partOf(kind: string, block: Record<string, unknown>): Part {
  const { cache_control: control, ...rest } = block;
  const ttl = (control as { ttl?: "5m" | "1h" } | undefined | null)?.ttl ?? "5m";
  const text = JSON.stringify(rest);
  const source = block["source"] as { type?: string; data?: string } | undefined;
  const tokens =
    block["type"] === "text" && typeof block["text"] === "string"
      ? tokensOf(block["text"])
      : source?.type === "base64"
        ? IMAGE_TOKENS
        : tokensOf(text);
  return { tokens, text: `${kind}:${text}`, ttl: control ? ttl : null };
}
