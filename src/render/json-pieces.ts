// A long answer as JSON, without a second and third copy of it in memory: the line, and the line as bytes.
import type { OutputStream } from "../host/streams.ts";
import { jsonFor } from "./reply.ts";

/** Characters of a string at a time; a shorter one is not worth cutting. */
const PIECE = 65_536;

/** Writes `value` as one line of JSON, as a slow reader takes it. */
export async function writeJsonLine(out: OutputStream, value: unknown): Promise<void> {
  if (out.isTTY) return out.write(`${jsonFor(out, value)}\n`);
  let waiting = "";
  for (const piece of jsonPieces(value)) {
    waiting += piece;
    if (waiting.length < PIECE) continue;
    await out.write(waiting);
    waiting = "";
  }
  await out.write(`${waiting}\n`);
}

/** What `JSON.stringify` gives for data of JSON's kinds (undefined in objects included), in pieces. */
export function* jsonPieces(value: unknown): Generator<string, void> {
  if (typeof value === "string" && value.length > PIECE) yield* stringPieces(value);
  else if (Array.isArray(value)) {
    let before = "[";
    for (const each of value) {
      yield before;
      yield* jsonPieces(each ?? null);
      before = ",";
    }
    yield before === "[" ? "[]" : "]";
  } else if (typeof value === "object" && value !== null && !("toJSON" in value)) {
    let before = "{";
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined) continue;
      yield `${before}${JSON.stringify(key)}:`;
      yield* jsonPieces(each);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  } else yield JSON.stringify(value);
}

function* stringPieces(text: string): Generator<string, void> {
  yield '"';
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + PIECE, text.length);
    const last = text.charCodeAt(end - 1);
    // The halves of a character stay together: apart, each would be escaped.
    if (last >= 0xd800 && last <= 0xdbff && end < text.length) end++;
    yield JSON.stringify(text.slice(at, end)).slice(1, -1);
    at = end;
  }
  yield '"';
}
