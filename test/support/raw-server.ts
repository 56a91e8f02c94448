// A server that writes bytes, not answers: HTTP as it may come over the wire, whoever wrote it.
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import { TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { chunkFrame } from "../../src/mock/frames.ts";
import { selfSigned } from "./fault-server.ts";

export interface RawRequest {
  /** Request line and headers. */
  head: string;
  body: Buffer;
}

export interface RawServer {
  env: Record<string, string>;
  /** Whole requests, as they came. */
  requests: RawRequest[];
  connections(): number;
}

/** Answers the n-th request, from 0, by whatever `answer` writes. With `tls`, a certificate of nobody's for localhost. */
export async function rawServer(
  answer: (socket: Socket, request: RawRequest, n: number) => void,
  { tls = false } = {},
): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const serve = (socket: Socket) => {
    connections++;
    sockets.add(socket);
    let pending: Buffer[] = [];
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (bytes) => {
      pending.push(bytes);
      const whole = requestIn(Buffer.concat(pending));
      if (whole === null) return;
      pending = [];
      requests.push(whole);
      answer(socket, whole, requests.length - 1);
    });
  };
  const server = tls ? createTlsServer(selfSigned(), serve) : createServer(serve);
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const env = {
    AWS_ENDPOINT_URL: `${tls ? "https" : "http"}://localhost:${port}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
  };
  return { env, requests, connections: () => connections };
}

function requestIn(bytes: Buffer): RawRequest | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const head = bytes.toString("latin1", 0, end);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const body = bytes.subarray(end + 4);
  return body.length < length ? null : { head, body };
}

/** The frames of a whole streamed answer that says `text`. */
export function framesSaying(text: string): Buffer {
  const events = [
    {
      type: "message_start",
      message: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "m",
        content: [],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ];
  return Buffer.concat(events.map((event, i) => chunkFrame(JSON.stringify(event), i)));
}

export const STREAM_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n";

/** `bytes` in the chunked coding, in chunks of `size`, with what else the coding allows. */
export function chunked(bytes: Buffer, size: number, { extension = "", trailer = "" } = {}): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}${extension}\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`)]);
}
