// AWS event-stream framing (Amazon Transcribe and S3 document it; Smithy specifies it). The SDK's codec believes a length
// prefix and would allocate gigabytes for an HTML page, takes an end inside the prefix for a clean one, and costs a
// millisecond to load; a test compares the two.
import { crc32 } from "node:zlib";
import { StreamFault } from "./foreign-answer.ts";

export interface Frame {
  /** String headers by name; headers of other types are left out. */
  headers: Record<string, string>;
  body: Buffer;
}

/** Bedrock's parts are at most 1,000,000 bytes; base64 and padding stay far below this. */
const MAX_FRAME = 24 * 1024 * 1024;
/** Prelude (12 bytes) and message checksum (4). */
const MIN_FRAME = 16;

/**
 * Cuts `bytes` into frames and checks their checksums. Whole frames before a fault are yielded first.
 * Throws StreamFault; errors of `bytes` pass through.
 */
export async function* framesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void> {
  let pending: Buffer[] = [];
  let size = 0;
  let need = 4;
  for await (const chunk of bytes) {
    pending.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    size += chunk.length;
    while (size >= need) {
      const buffer = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending, size);
      const length = buffer.readUInt32BE(0);
      if (length < MIN_FRAME || length > MAX_FRAME) {
        throw new StreamFault("oversized", `malformed stream: a frame claims ${length} bytes`);
      }
      if (size < length) {
        pending = [buffer];
        need = length;
        break;
      }
      yield decode(buffer.subarray(0, length));
      const rest = buffer.subarray(length);
      pending = rest.length === 0 ? [] : [rest];
      size = rest.length;
      need = 4;
    }
  }
  if (size > 0) throw new StreamFault("truncated", "the stream ended inside a frame");
}

/** One whole frame: lengths of all and of the headers, checksum of those, headers, body, checksum of all before. */
function decode(bytes: Buffer): Frame {
  const end = bytes.length - 4;
  const bodyAt = 12 + bytes.readUInt32BE(4);
  if (bytes.readUInt32BE(8) !== crc32(bytes.subarray(0, 8))) throw corrupt("the prelude's checksum is wrong");
  if (bytes.readUInt32BE(end) !== crc32(bytes.subarray(0, end))) throw corrupt("the checksum is wrong");
  if (bodyAt > end) throw corrupt("the headers are longer than the frame");
  return { headers: readHeaders(bytes.subarray(12, bodyAt)), body: bytes.subarray(bodyAt, end) };
}

/** Bytes of a header's value by its type: true, false, byte, short, int, long, bytes, string, timestamp, UUID. */
const VALUE_SIZES = [0, 0, 1, 2, 4, 8, null, null, 8, 16] as const;
const STRING = 7;

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  try {
    for (let at = 0; at < bytes.length; ) {
      const nameAt = at + 1;
      const typeAt = nameAt + bytes.readUInt8(at);
      const type = bytes.readUInt8(typeAt);
      const fixed = VALUE_SIZES[type];
      if (fixed === undefined) throw corrupt("a header of an unknown type");
      const valueAt = typeAt + (fixed === null ? 3 : 1);
      at = valueAt + (fixed ?? bytes.readUInt16BE(typeAt + 1));
      if (at > bytes.length) throw corrupt("a header is cut");
      if (type === STRING)
        headers[bytes.toString("utf8", nameAt, typeAt)] = bytes.toString("utf8", valueAt, at);
    }
  } catch (error) {
    throw error instanceof RangeError ? corrupt("a header is cut") : error;
  }
  return headers;
}

function corrupt(what: string): StreamFault {
  return new StreamFault("corrupt", `corrupted data from the network (${what})`);
}
