// Servers that go wrong on purpose, over real sockets: Bedrock with any fault of src/mock/faults.ts, plain or TLS;
// proxies that tunnel, refuse or keep a log; a listener that takes connections and says nothing.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mockEnvironment } from "../../src/mock/environment.ts";
import type { ScriptEntry } from "../../src/mock/script.ts";
import { type MockOptions, type RunningMock, startMock } from "../../src/mock/server.ts";

export interface FaultServer extends RunningMock {
  /** The environment that points `cbr` here; the CA is not in it. */
  env: Record<string, string>;
  /** PEM file of the certificate, with `tls`. */
  caPath: string | null;
  /** How many requests came. */
  hits(): number;
}

/** A Bedrock that plays `script`; the last reply without `times` repeats. With `tls`, behind a self-signed certificate. */
export async function startFaultServer(
  script: readonly ScriptEntry[],
  options: Omit<MockOptions, "script" | "tls"> & { tls?: boolean } = {},
): Promise<FaultServer> {
  const { tls, ...rest } = options;
  const identity = tls ? selfSigned() : null;
  const mock = await startMock({ ...rest, script, ...(identity && { tls: identity }) });
  return {
    ...mock,
    env: mockEnvironment(mock.url, "us-east-1", {}).set,
    caPath: identity?.caPath ?? null,
    hits: () => mock.requests.length,
  };
}

let identity: { key: string; cert: string; caPath: string } | null = null;

/** A key and a certificate for 127.0.0.1 and localhost, made once a process. */
export function selfSigned(): { key: string; cert: string; caPath: string } {
  if (identity) return identity;
  const folder = mkdtempSync(join(tmpdir(), "cbr-tls-"));
  const [keyPath, caPath] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    [
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
      ],
      ...["-keyout", keyPath, "-out", caPath, "-subj", "/CN=Corporate Inspection CA"],
      ...[
        "-addext",
        "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost,DNS:*.amazonaws.com,DNS:*.us-east-1.amazonaws.com",
      ],
    ],
    { stdio: "ignore" },
  );
  identity = { key: readFileSync(keyPath, "utf8"), cert: readFileSync(caPath, "utf8"), caPath };
  return identity;
}

export interface Proxy {
  url: string;
  /** `CONNECT host:port` and `POST http://host/…`, in order. */
  log: string[];
  /** Headers of each request to the proxy itself. */
  headers: IncomingMessage["headers"][];
  close(): Promise<void>;
}

/** An HTTP proxy. `refuse` answers everything with that status; `redirectTo` sends every tunnel to that port of 127.0.0.1. */
export async function startProxy(options: { refuse?: number; redirectTo?: number } = {}): Promise<Proxy> {
  const log: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const server = createHttpServer((request, response) => {
    log.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    if (options.refuse) return void response.writeHead(options.refuse).end();
    const target = new URL(request.url ?? "/");
    const port = options.redirectTo ?? Number(target.port || 80);
    const forwarded = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method: request.method,
        path: target.pathname + target.search,
        headers: request.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    log.push(`CONNECT ${request.url}`);
    headers.push(request.headers);
    socket.on("error", () => {});
    if (options.refuse)
      return void socket.end(`HTTP/1.1 ${options.refuse} Refused\r\nContent-Length: 0\r\n\r\n`);
    const [host, port] = (request.url ?? "").split(/:(\d+)$/);
    const tunnel = connect(
      options.redirectTo ?? Number(port),
      options.redirectTo ? "127.0.0.1" : host,
      () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        tunnel.pipe(socket);
        socket.pipe(tunnel);
      },
    );
    tunnel.on("error", () => socket.destroy());
    socket.on("close", () => tunnel.destroy());
  });
  const { port, close } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, log, headers, close };
}

/** Takes connections and never says a word; `connections` counts them. */
export async function startSilentListener(): Promise<{
  url: string;
  port: number;
  connections(): number;
  close(): Promise<void>;
}> {
  let count = 0;
  const server = createTcpServer((socket) => {
    count++;
    socket.on("error", () => {});
  });
  const { port, close } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, port, connections: () => count, close };
}

/**
 * An address that answers no SYN: a listener that is stopped, with its queue full. The kernel then drops what comes, as
 * a firewall would. POSIX only.
 */
export async function startBlackHole(): Promise<{ url: string; port: number; close(): Promise<void> }> {
  const program =
    'const s=require("net").createServer();s.listen({port:0,host:"127.0.0.1",backlog:1},()=>console.log(s.address().port))';
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once("data", (data) => resolve(Number(String(data)))),
  );
  child.kill("SIGSTOP");
  const sockets: Socket[] = [];
  // Each that still connects takes a place in the queue.
  while (await isConnected(port, sockets));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        child.once("close", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}

function isConnected(port: number, sockets: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    sockets.push(socket);
    socket.on("error", () => {});
    setTimeout(() => resolve(false), 300);
  });
}

/** Passes every connection to `host` on to a port of 127.0.0.1. */
export async function startForwarder(
  host: string,
  target: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createTcpServer((socket) => {
    const onward = connect(target, "127.0.0.1");
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  return listen(server, host);
}

async function listen(server: Server, host = "127.0.0.1"): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
