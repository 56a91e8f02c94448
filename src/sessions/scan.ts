// Walks over the lines of a session's file, whatever its size, in the memory of two buffers.
import { readSync } from "node:fs";

export interface Line {
  offset: number;
  /** Bytes without the newline. */
  length: number;
  /** The first bytes, all of them when there are few; valid until the next line is asked for. */
  start: Buffer;
  lastByte: number;
  hasNul: boolean;
  /** False for the end of a file that does not end in a newline. */
  isTerminated: boolean;
}

const BUFFER_BYTES = 1 << 20;
/** How much of a long line `start` holds. */
export const START_BYTES = 16 << 10;
const NEWLINE = 0x0a;

/** The lines between the file's start and `size`, split at 0x0A and nothing else: U+2028 is text. */
export function* scanLines(fd: number, size: number): Generator<Line, void> {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let position = 0;
  let partial: Line | null = null;
  while (position < size) {
    const count = readSync(fd, buffer, 0, Math.min(BUFFER_BYTES, size - position), position);
    if (count === 0) break;
    const chunk = buffer.subarray(0, count);
    const chunkHasNul = chunk.includes(0);
    let from = 0;
    while (from < count) {
      const end = chunk.indexOf(NEWLINE, from);
      const piece = chunk.subarray(from, end === -1 ? count : end);
      if (partial === null && end !== -1) yield lineOf(piece, position + from, chunkHasNul, true);
      else {
        partial = extend(partial ?? lineOf(piece.subarray(0, 0), position + from, false, false), piece);
        if (end === -1) break;
        yield { ...partial, isTerminated: true };
        partial = null;
      }
      from = end + 1;
    }
    position += count;
  }
  if (partial !== null && partial.length > 0) yield partial;
}

function lineOf(bytes: Buffer, offset: number, mayHaveNul: boolean, isTerminated: boolean): Line {
  return {
    offset,
    length: bytes.length,
    start: bytes.subarray(0, START_BYTES),
    lastByte: bytes.at(-1) ?? 0,
    hasNul: mayHaveNul && bytes.includes(0),
    isTerminated,
  };
}

function extend(line: Line, piece: Buffer): Line {
  const missing = START_BYTES - line.start.length;
  return {
    ...line,
    length: line.length + piece.length,
    // Copied: the next read overwrites the buffer.
    start: missing > 0 ? Buffer.concat([line.start, piece.subarray(0, missing)]) : line.start,
    lastByte: piece.at(-1) ?? line.lastByte,
    hasNul: line.hasNul || piece.includes(0),
  };
}
