// What a part of the local Bedrock looks like to the server: a table of routes, requests in, replies out.

import type { ScriptEntry } from "./script.ts";

/** What one running mock remembers between requests; each key belongs to the module that made it. */
export class MockState {
  #values = new Map<string, unknown>();

  /** The value under `key`, made by `create` the first time. One key, one type: its module sees to that. */
  of<T>(key: string, create: () => T): T {
    if (!this.#values.has(key)) this.#values.set(key, create());
    return this.#values.get(key) as T;
  }
}

/** Who is calling, as far as the credentials tell. */
export interface MockCaller {
  kind: "sigv4" | "bearer" | "none";
  /** Region of the signature's scope or of the short-term key; `us-east-1` where neither tells. */
  region: string;
  /** False where neither signature, key nor host name tells the region. */
  isRegionKnown: boolean;
  account: string;
  arn: string;
  userId: string;
}

/** How fast a running mock answers. */
export interface Pace {
  /** Milliseconds before each reply. */
  latencyMs: number;
  /** Output tokens a second in a stream; 0: as fast as the socket takes them. */
  tokensPerSecond: number;
}

export interface MockRequest {
  method: string;
  /** As sent, without the query and without the mantle prefix; still percent-encoded. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
  /** What the route's pattern found in `path`; `param` decodes a group. */
  match: RegExpExecArray;
  auth: MockCaller;
  state: MockState;
  /** The mock's clock, milliseconds since the epoch. */
  now: number;
  requestId: string;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
  pace: Pace;
  /** What the script wants said instead of the default answer; only inference looks at it. */
  scripted: ScriptEntry | null;
}

/** `status` 0: no status line and no headers, only the steps of the body. */
export interface MockReply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array | AsyncIterable<Uint8Array | WireStep> | Iterable<Uint8Array | WireStep>;
  /** A body that ends only where the connection does, without length or chunks. */
  endsWithConnection?: boolean;
}

/**
 * What a server can do to its connection between bytes: wait, break it (reset), close it without ending the body (fin),
 * say nothing more and keep it open (stall), send what follows a byte at a time (drip).
 */
export type WireStep = { wait: number } | { wire: "reset" | "fin" | "stall" | "drip" };

export interface MockRoute {
  method: string;
  /** Matched against the whole path, percent-encoded as sent. */
  pattern: RegExp;
  /** The IAM action, such as `bedrock:ListFoundationModels`: what `--deny` names. */
  action: string;
  /** Of a service whose operation is a form's `Action`: the IAM action of each; `action` is for all others. */
  actionsByForm?: Readonly<Record<string, string>>;
  service: "bedrock" | "sts" | "servicequotas" | "bedrock-mantle";
  /** Throws MockError for the service's own errors. */
  handle(request: MockRequest): Promise<MockReply> | MockReply;
}

/** An error as the service reports it. Default headers and body suit Bedrock's REST APIs; a route may render it otherwise. */
export class MockError extends Error {
  override name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** IAM denials and bad API keys say `Message`, everything else `message`. */
  readonly messageKey: "message" | "Message";

  constructor(
    status: number,
    name: string,
    message: string,
    more: { headers?: Record<string, string>; messageKey?: "message" | "Message" } = {},
  ) {
    super(message);
    this.name = name;
    this.status = status;
    this.headers = more.headers ?? {};
    this.messageKey = more.messageKey ?? "message";
  }
}

/** 403, as the front door says it. */
export function refusal(
  name: string,
  message: string,
  messageKey: "message" | "Message" = "message",
): MockError {
  return new MockError(403, name, message, { messageKey });
}

/** 400 ValidationException, the service's commonest refusal. */
export function validationError(message: string): MockError {
  return new MockError(400, "ValidationException", message);
}

/** A JSON reply of status 200. */
export function jsonReply(value: unknown, headers: Record<string, string> = {}): MockReply {
  return {
    status: 200,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(value),
  };
}

/** The fields of a request in the query protocol. */
export function formOf({
  method,
  query,
  body,
}: Pick<MockRequest, "method" | "query" | "body">): URLSearchParams {
  return method === "GET" ? query : new URLSearchParams(body.toString());
}

/** The decoded group `index` of the route's pattern: a model id or ARN as the caller meant it. */
export function pathParam(request: MockRequest, index = 1): string {
  const raw = request.match[index] ?? "";
  try {
    return decodeURIComponent(raw);
  } catch {
    throw validationError("The path contains a malformed percent-encoding.");
  }
}

/** `text` without its percent-encoding; as it is where that is malformed. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
