// Bytes in JSON are base64. Converse's redacted reasoning is bytes whose content is itself the text Messages calls `data`.

/** Bytes, or base64 text that stands for them, read as UTF-8 text. */
export function textOfBytes(value: unknown): string {
  if (typeof value === "string") return Buffer.from(value, "base64").toString("utf8");
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : "";
}

/** Bytes, or base64 text that stands for them, as base64 text. */
export function base64OfBytes(value: unknown): string {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : "";
}

/** Keys of Converse that hold bytes. */
export const BLOB_KEYS: ReadonlySet<string> = new Set(["bytes", "redactedContent"]);
/** Keys of Converse whose value is anybody's JSON: a key in there that looks like a blob is none. */
export const FREE_JSON_KEYS: ReadonlySet<string> = new Set([
  "input",
  "json",
  "additionalModelRequestFields",
  "requestMetadata",
]);

/**
 * A Converse body in plain JSON, as the SDK wants it: Uint8Array where the API says blob. What a tool or a schema calls
 * `bytes` stays text.
 */
export function withBytes<T>(body: T): T {
  return convert(body) as T;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (BLOB_KEYS.has(key) && typeof inner === "string") return [key, Buffer.from(inner, "base64")];
      return [key, FREE_JSON_KEYS.has(key) ? inner : convert(inner)];
    }),
  );
}
