// One line of a session's file. It is read in two steps: the head, everything before `content`, says what a record does
// and is read from each line; the content is read only of what will be sent or shown.
import type { RecordHead } from "../core/conversation.ts";
import { CbrError } from "../core/errors.ts";
import type { ContentBlock, Json } from "../core/messages.ts";
import { readAt } from "./private-file.ts";
import { type Line, START_BYTES } from "./scan.ts";

/** Longer lines than this are damage: a request has at most 25 MB. */
export const MAX_LINE_BYTES = 64 << 20;
/** Deeper JSON than this was not written by cbr and would overflow whoever walks it. */
const MAX_DEPTH = 200;
/** Lines up to this length are read whole at once; the head of longer ones is enough. */
const SMALL_BYTES = 512;

const CONTENT_KEY = Buffer.from(',"content":');
const CLOSING_BRACE = 0x7d;

/** A record as its line, newline included. `content` goes last, so that the head can be read without it. */
export function encodeRecord(record: RecordHead, content?: string | readonly ContentBlock[]): string {
  const line = JSON.stringify(content === undefined ? record : { ...record, content: rawContent(content) });
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) {
    throw new CbrError("session_write_failed", {
      message: "session not saved: the turn is larger than 64 MB",
      hint: "send smaller files",
    });
  }
  return `${line}\n`;
}

function rawContent(content: string | readonly ContentBlock[]): unknown {
  if (typeof content === "string") return content;
  return content.map((block) => (block.type === "other" ? block.raw : block));
}

/** The head of a line's record; null for a damaged line. */
export function readHead(fd: number, line: Line): RecordHead | null {
  if (line.length > MAX_LINE_BYTES) return null;
  if (line.length <= SMALL_BYTES) return parseRecord(line.start);
  const at = line.start.indexOf(CONTENT_KEY);
  if (at !== -1 && !line.hasNul && line.lastByte === CLOSING_BRACE) {
    const head = parseRecord(Buffer.concat([line.start.subarray(0, at), Buffer.of(CLOSING_BRACE)]));
    if (head !== null) return head;
  }
  return parseRecord(line.length <= START_BYTES ? line.start : readAt(fd, line.offset, line.length));
}

/** The whole record in `bytes`, one JSON object; null if they hold none, or one too deep. NUL bytes around it are dropped. */
export function parseRecord(bytes: Buffer): Record<string, unknown> | null {
  let text = bytes.toString();
  // A power cut leaves runs of NUL where data should be; what was appended behind them is whole.
  if (text.startsWith("\0") || text.endsWith("\0")) text = text.replace(/^\0+|\0+$/g, "");
  if (text.startsWith("\uFEFF")) text = text.slice(1);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(value) && isShallow(value, MAX_DEPTH) ? value : null;
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  for (const key in value) if (!isShallow((value as Record<string, unknown>)[key], depth - 1)) return false;
  return true;
}

/** The content of a user or assistant record: text or blocks; null when it is neither. */
export function contentOf(record: Readonly<Record<string, unknown>>): string | ContentBlock[] | null {
  const content = record["content"];
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const blocks: ContentBlock[] = [];
  for (const raw of content) {
    if (!isRecord(raw) || typeof raw["type"] !== "string") return null;
    const block = blockOf(raw);
    if (block === null) return null;
    blocks.push(block);
  }
  return blocks;
}

function blockOf(raw: Record<string, unknown>): ContentBlock | null {
  const hasText = (...keys: string[]) => keys.every((key) => typeof raw[key] === "string");
  const known = raw as unknown as ContentBlock; // once the keys its type needs are checked
  switch (raw["type"]) {
    case "text":
      return hasText("text") ? known : null;
    case "thinking":
      return hasText("thinking", "signature") ? known : null;
    case "redacted_thinking":
      return hasText("data") ? known : null;
    case "image":
    case "document":
      return isRecord(raw["source"]) ? known : null;
    case "tool_use":
      return hasText("id", "name") ? known : null;
    case "tool_result":
      return hasText("tool_use_id") ? known : null;
    default:
      return { type: "other", raw };
  }
}

/** `value` with each of `secrets` in its strings masked. */
export function withoutSecrets<T extends Json | unknown>(value: T, secrets: readonly string[]): T {
  const long = secrets.filter((secret) => secret.length >= 8);
  if (long.length === 0) return value;
  const text = JSON.stringify(value);
  if (text === undefined || !long.some((secret) => text.includes(JSON.stringify(secret).slice(1, -1))))
    return value;
  const clean = (part: unknown): unknown => {
    if (typeof part === "string")
      return long.reduce((result, secret) => result.replaceAll(secret, "[redacted]"), part);
    if (Array.isArray(part)) return part.map(clean);
    if (!isRecord(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, child]) => [key, clean(child)]));
  };
  return clean(value) as T; // the same shape, with other strings
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
