// From what the user gave (files, stdin, words) to the content blocks of one user message.
import { CbrError } from "./errors.ts";
import { imageSize, megabytes, sniffMedia } from "./media.ts";
import type { ContentBlock } from "./messages.ts";
import { decodeText } from "./text.ts";

/** Text from stdin or one file. */
export const TEXT_LIMIT = 20_000_000;
/** The whole request body: from here a notice, … */
export const BODY_NOTICE = 20_000_000;
/** … and above this it is not sent: Bedrock refuses 25,000,000 bytes. */
export const BODY_LIMIT = 25_000_000;

/** What to do about a body that is too large because of the turns before. */
export const HISTORY_HINT =
  "begin another session, or make room with `/compact` or `/clear` in `cbr chat --session NAME`";

/** Where a block of the prompt came from. */
export interface PromptPart {
  /** The path as typed, control characters made visible; `stdin`; `the prompt`; or `the conversation so far`. */
  name: string;
  kind: "text" | "image" | "pdf" | "stdin" | "words" | "history";
  /** What the block adds to the body, about. */
  bytes: number;
}

export interface PromptBlock {
  block: ContentBlock;
  part: PromptPart;
  /** What the user should know of it. */
  notice: string | null;
}

/**
 * The block of one attached file, told by its content: image, PDF, or text wrapped in `<document>`. Throws CbrError
 * `empty_file`, `bad_image` or `bad_document` where the name promises what the content is not, `binary_input`, `invalid_utf8`.
 */
export function fileBlock(path: string, bytes: Uint8Array): PromptBlock {
  const name = `\`${makeVisible(path)}\``;
  if (bytes.length === 0) throw new CbrError("empty_file", { message: `${name} is empty` });
  const media = mediaBlock(path, bytes);
  const isImage = media?.part.kind === "image";
  if (!isImage && /\.(png|jpe?g|gif|webp)$/i.test(path))
    throw new CbrError("bad_image", {
      message: `${name} is named as an image but its content is no png, jpeg, gif or webp`,
    });
  if (media !== null) return media;
  if (/\.pdf$/i.test(path))
    throw new CbrError("bad_document", { message: `${name} is named as a PDF but its content is none` });
  const { text, encoding } = decodeText(bytes, name);
  if (text === "") throw new CbrError("empty_file", { message: `${name} is empty` });
  const block = textBlock(
    `<document path="${escapeAttribute(path)}">${text}</document>`,
    makeVisible(path),
    "text",
  );
  return encoding === "utf-8" ? block : { ...block, notice: decoded(name, encoding) };
}

/** Stdin that was asked for as a file (`-f -`): an image or PDF by its content, else text, unwrapped. */
export function stdinFileBlock(bytes: Uint8Array): PromptBlock {
  if (bytes.length === 0) throw new CbrError("empty_file", { message: "stdin is empty" });
  return mediaBlock("stdin", bytes) ?? stdinBlock(bytes);
}

/** Stdin as text, unwrapped. */
export function stdinBlock(bytes: Uint8Array): PromptBlock {
  const { text, encoding } = decodeText(bytes, "stdin");
  const block = textBlock(text, "stdin", "stdin");
  return encoding === "utf-8" ? block : { ...block, notice: decoded("stdin", encoding) };
}

/** The prompt words, joined by one space. */
export function wordsBlock(words: readonly string[]): PromptBlock {
  return textBlock(words.join(" "), "the prompt", "words");
}

/** True for a text block that the service would refuse as empty. */
export function isBlank({ block }: PromptBlock): boolean {
  return block.type === "text" && block.text.trim() === "";
}

/** A name for the conversation that begins with this prompt: its words, else the first line of stdin, else the files. */
export function promptTitle(blocks: readonly PromptBlock[]): string {
  const textOf = (kind: PromptPart["kind"]) => {
    const block = blocks.find(({ part }) => part.kind === kind)?.block;
    return block?.type === "text" ? block.text.slice(0, 1000).trim() : "";
  };
  const title =
    textOf("words") || textOf("stdin").split("\n")[0] || blocks.map(({ part }) => part.name).join(", ");
  const line = title.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line;
}

/** What a conversation adds to the body that continues it. */
export function historyPart(history: readonly unknown[]): PromptPart {
  return {
    name: "the conversation so far",
    kind: "history",
    bytes: Buffer.byteLength(JSON.stringify(history)),
  };
}

/** Bytes of `body` as JSON. Base64 counts by its length: megabytes of it are not written twice. */
export function bodySize(body: unknown): number {
  let base64 = 0;
  const rest = JSON.stringify(body, (key, value) => {
    if (key !== "data" || typeof value !== "string") return value;
    base64 += value.length;
    return "";
  });
  return Buffer.byteLength(rest) + base64;
}

/**
 * Checks the size of a request's body in bytes. Returns a notice for a body that is large, null for one that is not.
 * Throws CbrError `input_too_large` naming the biggest parts for one that Bedrock refuses; where it would fit without the
 * conversation so far, the hint says how to do without.
 */
export function checkBodySize(bytes: number, parts: readonly PromptPart[]): string | null {
  if (bytes <= BODY_NOTICE) return null;
  const history = parts.find((part) => part.kind === "history")?.bytes ?? 0;
  const biggest = [...parts]
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map((part) => `${quoted(part.name)} ${megabytes(part.bytes)}`)
    .join(", ");
  if (bytes > BODY_LIMIT)
    throw new CbrError("input_too_large", {
      message: `the request has ${megabytes(bytes)}, more than the ${megabytes(BODY_LIMIT)} that Bedrock takes${biggest ? `; biggest: ${biggest}` : ""}`,
      ...(bytes - history <= BODY_LIMIT && history > 0 && { hint: HISTORY_HINT }),
    });
  return `the request has ${megabytes(bytes)}; Bedrock may refuse more than ${megabytes(BODY_NOTICE)}`;
}

/** The error of text above its limit; `name` as in messages. */
export function textTooLarge(name: string): CbrError {
  return new CbrError("input_too_large", {
    message: `${name} has more than ${megabytes(TEXT_LIMIT)}, the most that can be sent`,
  });
}

function mediaBlock(path: string, bytes: Uint8Array): PromptBlock | null {
  const type = sniffMedia(bytes);
  if (type === null) return null;
  const isPdf = type === "application/pdf";
  if (!isPdf && imageSize(bytes, type) === null)
    throw new CbrError("bad_image", { message: `the image \`${makeVisible(path)}\` is cut short or broken` });
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return {
    block: isPdf
      ? {
          type: "document",
          source: { type: "base64", media_type: type, data },
          title: makeVisible(path).slice(-200).toWellFormed(),
        }
      : { type: "image", source: { type: "base64", media_type: type, data } },
    part: { name: makeVisible(path), kind: isPdf ? "pdf" : "image", bytes: data.length },
    notice: null,
  };
}

function textBlock(text: string, name: string, kind: PromptPart["kind"]): PromptBlock {
  return {
    block: { type: "text", text },
    part: { name, kind, bytes: Buffer.byteLength(text) },
    notice: null,
  };
}

function decoded(name: string, encoding: string): string {
  return `${name} is ${encoding.toUpperCase()}; it is sent as UTF-8`;
}

function escapeAttribute(text: string): string {
  return makeVisible(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

// A file's name may hold anything but NUL and `/`; a line break in it would let it speak in the prompt's own voice.
function makeVisible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(
      /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
      (char) => `\\u{${char.charCodeAt(0).toString(16)}}`,
    );
}

function quoted(name: string): string {
  return /^(?:stdin|the (?:prompt|conversation so far))$/.test(name) ? name : `\`${name}\``;
}
