// Images and documents between Messages blocks and Converse's.
import { base64OfBytes } from "./bytes.ts";
import { asArray, asObject, asString, type JsonObject } from "./json.ts";
import type { Notes } from "./notes.ts";

/** What the conversion of one body has to remember between its documents. */
export interface DocumentRules {
  /** Names taken: Converse refuses two documents of one name. */
  names: Set<string>;
  /** Converse shows a PDF's pages as pictures only with citations on, and citations are for all documents or none. */
  mustCite: boolean;
}

const IMAGE_FORMATS = ["png", "jpeg", "gif", "webp"];
const NEUTRAL_NAME = /^document(-\d+)?$/;

export function imageToConverse(block: JsonObject, path: string, notes: Notes): JsonObject | null {
  const source = asObject(block["source"]);
  const mediaType = asString(source?.["media_type"]) ?? "";
  const format = mediaType.replace(/^image\//, "").replace(/^jpg$/, "jpeg");
  if (source?.["type"] !== "base64" || !IMAGE_FORMATS.includes(format)) {
    notes.lost(path, `Converse takes images only as png, jpeg, gif or webp in base64`);
    return null;
  }
  return { image: { format, source: { bytes: source["data"] } } };
}

export function imageFromConverse(image: JsonObject, path: string, notes: Notes): JsonObject | null {
  const source = asObject(image["source"]);
  const format = asString(image["format"]) ?? "";
  if (source?.["bytes"] === undefined) {
    notes.lost(path, "the Messages API takes images only in base64 here, not from S3");
    return null;
  }
  const data = base64OfBytes(source["bytes"]);
  return { type: "image", source: { type: "base64", media_type: `image/${format}`, data } };
}

export function documentToConverse(
  block: JsonObject,
  path: string,
  notes: Notes,
  rules: DocumentRules,
): JsonObject | null {
  notes.lostKeys(
    block,
    ["type", "source", "title", "context", "citations", "cache_control"],
    path,
    "Converse",
  );
  const body = sourceToConverse(asObject(block["source"]) ?? {}, path, notes);
  if (body === null) return null;
  const title = asString(block["title"]);
  const name = freeName(cleanName(title ?? ""), rules.names);
  if (title !== null && name !== title) notes.changed(`${path}.title`, "a document name that Converse takes");
  return {
    document: {
      ...body,
      name,
      ...(typeof block["context"] === "string" && { context: block["context"] }),
      ...citationsOf(block, path, notes, rules),
    },
  };
}

function citationsOf(block: JsonObject, path: string, notes: Notes, rules: DocumentRules): JsonObject {
  const citations = asObject(block["citations"]);
  if (!rules.mustCite || citations?.["enabled"] === true) return citations === null ? {} : { citations };
  notes.changed(path, "citations switched on, so that Claude sees the pages as pictures");
  return { citations: { enabled: true } };
}

function sourceToConverse(source: JsonObject, path: string, notes: Notes): JsonObject | null {
  if (source["type"] === "base64" && source["media_type"] === "application/pdf") {
    return { format: "pdf", source: { bytes: source["data"] } };
  }
  if (source["type"] === "text") return { format: "txt", source: { text: source["data"] } };
  if (source["type"] === "content") {
    const content = source["content"];
    const parts =
      typeof content === "string" ? [{ type: "text", text: content }] : asArray(content).map(asObject);
    if (parts.every((part) => part?.["type"] === "text")) {
      return { format: "txt", source: { content: parts.map((part) => ({ text: part?.["text"] })) } };
    }
    notes.lost(path, "Converse takes only text in a document made of blocks");
    return null;
  }
  notes.lost(path, "Converse takes a document only as base64 PDF or as text");
  return null;
}

export function documentFromConverse(document: JsonObject, path: string, notes: Notes): JsonObject | null {
  const source = sourceFromConverse(document, path, notes);
  if (source === null) return null;
  const name = asString(document["name"]);
  return {
    type: "document",
    source,
    ...(name !== null && !NEUTRAL_NAME.test(name) && { title: name }),
    ...(typeof document["context"] === "string" && { context: document["context"] }),
    ...(asObject(document["citations"]) !== null && { citations: document["citations"] }),
  };
}

const TEXT_FORMATS = ["txt", "md", "csv", "html"];

function sourceFromConverse(document: JsonObject, path: string, notes: Notes): JsonObject | null {
  const source = asObject(document["source"]) ?? {};
  const format = asString(document["format"]) ?? "";
  if (typeof source["text"] === "string")
    return { type: "text", media_type: "text/plain", data: source["text"] };
  if (Array.isArray(source["content"])) {
    const content = source["content"].map((part) => ({ type: "text", text: asObject(part)?.["text"] ?? "" }));
    return { type: "content", content };
  }
  const data = base64OfBytes(source["bytes"]);
  if (source["bytes"] !== undefined && format === "pdf") {
    return { type: "base64", media_type: "application/pdf", data };
  }
  if (source["bytes"] !== undefined && TEXT_FORMATS.includes(format)) {
    notes.changed(path, `the ${format} document as plain text`);
    return { type: "text", media_type: "text/plain", data: Buffer.from(data, "base64").toString("utf8") };
  }
  const what =
    source["s3Location"] === undefined ? `a ${format || "nameless"} document` : "a document from S3";
  notes.lost(path, `the Messages API does not take ${what}`);
  return null;
}

/** Letters, digits, single spaces, hyphens, parentheses, square brackets: all that Converse allows in a name. */
function cleanName(title: string): string {
  const clean = title.replace(/[^A-Za-z0-9\s\-()[\]]/g, " ").replace(/\s+/g, " ");
  return clean.trim().slice(0, 180).trim() || "document";
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
  taken.add(free);
  return free;
}
