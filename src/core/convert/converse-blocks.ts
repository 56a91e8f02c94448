// Content blocks between the Messages API and Converse, both ways, lists of them with their cache points.
import { base64OfBytes, textOfBytes } from "./bytes.ts";
import { citationFromConverse, citationToConverse } from "./converse-citations.ts";
import {
  type DocumentRules,
  documentFromConverse,
  documentToConverse,
  imageFromConverse,
  imageToConverse,
} from "./converse-media.ts";
import { asArray, asObject, asString, type JsonObject, present } from "./json.ts";
import type { Notes } from "./notes.ts";

/** A Messages `content` or `system` as Converse blocks; `cache_control` becomes a `cachePoint` after its block. */
export function blocksToConverse(
  content: unknown,
  path: string,
  notes: Notes,
  rules: DocumentRules,
): JsonObject[] {
  if (typeof content === "string") return [{ text: content }];
  return asArray(content).flatMap((item, index) => {
    const outer = asObject(item) ?? {};
    const block = (outer["type"] === "other" && asObject(outer["raw"])) || outer;
    const at = `${path}[${index}]`;
    const converted = blockToConverse(block, at, notes, rules);
    return converted === null ? [] : [converted, ...cachePointOf(block, at, notes)];
  });
}

/** `[{cachePoint}]` where `block` has a `cache_control`, else nothing. */
export function cachePointOf(block: JsonObject, path: string, notes: Notes): JsonObject[] {
  const cache = asObject(block["cache_control"]);
  if (cache === null) return [];
  notes.lostKeys(cache, ["type", "ttl"], `${path}.cache_control`, "Converse");
  return [{ cachePoint: { type: "default", ...(cache["ttl"] !== undefined && { ttl: cache["ttl"] }) } }];
}

function blockToConverse(
  block: JsonObject,
  path: string,
  notes: Notes,
  rules: DocumentRules,
): JsonObject | null {
  const known = (...keys: string[]) =>
    notes.lostKeys(block, ["type", "cache_control", ...keys], path, "Converse");
  switch (block["type"]) {
    case "text":
      known("text", "citations");
      return textToConverse(block, path, notes);
    case "image":
      known("source");
      return imageToConverse(block, path, notes);
    case "document":
      return documentToConverse(block, path, notes, rules);
    case "thinking": {
      known("thinking", "signature");
      const signature = asString(block["signature"]);
      const reasoningText = { text: block["thinking"] ?? "", ...(signature && { signature }) };
      return { reasoningContent: { reasoningText } };
    }
    case "redacted_thinking": {
      known("data");
      const bytes = Buffer.from(asString(block["data"]) ?? "", "utf8").toString("base64");
      return { reasoningContent: { redactedContent: bytes } };
    }
    case "tool_use":
      known("id", "name", "input");
      return { toolUse: { toolUseId: block["id"], name: block["name"], input: block["input"] ?? {} } };
    case "tool_result":
      known("tool_use_id", "content", "is_error");
      return { toolResult: toolResultToConverse(block, path, notes, rules) };
    case "search_result":
      known("source", "title", "content", "citations");
      return { searchResult: searchResultToConverse(block) };
    default:
      notes.lost(path, `Converse has no \`${asString(block["type"]) ?? "untyped"}\` block`);
      return null;
  }
}

function textToConverse(block: JsonObject, path: string, notes: Notes): JsonObject {
  const text = block["text"] ?? "";
  const citations = asArray(block["citations"]).flatMap((citation, index) => {
    const converted = citationToConverse(citation);
    if (converted === null) notes.lost(`${path}.citations[${index}]`, "Converse has no such citation");
    return converted ?? [];
  });
  return citations.length === 0 ? { text } : { citationsContent: { content: [{ text }], citations } };
}

function toolResultToConverse(
  block: JsonObject,
  path: string,
  notes: Notes,
  rules: DocumentRules,
): JsonObject {
  const inner = blocksToConverse(block["content"] ?? [], `${path}.content`, notes, rules);
  const content = inner.filter((part) => part["cachePoint"] === undefined);
  if (content.length < inner.length) {
    notes.lost(`${path}.content`, "Converse has no cache point inside a tool result");
  }
  const isError = block["is_error"];
  return {
    toolUseId: block["tool_use_id"],
    content,
    ...(typeof isError === "boolean" && { status: isError ? "error" : "success" }),
  };
}

function searchResultToConverse(block: JsonObject): JsonObject {
  const content = asArray(block["content"]).map((part) => ({ text: asObject(part)?.["text"] }));
  return present({ source: block["source"], title: block["title"], content, citations: block["citations"] });
}

/** Converse blocks as Messages blocks; a `cachePoint` becomes the `cache_control` of the block before it. */
export function blocksFromConverse(content: unknown, path: string, notes: Notes): JsonObject[] {
  const blocks: JsonObject[] = [];
  for (const [index, item] of asArray(content).entries()) {
    const block = asObject(item) ?? {};
    const at = `${path}[${index}]`;
    const point = asObject(block["cachePoint"]);
    const converted = point === null ? blockFromConverse(block, at, notes) : null;
    if (converted !== null) blocks.push(converted);
    else if (point !== null && !setCacheControl(blocks.at(-1), point)) {
      notes.lost(at, "a cache point that follows nothing that can be cached");
    }
  }
  return blocks;
}

/** Marks `block` as the end of a cached prefix; false where it cannot be one. */
export function setCacheControl(block: JsonObject | undefined, point: JsonObject): boolean {
  if (block === undefined || /thinking$/.test(String(block["type"]))) return false;
  block["cache_control"] = { type: "ephemeral", ...(point["ttl"] !== undefined && { ttl: point["ttl"] }) };
  return true;
}

function blockFromConverse(block: JsonObject, path: string, notes: Notes): JsonObject | null {
  const [kind = "", value] = Object.entries(block).find(([, inner]) => inner !== undefined) ?? [];
  const body = asObject(value) ?? {};
  switch (kind) {
    case "text":
      return { type: "text", text: value };
    case "image":
      return imageFromConverse(body, path, notes);
    case "document":
      return documentFromConverse(body, path, notes);
    case "reasoningContent":
      return reasoningFromConverse(body);
    case "toolUse":
      return { type: "tool_use", id: body["toolUseId"], name: body["name"], input: body["input"] ?? {} };
    case "toolResult":
      return toolResultFromConverse(body, path, notes);
    case "citationsContent": {
      const texts = asArray(body["content"]).map((part) => asString(asObject(part)?.["text"]) ?? "");
      const citations = asArray(body["citations"]).map(citationFromConverse);
      return { type: "text", text: texts.join(""), ...(citations.length > 0 && { citations }) };
    }
    case "searchResult": {
      const content = asArray(body["content"]).map((part) => ({
        type: "text",
        text: asObject(part)?.["text"],
      }));
      return present({ ...body, type: "search_result", content });
    }
    case "guardContent": {
      const text = asString(asObject(body["text"])?.["text"]);
      notes.lost(path, "the Messages API has no guarded content; a guardrail sees the whole prompt");
      return text === null ? null : { type: "text", text };
    }
    default:
      notes.lost(path, `the Messages API has no \`${kind}\` block`);
      return null;
  }
}

function reasoningFromConverse(reasoning: JsonObject): JsonObject {
  if (reasoning["redactedContent"] !== undefined) {
    return { type: "redacted_thinking", data: textOfBytes(base64OfBytes(reasoning["redactedContent"])) };
  }
  const thought = asObject(reasoning["reasoningText"]);
  return { type: "thinking", thinking: thought?.["text"] ?? "", signature: thought?.["signature"] ?? "" };
}

function toolResultFromConverse(result: JsonObject, path: string, notes: Notes): JsonObject {
  const content = asArray(result["content"]).flatMap((item, index) => {
    const part = asObject(item) ?? {};
    const at = `${path}.content[${index}]`;
    if (part["json"] === undefined) return blockFromConverse(part, at, notes) ?? [];
    notes.changed(at, "the JSON result as text");
    return { type: "text", text: JSON.stringify(part["json"]) };
  });
  return {
    type: "tool_result",
    tool_use_id: result["toolUseId"],
    ...(content.length > 0 && { content }),
    ...(result["status"] !== undefined && { is_error: result["status"] === "error" }),
  };
}
