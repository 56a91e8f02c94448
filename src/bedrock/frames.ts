// AWS event-stream framing in front of the SDK's codec. The codec believes a length prefix and would allocate
// gigabytes for an HTML page; and it takes an end inside the prefix for a clean one.
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { StreamFault } from "./foreign-answer.ts";

export interface Frame {
  /** String headers by name; headers of other types are left out. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Bedrock's parts are at most 1,000,000 bytes; base64 and padding stay far below this. */
const MAX_FRAME = 24 * 1024 * 1024;
/** Prelude (12 bytes) and message checksum (4). */
const MIN_FRAME = 16;

const codec = new EventStreamCodec(decodeUtf8, encodeUtf8);

/**
 * Cuts `bytes` into frames and checks their checksums. Whole frames before a fault are yielded first.
 * Throws StreamFault; errors of `bytes` pass through.
 */
export async function* framesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void> {
  let pending: Uint8Array[] = [];
  let size = 0;
  let need = 4;
  for await (const chunk of bytes) {
    pending.push(chunk);
    size += chunk.length;
    while (size >= need) {
      const buffer = pending.length === 1 ? (pending[0] as Uint8Array) : Buffer.concat(pending, size);
      const length = new DataView(buffer.buffer, buffer.byteOffset, 4).getUint32(0);
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

function decode(bytes: Uint8Array): Frame {
  try {
    const message = codec.decode(bytes);
    const headers: Record<string, string> = {};
    for (const [name, header] of Object.entries(message.headers)) {
      if (header.type === "string") headers[name] = header.value;
    }
    return { headers, body: message.body };
  } catch (error) {
    throw new StreamFault("corrupt", `corrupted data from the network (${(error as Error).message})`);
  }
}

function decodeUtf8(bytes: Uint8Array | string): string {
  return typeof bytes === "string"
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function encodeUtf8(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? Buffer.from(text) : text;
}
