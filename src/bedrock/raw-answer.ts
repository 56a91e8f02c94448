// The bodies of answers that are no event stream: bounded, and taken for JSON where they are.
import type { Readable } from "node:stream";

const MAX_ERROR_BODY = 1024 * 1024;
export const EVENT_STREAM = "application/vnd.amazon.eventstream";

export function looksJson(bytes: Buffer): boolean {
  return /^\s*\{/.test(bytes.subarray(0, 64).toString("latin1"));
}

/** Reads at most 1 MiB and lets go of the connection. A body that breaks off gives what came. */
export async function readSome(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= MAX_ERROR_BODY) break;
    }
  } catch {
    // the status line already says what happened
  }
  return Buffer.concat(chunks).subarray(0, MAX_ERROR_BODY);
}
