// Errors as people paste them and services print them: JSON bodies, log lines, what the AWS CLI and the SDKs say.
import { ERROR_CODES, type ErrorCode } from "../error-codes.ts";
import { type Failure, isKnownName } from "./failure.ts";

/** What a text or body tells of a failure; `code` where it is one of ours. */
export interface ReadFailure extends Failure {
  code?: ErrorCode | undefined;
  requestId?: string | undefined;
}

const NOTHING: ReadFailure = { name: null, status: null, message: "" };
const MAX_TEXT = 200_000;

/** Reads a whole text: one of our codes, a status, an exception name, a JSON body, or a log line that holds any of them. */
export function readFailure(text: string): ReadFailure {
  const whole = text.slice(0, MAX_TEXT).trim();
  if (isErrorCode(whole)) return { ...NOTHING, code: whole };
  const status = /^(?:HTTP[ /]?(?:[\d.]+ )?)?([1-5]\d\d)$/i.exec(whole)?.[1];
  if (status !== undefined) return { ...NOTHING, status: Number(status) };
  if (/^[A-Za-z_.#]+$/.test(whole) && isKnownName(whole)) return { ...NOTHING, name: whole };
  return merge(readJsonIn(whole), readLine(whole)) ?? { ...NOTHING, message: whole };
}

/** The failure in a JSON value of any known shape; null where there is none. */
export function readBody(value: unknown, depth = 0): ReadFailure | null {
  if (typeof value === "string") return depth > 3 ? null : readJsonText(value, depth + 1);
  if (typeof value !== "object" || value === null || depth > 5) return null;
  const fields = value as Record<string, unknown>;
  const pick = (...names: string[]) =>
    names.map((name) => fields[name]).find((field) => typeof field === "string" && field !== "") as
      | string
      | undefined;
  for (const nest of ["error", "Error", "Output", "err", "exception"]) {
    const inner = readBody(fields[nest], depth + 1);
    if (inner !== null)
      return withStatus({ ...inner, requestId: inner.requestId ?? pick("request_id") }, fields);
  }
  const code = pick("code", "Code");
  const isOurs = code !== undefined && "exit_code" in fields && isErrorCode(code);
  const name = pick("__type", "errorCode", "errorType", "name", "Code", "code") ?? typeOf(fields, pick);
  const message = pick("message", "Message", "errorMessage", "error_message", "msg");
  const inner = message === undefined ? null : readJsonText(message, depth + 1);
  if (message === undefined && (name === undefined || !isKnownName(name))) return fromOneKey(fields, depth);
  const found: ReadFailure = {
    name: inner?.name ?? name ?? null,
    status: inner?.status ?? null,
    message: inner?.message ?? message ?? "",
    requestId: pick("request_id", "requestId", "RequestId", "requestID"),
    ...(isOurs && { code }),
  };
  return withStatus(found, fields);
}

/** `type` is a name only in the Messages API's inner object, as in `{"type":"overloaded_error","message":"…"}`. */
function typeOf(
  fields: Record<string, unknown>,
  pick: (...names: string[]) => string | undefined,
): string | undefined {
  const type = pick("type");
  return type !== undefined && (/_error$/.test(type) || isKnownName(type)) && fields["type"] !== "error"
    ? type
    : undefined;
}

/** An event-stream union, as in `{"throttlingException":{"message":"…"}}`. */
function fromOneKey(fields: Record<string, unknown>, depth: number): ReadFailure | null {
  for (const [key, value] of Object.entries(fields)) {
    if (!isKnownName(key) || typeof value !== "object") continue;
    const inner = readBody(value, depth + 1);
    return { ...(inner ?? NOTHING), name: inner?.name ?? key };
  }
  return null;
}

function withStatus(found: ReadFailure, fields: Record<string, unknown>): ReadFailure {
  const metadata = fields["$metadata"] ?? fields["ResponseMetadata"];
  const sources = [fields, typeof metadata === "object" && metadata !== null ? metadata : {}];
  for (const source of sources as Record<string, unknown>[]) {
    for (const key of ["status", "statusCode", "httpStatusCode", "HTTPStatusCode", "status_code"]) {
      const status = Number(source[key]);
      if (found.status === null && Number.isInteger(status) && status >= 100 && status < 600)
        return { ...found, status };
    }
  }
  return found;
}

function readJsonText(text: string, depth: number): ReadFailure | null {
  if (!/^\s*[{["]/.test(text)) return null;
  try {
    return readBody(JSON.parse(text), depth);
  } catch {
    return null;
  }
}

/** JSON anywhere in a text: the whole, one of its lines, or from its first brace to its last. */
function readJsonIn(text: string): ReadFailure | null {
  const first = text.indexOf("{");
  const candidates = [text, ...text.split("\n").reverse(), text.slice(first, text.lastIndexOf("}") + 1)];
  for (const candidate of candidates) {
    const found = readJsonText(candidate, 0);
    if (found !== null) return found;
  }
  return first === -1 ? null : readPythonDict(text.slice(first));
}

// `Error code: 400 - {'message': "…"}` as Python prints it.
function readPythonDict(text: string): ReadFailure | null {
  const field = (name: string) =>
    new RegExp(`['"]${name}['"]: ?(?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")`, "i").exec(text);
  const message = field("message");
  if (message === null) return null;
  const type = [...text.matchAll(/['"]type['"]: ?['"](\w+_error)['"]/g)][0]?.[1];
  return { ...NOTHING, name: type ?? null, message: message[1] ?? message[2] ?? "" };
}

/** What stands around the message in one line of output. */
function readLine(text: string): ReadFailure | null {
  const boto =
    /an error occurred \((\w+)\) when calling the (\w+) operation(?: \([^)]*\))?: ?([\s\S]*)/i.exec(text);
  if (boto !== null) {
    const status = /^\d{3}$/.test(boto[1] ?? "") ? Number(boto[1]) : null;
    return {
      name: status === null ? (boto[1] ?? null) : null,
      status,
      operation: boto[2],
      message: boto[3] ?? "",
    };
  }
  const named = [
    ...text.matchAll(/\b((?:[A-Za-z]+\.){0,12}[A-Za-z_]{4,}?(?:Exception|Error|_error)?)\b/g),
  ].find(([word]) => isNameInText(word));
  const status = statusIn(text);
  const after =
    named === undefined ? text : text.slice(named.index + named[0].length).replace(/^["':\s]+/, "");
  if (named === undefined && status === null) return null;
  return {
    name: named?.[0].replace(/^.*\./, "") ?? null,
    status,
    message: after === "" ? text : after.length < text.length / 4 ? text : after,
    operation: /\b(InvokeModel(?:WithResponseStream)?|Converse(?:Stream)?|CountTokens)\b/.exec(text)?.[1],
  };
}

// In prose only names that cannot be ordinary words count: "internal" or "timeout" are.
function isNameInText(word: string): boolean {
  const isName =
    /(?:Exception|Error|_error)$/.test(word) || /^[A-Z][a-z]+(?:[A-Z][a-z]+)+(?:Id)?$/.test(word);
  return (
    isName && word !== "TimeoutError" && word !== "InternalError" && isKnownName(word.replace(/^.*\./, ""))
  );
}

function statusIn(text: string): number | null {
  const found =
    /^([45]\d\d)\b(?!\d)/.exec(text) ??
    /\b(?:status(?: ?code)?|HTTP(?:\/[\d.]+)?|error code|StatusCode)["']?[:= ]+([345]\d\d)\b/i.exec(text);
  return found === null ? null : Number(found[1]);
}

/** JSON tells the message better, the line around it may tell name, status and operation. */
function merge(json: ReadFailure | null, line: ReadFailure | null): ReadFailure | null {
  if (json === null || line === null) return json ?? line;
  return {
    ...json,
    name: json.name ?? line.name,
    status: json.status ?? line.status,
    operation: json.operation ?? line.operation,
  };
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
