// Takes a failure out of whatever carried it: name, status, words, request id, headers, Node's code.
import type { AwsFailure } from "../core/errors.ts";
import { type Failure, plainName } from "../core/failures/failure.ts";
import { readBody } from "../core/failures/read.ts";
import { ReplyFailure } from "../core/reply-failure.ts";
import { ForeignAnswer } from "./foreign-answer.ts";

/** Names that say nothing: of a class, or the SDK's own way to say that it does not know. */
const EMPTY_NAMES = new Set([
  "error",
  "unknown",
  "unknownstream",
  "type",
  "syntax",
  "range",
  "",
  "bedrockruntimeservice",
  "bedrockservice",
]);
const EMPTY_MESSAGES = /^(?:unknown ?error|unknown|error)$/i;

/** Statuses that the service model gives to exceptions that come inside a stream, after an HTTP 200. */
const STATUS_IN_STREAM: Readonly<Record<string, number>> = {
  internalserver: 500,
  modelstreamerror: 424,
  validation: 400,
  throttling: 429,
  modeltimeout: 408,
  serviceunavailable: 503,
};

type Fields = Record<string, unknown>;

/** The failure in `error`, whatever its shape; empty fields where it tells nothing. Never throws. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ForeignAnswer) return ofForeignAnswer(error);
  const fields = asFields(error);
  const response = asFields(fields["$response"]);
  const body =
    readBody(fields["body"]) ??
    readBody(textOf(response["body"])) ??
    (error instanceof Error ? null : readBody(error));
  const ownName = error instanceof ReplyFailure ? error.errorType : text(fields["name"]);
  const ownMessage = typeof error === "string" ? error : (text(fields["message"]) ?? "");
  const inner = readBody(ownMessage);
  const name = [ownName, inner?.name, body?.name].find(
    (one) => one != null && !EMPTY_NAMES.has(plainName(one)),
  );
  const message = [inner?.message, ownMessage, body?.message, text(fields["originalMessage"])].find(
    (one) => one != null && one !== "" && !EMPTY_MESSAGES.test(one.trim()),
  );
  return {
    name: name ?? null,
    status: statusOf(fields) ?? inner?.status ?? body?.status ?? null,
    message: message ?? "",
    operation: text(fields["operation"]),
  };
}

/** Name, status and request id for the error report; null where no service spoke. */
export function awsFailureOf(error: unknown, failure: Failure): AwsFailure | null {
  const fields = asFields(error);
  const metadata = asFields(fields["$metadata"]);
  const headers = headersOf(error);
  const requestId =
    text(metadata["requestId"]) ??
    text(fields["requestId"]) ??
    headers["x-amzn-requestid"] ??
    headers["x-amzn-request-id"] ??
    headers["x-amz-request-id"] ??
    headers["request-id"] ??
    null;
  const isInStream = fields["isStreamException"] === true || error instanceof ReplyFailure;
  if (failure.status === null && requestId === null && !isInStream) return null;
  const name =
    failure.name === null
      ? null
      : failure.name.replace(/^[a-z]/, (first) =>
          failure.name?.includes("_") ? first : first.toUpperCase(),
        );
  const status =
    failure.status ?? (failure.name === null ? null : (STATUS_IN_STREAM[plainName(failure.name)] ?? null));
  return { name, status, requestId };
}

/** Seconds that the service asked to wait (RFC 9110 `Retry-After`: seconds or a date); null where it did not. */
export function retryAfterOf(error: unknown, now = Date.now()): number | null {
  const headers = headersOf(error);
  const value = headers["retry-after"]?.trim();
  if (value === undefined || value === "") return null;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value);
  // A date is meant by the service's clock, not by ours.
  const base = Date.parse(headers["date"] ?? "");
  const seconds = (Date.parse(value) - (Number.isNaN(base) ? now : base)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}

/** Node's code and words for a failure of the network; null where `error` is none. Looks into causes and aggregates. */
export function networkWordsOf(
  error: unknown,
): { code: string; text: string; isConnecting: boolean; proxy: string | null; where: string | null } | null {
  const proxy = text(asFields(error)["proxy"]) ?? null;
  for (const one of chainOf(error)) {
    const fields = asFields(one);
    // What a service or a provider said may quote a network error; it is theirs.
    if ("$metadata" in fields && asFields(fields["$metadata"])["httpStatusCode"] !== undefined) return null;
    const message = text(fields["message"]) ?? "";
    const code = codeIn(text(fields["code"]) ?? "", message);
    if (code === null) continue;
    const where = text(fields["hostname"]) ?? placeOf(fields) ?? null;
    return {
      code,
      text: message.includes(code) ? message : `${code} ${message}`,
      isConnecting: isConnecting(code, fields, message),
      proxy,
      where: where === null ? null : `https://${where}`,
    };
  }
  return null;
}

const NETWORK_CODE =
  /^(?:E(?:NOTFOUND|AI_[A-Z]+|CONN[A-Z]+|TIMEDOUT|PIPE|HOST[A-Z]+|NET[A-Z]+|ADDRNOTAVAIL|PROTO|SOCKETTIMEDOUT)|ERR_(?:TLS|SSL|HTTP2|STREAM_PREMATURE|PROXY)\w*|(?:CERT|UNABLE|DEPTH|SELF|CRL|HOSTNAME|INVALID_CA|PATH_LENGTH|ERROR_IN)_\w+|UND_ERR_\w+|HPE_\w+)$/;

function codeIn(code: string, message: string): string | null {
  if (NETWORK_CODE.test(code)) return code;
  if (/did not establish a connection/.test(message)) return "ETIMEDOUT";
  if (/socket hang up|premature close|other side closed|socket is closed/i.test(message)) return "ECONNRESET";
  return null;
}

function isConnecting(code: string, fields: Fields, message: string): boolean {
  return (
    fields["syscall"] === "connect" ||
    fields["syscall"] === "getaddrinfo" ||
    /^(?:ENOTFOUND|EAI_|ECONNREFUSED|EHOST|ENET)/.test(code) ||
    /did not establish a connection|^(?:connect|getaddrinfo) /.test(message)
  );
}

/** The error, what it aggregates, and its causes, outermost first; bounded against circles. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  const queue = [error];
  while (queue.length > 0 && chain.length < 20) {
    const one = queue.shift();
    if (typeof one !== "object" || one === null || chain.includes(one)) continue;
    chain.push(one);
    const fields = asFields(one);
    if (Array.isArray(fields["errors"])) queue.push(...fields["errors"]);
    queue.push(fields["cause"]);
  }
  return chain;
}

function ofForeignAnswer(answer: ForeignAnswer): Failure {
  const body = readBody(answer.text);
  if (body !== null) return { ...body, status: answer.status };
  const isText = !/\u0000|\ufffd\ufffd/.test(answer.text);
  const line = isText ? firstTextOf(answer.text) : "";
  return { name: null, status: answer.status, message: line, isForeign: line !== "" || !isText };
}

/** The first line of text in a page, at most 200 characters: what a person would read in a browser. */
function firstTextOf(page: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(page)?.[1]?.trim();
  const plain = page
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, "\n")
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "");
  return (title || plain || "").slice(0, 200);
}

function statusOf(fields: Fields): number | null {
  const metadata = asFields(fields["$metadata"]);
  const response = asFields(fields["$response"]);
  for (const status of [
    metadata["httpStatusCode"],
    fields["status"],
    fields["statusCode"],
    response["statusCode"],
  ]) {
    if (typeof status === "number" && status >= 100 && status < 600) return status;
  }
  return null;
}

function headersOf(error: unknown): Readonly<Record<string, string | undefined>> {
  const fields = asFields(error);
  const headers = asFields(asFields(fields["$response"])["headers"] ?? fields["headers"]);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), text(value)]),
  );
}

function placeOf(fields: Fields): string | undefined {
  const address = text(fields["address"]);
  if (address === undefined) return undefined;
  const host = address.includes(":") ? `[${address}]` : address;
  return fields["port"] === undefined ? host : `${host}:${String(fields["port"])}`;
}

function textOf(body: unknown): string | undefined {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body.subarray(0, 100_000)) : undefined;
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
