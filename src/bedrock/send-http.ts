// One HTTP/1.1 request over an agent. What the SDK's own handler does for us, without the rest of it to load.
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { HttpRequest, HttpResponse } from "@smithy/types";
import { aborted, KEEP_ALIVE_MS, notConnected, queryOf, reset } from "./http-parts.ts";
import type { Trust } from "./trust.ts";

export interface SendOptions {
  agent: Agent;
  /** Node's `http.request` or `https.request`. */
  start: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest;
  trust: Trust;
  /** Milliseconds; 0 is off. */
  connectTimeout: number;
  signal: AbortSignal | undefined;
}

/** Resolves with the answer's head; `body` is its stream. Throws Node's network errors, `TimeoutError`, `AbortError`. */
export function sendHttp(request: HttpRequest, options: SendOptions): Promise<HttpResponse> {
  const { agent, start, trust, connectTimeout, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const target = {
      agent,
      ...trust,
      // An IPv6 address stands in brackets in a URL, and without them in a socket.
      host: request.hostname.replace(/^\[(.*)\]$/, "$1"),
      ...(request.port !== undefined && { port: request.port }),
    };
    let answer: IncomingMessage | null = null;
    const outgoing = start(
      {
        ...target,
        method: request.method,
        path: request.path + queryOf(request),
        headers: request.headers,
      },
      (incoming) => {
        answer = incoming;
        clearTimeout(timer);
        resolve({
          statusCode: incoming.statusCode ?? 0,
          headers: plain(incoming.headers),
          body: incoming,
        });
      },
    );
    let issuer: string | null = null;
    let isBlind = false;
    let hasFailed = false;
    const fail = (error: Error) => {
      hasFailed = true;
      clearTimeout(timer);
      // What is wrong with a body only the request is told, the body says that it was cut. What was good goes first.
      if (answer !== null) setImmediate(() => answer?.destroy(error));
      if (isBlind && isAboutTrust(error)) {
        void lookAgain(start, target).then((found) => reject(Object.assign(error, { issuer: found })));
      } else reject(issuer === null ? error : Object.assign(error, { issuer }));
    };
    const timer =
      connectTimeout > 0
        ? setTimeout(() => {
            fail(notConnected(connectTimeout));
            outgoing.destroy();
          }, connectTimeout)
        : undefined;
    outgoing.on("socket", (socket) => {
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      // A TLS socket is of use only after its handshake, which may hang as well as the connection.
      const connected = "encrypted" in socket ? "secureConnect" : "connect";
      if (isReady(socket)) clearTimeout(timer);
      else socket.once(connected, () => clearTimeout(timer));
      // Who made a certificate can be read only until Node has refused it.
      const onSecure = () => {
        const certificate = (socket as TLSSocket).getPeerCertificate();
        isBlind = certificate === null;
        const { CN, O } = certificate?.issuer ?? {};
        issuer = [CN, O].flat()[0] ?? null;
      };
      socket.prependOnceListener("secure", onSecure);
      // The socket is kept for the next request, and has told its certificate by then.
      outgoing.once("close", () => socket.off("secure", onSecure));
    });
    outgoing.on("error", fail);
    // A change of protocol that nobody asked for ends a request without a word.
    outgoing.once("close", () => {
      if (answer === null && !hasFailed) fail(reset("socket hang up"));
    });
    if (signal !== undefined) {
      const onAbort = () => {
        fail(aborted(signal));
        outgoing.destroy();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      outgoing.once("close", () => signal.removeEventListener("abort", onAbort));
    }
    write(outgoing, request.body);
  });
}

function isReady(socket: Socket): boolean {
  if (socket.connecting) return false;
  if (!("encrypted" in socket)) return true;
  return !["unknown", null].includes((socket as TLSSocket).getProtocol());
}

function isAboutTrust(error: Error): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO/.test((error as NodeJS.ErrnoException).code ?? "");
}

async function lookAgain(start: SendOptions["start"], target: RequestOptions): Promise<string | null> {
  const { issuerBySecondLook } = await import("./second-look.ts");
  return issuerBySecondLook(start, target);
}

function write(outgoing: ClientRequest, body: unknown): void {
  if (body instanceof Readable) body.pipe(outgoing);
  else if (typeof body === "string" || body instanceof Uint8Array) outgoing.end(body);
  else if (body === undefined || body === null) outgoing.end();
  else throw new TypeError("a request's body is text, bytes or a stream");
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
}
