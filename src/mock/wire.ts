// Puts a reply onto the socket, byte for byte and with every way a connection can go wrong.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { MockReply, WireStep } from "./routes.ts";

/** Sends `reply`; resolves when it is sent, when its connection is broken on purpose, or when the client is gone. */
export async function sendReply(
  response: ServerResponse,
  socket: () => Socket | null,
  reply: MockReply,
  gone: AbortSignal,
): Promise<void> {
  const isWhole = typeof reply.body === "string" || reply.body instanceof Uint8Array;
  if (reply.status !== 0) {
    if (reply.endsWithConnection) {
      response.shouldKeepAlive = false;
      response.useChunkedEncodingByDefault = false;
    }
    response.sendDate = false;
    if (isWhole) response.setHeader("content-length", Buffer.byteLength(reply.body as string | Uint8Array));
    response.writeHead(reply.status, reply.headers);
    if (!isWhole) response.flushHeaders();
  }
  if (isWhole) {
    response.end(reply.body);
    return;
  }
  let isDripping = false;
  for await (const step of reply.body as AsyncIterable<Uint8Array | WireStep>) {
    if (gone.aborted) return;
    if (step instanceof Uint8Array) {
      await (isDripping ? drip(response, step, gone) : write(response, step, gone));
    } else if ("wait" in step) {
      await wait(step.wait, undefined, { signal: gone }).catch(() => {});
    } else if (step.wire === "drip") {
      isDripping = true;
    } else {
      return breakOff(response, socket(), step.wire, gone);
    }
  }
  if (!gone.aborted) response.end();
}

async function write(response: ServerResponse, bytes: Uint8Array, gone: AbortSignal): Promise<void> {
  if (response.write(bytes)) {
    // One event, one packet: without a turn of the loop Node would join them.
    await new Promise((resolve) => setImmediate(resolve));
    return;
  }
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off("drain", done);
      gone.removeEventListener("abort", done);
      resolve();
    };
    response.on("drain", done);
    gone.addEventListener("abort", done);
  });
}

async function drip(response: ServerResponse, bytes: Uint8Array, gone: AbortSignal): Promise<void> {
  for (let i = 0; i < bytes.length && !gone.aborted; i++)
    await write(response, bytes.subarray(i, i + 1), gone);
}

async function breakOff(
  response: ServerResponse,
  socket: Socket | null,
  how: "reset" | "fin" | "stall",
  gone: AbortSignal,
): Promise<void> {
  switch (how) {
    case "reset":
      // A reset overtakes bytes that still wait in the socket; what was promised before it should arrive first.
      if (response.headersSent) await wait(20);
      socket?.resetAndDestroy();
      return;
    case "fin":
      socket?.end();
      socket?.destroySoon();
      return;
    case "stall":
      if (!gone.aborted)
        await new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve()));
      return;
    default:
      return how satisfies never;
  }
}
