// JSON as source text of a programming language: strings of every language here read JSON's escapes alike.

import { BLOB_KEYS, FREE_JSON_KEYS } from "./bytes.ts";

export interface Language {
  words: { true: string; false: string; null: string };
  /** A blob from its base64; without it blobs stay text. */
  blob?: (base64: string) => string;
}

export const PYTHON: Language = { words: { true: "True", false: "False", null: "None" } };
export const TYPESCRIPT: Language = { words: { true: "true", false: "false", null: "null" } };

/** `value` as a literal of `language`, indented by two spaces a level, its lines after the first by `depth` levels more. */
export function literal(value: unknown, language: Language, depth = 0): string {
  const inner = "  ".repeat(depth + 1);
  const outer = "  ".repeat(depth);
  if (typeof value === "string") return stringLiteral(value);
  if (typeof value === "boolean") return language.words[`${value}`];
  if (value === null || value === undefined) return language.words.null;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => `${inner}${literal(item, language, depth + 1)},\n`).join("")}${outer}]`;
  }
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, item]) => {
    const isBlob = BLOB_KEYS.has(key) && typeof item === "string" && language.blob !== undefined;
    const { blob: _, ...plain } = language;
    const next = FREE_JSON_KEYS.has(key) ? plain : language;
    const text = isBlob ? language.blob?.(item) : literal(item, next, depth + 1);
    return `${inner}${stringLiteral(key)}: ${text},\n`;
  });
  return `{\n${lines.join("")}${outer}}`;
}

/** A string in double quotes; line separators escaped, which some languages take for ends of a line. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** `text` as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
