// A body as it arrives. Reading Node's stream with `for await` loses what came just before a broken connection: the
// error overtakes it. Here the good part is always given first.
import type { Readable } from "node:stream";

/** So much may wait for a slow reader before the sender is held back. */
const HIGH_WATER = 1024 * 1024;
/** How long a connection may take to end an answer that is whole already, before it is given up. */
export const LAST_BYTES_MS = 1000;

/** Where a body comes from. */
export interface Source {
  pause(): void;
  resume(): void;
  /** Called once when the reader has left, early or at the end: nothing more is wanted. */
  letGo(): void;
}

export interface Arrivals extends AsyncIterable<Buffer> {
  push(chunk: Buffer): void;
  /** No more will come. What came is still given before the error. Only the first call counts. */
  conclude(error: Error | null): void;
}

/** A queue between `source` and one reader: yields every byte pushed, then ends or throws. */
export function arrivals(source: Source): Arrivals {
  const waiting: Buffer[] = [];
  let size = 0;
  let isPaused = false;
  let outcome: { error: Error | null } | null = null;
  let wake = () => {};

  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      while (true) {
        const chunk = waiting.shift();
        if (chunk !== undefined) {
          size -= chunk.length;
          if (size < HIGH_WATER && isPaused) {
            isPaused = false;
            source.resume();
          }
          yield chunk;
          continue;
        }
        if (outcome?.error) throw outcome.error;
        if (outcome !== null) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      source.letGo();
    }
  }
  const all = chunks();
  return {
    push(chunk) {
      waiting.push(chunk);
      size += chunk.length;
      if (size >= HIGH_WATER && !isPaused) {
        isPaused = true;
        source.pause();
      }
      wake();
    },
    conclude(error) {
      outcome ??= { error };
      wake();
    },
    [Symbol.asyncIterator]: () => all,
  };
}

/** Yields every byte that came, then ends or throws as `body` does. Must be called when the head arrives; when left early, the connection is let go. */
export function arrivalsOf(body: Readable): AsyncIterable<Buffer> {
  const queue = arrivals({
    pause: () => body.pause(),
    resume: () => body.resume(),
    letGo: () => letGo(body),
  });
  body.on("data", queue.push);
  body.on("end", () => queue.conclude(null));
  body.on("error", queue.conclude);
  body.on("close", () => queue.conclude(new Error("premature close")));
  return queue;
}

/**
 * Left early, a body may be about to end: then its connection can serve the next request. It holds nobody up, and an
 * aborted request has destroyed it before.
 */
function letGo(body: Readable): void {
  if (body.destroyed || body.readableEnded) return;
  const { socket } = body as Readable & { socket?: { unref(): void; ref(): void } };
  if (socket === undefined) {
    body.destroy();
    return;
  }
  socket.unref();
  const timer = setTimeout(() => body.destroy(), LAST_BYTES_MS);
  timer.unref();
  body.removeAllListeners("data");
  body.on("end", () => clearTimeout(timer));
  body.resume();
}
