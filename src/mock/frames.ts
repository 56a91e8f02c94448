// AWS event-stream frames, written from the format's description and not with the codec that the program reads them
// with: the two check each other.
import { crc32 } from "node:zlib";

const STRING_HEADER = 7;

/** One frame: total length, headers length, CRC of those, headers, payload, CRC of all before. Headers are strings. */
export function encodeFrame(headers: readonly (readonly [string, string])[], payload: Uint8Array): Buffer {
  const head = Buffer.concat(headers.map(([name, value]) => encodeHeader(name, value)));
  const frame = Buffer.alloc(12 + head.length + payload.length + 4);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(head.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  head.copy(frame, 12);
  frame.set(payload, 12 + head.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, frame.length - 4)), frame.length - 4);
  return frame;
}

function encodeHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name);
  const valueBytes = Buffer.from(value);
  const header = Buffer.alloc(1 + nameBytes.length + 3 + valueBytes.length);
  header.writeUInt8(nameBytes.length, 0);
  nameBytes.copy(header, 1);
  header.writeUInt8(STRING_HEADER, 1 + nameBytes.length);
  header.writeUInt16BE(valueBytes.length, 2 + nameBytes.length);
  valueBytes.copy(header, 4 + nameBytes.length);
  return header;
}

/** A frame with the three headers that Bedrock sends, in its order. */
export function eventFrame(eventType: string, payload: string): Buffer {
  return encodeFrame(
    [
      [":event-type", eventType],
      [":content-type", "application/json"],
      [":message-type", "event"],
    ],
    Buffer.from(payload),
  );
}

/** A modelled exception inside a stream; `exceptionType` in camelCase, as in `throttlingException`. */
export function exceptionFrame(exceptionType: string, payload: object): Buffer {
  return encodeFrame(
    [
      [":exception-type", exceptionType],
      [":content-type", "application/json"],
      [":message-type", "exception"],
    ],
    Buffer.from(JSON.stringify(payload)),
  );
}

/** An unmodelled error inside a stream. */
export function errorFrame(code: string, message: string): Buffer {
  return encodeFrame(
    [
      [":message-type", "error"],
      [":error-code", code],
      [":error-message", message],
    ],
    Buffer.alloc(0),
  );
}

const PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Bedrock pads each payload to hide the length of what it says. Here the length follows from `seed`, 1 to 61. */
export function padding(seed: number): string {
  return PADDING.slice(0, 1 + ((seed * 37 + 11) % 61));
}

/** The frame of InvokeModelWithResponseStream for one Messages event, which `text` is the JSON of. */
export function chunkFrame(text: string, seed: number): Buffer {
  const bytes = Buffer.from(text).toString("base64");
  return eventFrame("chunk", `{"bytes":"${bytes}","p":"${padding(seed)}"}`);
}

/** The frame of ConverseStream for one event; its keys are sent in alphabetical order, the padding among them. */
export function converseFrame(eventType: string, payload: Record<string, unknown>, seed: number): Buffer {
  const entries = Object.entries({ ...payload, p: padding(seed) });
  const sorted = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  return eventFrame(eventType, JSON.stringify(sorted));
}
