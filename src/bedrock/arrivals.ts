// A body as it arrives. Reading Node's stream with `for await` loses what came just before a broken connection: the
// error overtakes it. Here the good part is always given first.
import type { Readable } from "node:stream";

/** So much may wait for a slow reader before the sender is held back. */
const HIGH_WATER = 1024 * 1024;

/** Yields every byte that came, then ends or throws as `body` does. Must be called when the head arrives; when left early, the connection is let go. */
export function arrivalsOf(body: Readable): AsyncIterable<Buffer> {
  const waiting: Buffer[] = [];
  let size = 0;
  let outcome: { error: Error | null } | null = null;
  let wake = () => {};
  const conclude = (error: Error | null) => {
    outcome ??= { error };
    wake();
  };
  body.on("data", (chunk: Buffer) => {
    waiting.push(chunk);
    size += chunk.length;
    if (size >= HIGH_WATER) body.pause();
    wake();
  });
  body.on("end", () => conclude(null));
  body.on("error", conclude);
  body.on("close", () => conclude(new Error("premature close")));

  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      while (true) {
        const chunk = waiting.shift();
        if (chunk !== undefined) {
          size -= chunk.length;
          if (size < HIGH_WATER && body.isPaused()) body.resume();
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
      letGo(body);
    }
  }
  return chunks();
}

/** How long a connection may take to end an answer that is whole already, before it is given up. */
const LAST_BYTES_MS = 1000;

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
