// The local Bedrock: one port of 127.0.0.1 that answers as runtime, control plane, STS and mantle do.
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { authenticate } from "./auth.ts";
import { CONTROL_ROUTES } from "./control/routes.ts";
import { askedFor, deny } from "./deny.ts";
import { renderError, stsError } from "./errors.ts";
import { blindReply } from "./faults.ts";
import { listen, type Respond } from "./listen.ts";
import { MESSAGES_ROUTES } from "./messages-routes.ts";
import {
  MockError,
  type MockReply,
  type MockRequest,
  type MockRoute,
  MockState,
  type Pace,
} from "./routes.ts";
import { RUNTIME_ROUTES } from "./runtime-routes.ts";
import { type Script, type ScriptEntry, ScriptPlayer } from "./script.ts";
import { isFor, type Target, targetOf, unknownOperation } from "./target.ts";
import { sendReply } from "./wire.ts";

export interface MockOptions {
  /** 0 or absent: any free port. */
  port?: number;
  /** Replies to play before the default ones. */
  script?: Script | null;
  /** Milliseconds before each reply. */
  latencyMs?: number;
  /** Output tokens a second in a stream; 0 or absent: as fast as the socket takes them. */
  tokensPerSecond?: number;
  /** IAM actions that the caller may not do, such as `bedrock:InvokeModel`; `*` at the end matches the rest. */
  deny?: readonly string[];
  /** Called with one JSON line a request, when its answer has ended; no secrets in it. */
  log?: (line: string) => void;
  /** The mock's clock, milliseconds since the epoch. */
  now?: () => number;
  /** PEM key and certificate: speak TLS. */
  tls?: { key: string; cert: string };
}

/** A request as it came, for tests. */
export interface RecordedRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Status of the answer; null while none was sent. */
  status: number | null;
  /** When the client went away before the end of the answer: milliseconds of the mock's clock. */
  closedEarlyAt: number | null;
}

export interface RunningMock {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Endpoint of the Messages API of bedrock-mantle; SDKs add `/anthropic`. */
  mantleUrl: string;
  port: number;
  requests: RecordedRequest[];
  close(): Promise<void>;
}

const BODY_LIMIT = 64 * 1024 * 1024;
const ROUTES: readonly MockRoute[] = [...RUNTIME_ROUTES, ...MESSAGES_ROUTES, ...CONTROL_ROUTES];

/** The IAM actions that `deny` can name. */
export const DENIABLE_ACTIONS: readonly string[] = [
  ...new Set([
    ...ROUTES.flatMap(({ action, actionsByForm }) => [action, ...Object.values(actionsByForm ?? {})]),
    "bedrock:CallWithBearerToken",
    "bedrock-mantle:CallWithBearerToken",
  ]),
];

/** Starts a mock and resolves when it listens; rejects when the port is taken. */
export async function startMock(options: MockOptions = {}): Promise<RunningMock> {
  const now = options.now ?? Date.now;
  const state = new MockState();
  const player = new ScriptPlayer(options.script ?? null);
  const pace: Pace = { latencyMs: options.latencyMs ?? 0, tokensPerSecond: options.tokensPerSecond ?? 0 };
  const requests: RecordedRequest[] = [];
  async function serve(...[request, response, socket]: Parameters<Respond>): Promise<void> {
    const startedAt = now();
    const recorded: RecordedRequest = {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: headersOf(request),
      body: Buffer.alloc(0),
      status: null,
      closedEarlyAt: null,
    };
    requests.push(recorded);
    const gone = new AbortController();
    const target = targetOf(recorded.path, recorded.headers);
    const route = ROUTES.find((candidate) => isFor(candidate, recorded.method, target));
    let isSent = false;
    response.on("finish", () => {
      isSent = true;
    });
    response.on("close", () => {
      if (!isSent) {
        recorded.closedEarlyAt = now();
        gone.abort();
      }
      const action = route && askedFor(route, { ...recorded, query: target.query });
      options.log?.(logLine(recorded, action ?? null, now() - startedAt));
    });
    const requestId = randomUUID();
    try {
      recorded.body = await readBody(request);
      const scripted = player.next(target.path, recorded.body);
      const clock = now() + (scripted?.skew ?? 0) * 1000;
      await wait(pace.latencyMs + (scripted?.delay ?? 0), gone.signal);
      const mockRequest = { recorded, target, route, scripted, clock, requestId, signal: gone.signal };
      const reply = await answer(mockRequest);
      recorded.status = reply.status;
      const common = { "x-amzn-RequestId": requestId, date: new Date(clock).toUTCString(), ...reply.headers };
      const headers = withScripted(common, scripted?.headers);
      await sendReply(response, socket, { ...reply, headers }, gone.signal);
    } catch (error) {
      if (gone.signal.aborted || response.headersSent) return void response.destroy();
      response
        .writeHead(500, { "content-type": "text/plain" })
        .end(`the mock itself failed: ${(error as Error).message}`);
    }
  }

  async function answer(call: Call): Promise<MockReply> {
    const { recorded, target, route, scripted, clock } = call;
    try {
      const blind =
        scripted && ((route?.service === "sts" && scriptedForSts(scripted)) || blindReply(scripted));
      if (blind) return blind;
      if (route === undefined) return unknownOperation(target);
      const caller = authenticate(
        { method: recorded.method, target: recorded.path, headers: recorded.headers, body: recorded.body },
        route.service,
        clock,
      );
      const match = route.pattern.exec(target.path) as RegExpExecArray;
      const request: MockRequest = {
        method: recorded.method,
        path: target.path,
        query: target.query,
        headers: recorded.headers,
        body: recorded.body,
        match,
        auth: caller,
        state,
        now: clock,
        requestId: call.requestId,
        signal: call.signal,
        pace,
        scripted,
      };
      deny(options.deny ?? [], route, request);
      return await route.handle(request);
    } catch (error) {
      if (error instanceof MockError)
        return renderError(error, route?.service === "sts" ? "sts" : target.surface);
      throw error;
    }
  }

  const { port, close } = await listen(
    options.port ?? 0,
    options.tls,
    (request, response, socket) => void serve(request, response, socket),
  );
  const url = `${options.tls ? "https" : "http"}://127.0.0.1:${port}`;
  return { url, mantleUrl: `${url}/mantle`, port, requests, close };
}

/** A scripted error as STS says its own, in XML; null where the script wants something else. */
function scriptedForSts({ status, name, message, body, fault }: ScriptEntry): MockReply | null {
  const isError = name !== undefined || (status !== undefined && status >= 400);
  if (!isError || fault !== undefined || body !== undefined) return null;
  return stsError(status ?? 400, name ?? "UnknownException", message ?? "");
}

interface Call {
  recorded: RecordedRequest;
  target: Target;
  route: MockRoute | undefined;
  scripted: ScriptEntry | null;
  clock: number;
  requestId: string;
  signal: AbortSignal;
}

function withScripted(
  headers: Record<string, string>,
  scripted: Readonly<Record<string, string | null>> | undefined,
): Record<string, string> {
  const result = { ...headers };
  for (const [name, value] of Object.entries(scripted ?? {})) {
    for (const key of Object.keys(result)) if (key.toLowerCase() === name.toLowerCase()) delete result[key];
    if (value !== null) result[name] = value;
  }
  return result;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** HTTP/2 says `:authority` for `host`, and the AWS SDK signs it under that name: both are kept. */
function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(":") && name !== ":authority") continue;
    headers[name] = Array.isArray(value) ? value.join(",") : (value ?? "");
  }
  if (headers[":authority"] !== undefined) headers["host"] ??= headers[":authority"];
  return headers;
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {});
}

/** No header and no body goes into the log: they may hold secrets and prompts. */
function logLine(recorded: RecordedRequest, action: string | null, ms: number): string {
  return JSON.stringify({
    method: recorded.method,
    path: recorded.path.split("?")[0],
    action,
    status: recorded.status,
    body_bytes: recorded.body.length,
    ms,
    closed_early: recorded.closedEarlyAt !== null,
  });
}
