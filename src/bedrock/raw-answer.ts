// The bodies of answers that are no event stream: bounded, and taken for JSON where they are.
import { StreamFault } from "./foreign-answer.ts";

type Bytes = AsyncIterable<Uint8Array>;

const MAX_ERROR_BODY = 1024 * 1024;
/** Far more than any model can say. */
const MAX_ANSWER = 64 * 1024 * 1024;
export const EVENT_STREAM = "application/vnd.amazon.eventstream";

export function looksJson(bytes: Buffer): boolean {
  return /^\s*\{/.test(bytes.subarray(0, 64).toString("latin1"));
}

/** Reads at most 1 MiB and lets go of the connection. A body that breaks off gives what came. */
export async function readSome(body: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_ERROR_BODY) break;
    }
  } catch {
    // the status line already says what happened
  }
  return Buffer.concat(chunks).subarray(0, MAX_ERROR_BODY);
}

/** Reads a body to its end, as text. Throws StreamFault for one without end, and what the network throws. */
export async function readWhole(body: Bytes): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER) throw new StreamFault("oversized", "the answer is larger than 64 MiB");
  }
  return Buffer.concat(chunks).toString("utf8");
}
