// One port for plain HTTP/1.1 and for HTTP/2 with prior knowledge: the AWS SDK for JavaScript streams over HTTP/2 unless
// told otherwise, and people point it at the mock as it is.
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttp2Server, type Http2ServerResponse } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";

/** The two kinds of response share all that the mock uses but the socket. */
export type Respond = (
  request: IncomingMessage,
  response: ServerResponse,
  socket: () => Socket | null,
) => void;

export interface Listening {
  port: number;
  /** Breaks every connection. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; rejects when the port is taken. `tls` makes it HTTPS (HTTP/1.1 only). */
export async function listen(
  port: number,
  tls: { key: string; cert: string } | undefined,
  respond: Respond,
): Promise<Listening> {
  const limits = { keepAliveTimeout: 30_000, requestTimeout: 0 };
  const onHttp1 = (request: IncomingMessage, response: ServerResponse) =>
    respond(request, response, () => response.socket);
  const http1: Server = tls
    ? createTlsServer({ ...limits, ...tls }, onHttp1)
    : createHttpServer(limits, onHttp1);
  // What Node cannot parse is no reason to end the mock.
  http1.on("clientError", (_error, socket) => socket.destroy());

  const carriers = new WeakMap<object, Socket>();
  const http2 = createHttp2Server((request, response: Http2ServerResponse) => {
    const session = response.stream?.session;
    respond(
      request as unknown as IncomingMessage,
      response as unknown as ServerResponse,
      () => (session && carriers.get(session)) ?? null,
    );
  });
  http2.on("sessionError", () => {});

  const front = tls ? http1 : createTcpServer({ noDelay: true }, (socket) => sort(socket));
  const sort = (socket: Socket) =>
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      if (first.toString("latin1", 0, 3) !== "PRI") {
        http1.emit("connection", socket);
        socket.resume();
        return;
      }
      http2.once("session", (session) => carriers.set(session, socket));
      http2.emit("connection", socket);
    });

  const sockets = new Set<Socket>();
  front.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve, reject) => {
    front.once("error", reject);
    front.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (front.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        front.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
