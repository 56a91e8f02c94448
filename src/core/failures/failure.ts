import type { ErrorCode } from "../error-codes.ts";

/** What is known about the call that failed; all of it optional, each named where it matters. */
export interface FailureFacts {
  modelId?: string | undefined;
  region?: string | undefined;
  geo?: string | undefined;
  /** The AWS profile in use. */
  profile?: string | undefined;
  /** The operation's name, such as `InvokeModelWithResponseStream`. */
  operation?: string | undefined;
  /** The URL that was called, or where it was to be. */
  endpoint?: string | undefined;
  /** The proxy in use, as a URL; its userinfo is never shown. */
  proxy?: string | undefined;
  /** Where the credentials came from: `environment`, `sso`, `login`, `process`, `profile`, `api key` … */
  credentialsSource?: string | undefined;
  /** A bearer token (Bedrock API key) was sent. */
  isBearer?: boolean | undefined;
  /** The bearer token is a key of Anthropic's own API (`sk-ant-…`). */
  isFirstPartyKey?: boolean | undefined;
  /** An event with content was received: the failure is then of an answer that began. */
  hasContent?: boolean | undefined;
  /** The text received so far. */
  partialText?: string | undefined;
  /** Which of cbr's own time limits ended the call, and its length in milliseconds. */
  timedOut?: { kind: "connect" | "first-byte" | "idle" | "overall"; limit: number } | undefined;
  /** Milliseconds that the local clock is ahead of the service's `Date` header. */
  clockOffset?: number | undefined;
  /** Model names near the one that the service does not know. */
  nearestModels?: readonly string[] | undefined;
}

/**
 * What sort of failure it is, told by exception name and status before any wording is looked at:
 * `refused` 400 and the like, `denied` 401 and 403, `missing` 404, `busy` 429, 503 and 529, `failed` 408, 424 and
 * other 5xx, `client` an error of the SDK or of Node that no service sent.
 */
export type FailureKind = "refused" | "denied" | "missing" | "busy" | "failed" | "client";

/** A failure taken out of whatever carried it. */
export interface Failure {
  /** The exception's name as it came; null where there is none or it says nothing (`Error`, `UnknownError`). */
  name: string | null;
  status: number | null;
  /** The service's or the SDK's own words; may be empty. */
  message: string;
  operation?: string | undefined;
  /** The body is no error of Bedrock's: HTML or text of something in between; `message` is its first line of text. */
  isForeign?: boolean | undefined;
}

/** One way to recognise a failure. All that is given must hold. */
export interface Pattern {
  code: ErrorCode;
  kinds: readonly FailureKind[];
  /** Exception names as `plainName` gives them. */
  names?: readonly string[];
  status?: number;
  message?: RegExp;
  /** Our sentence where the code's own can be bettered by what the match or the facts tell. */
  sentence?: (match: Match) => string;
  /** The next step where it differs from the code's own. */
  hint?: string | ((match: Match) => string);
  retryable?: boolean;
  /** Of a client-side failure: the SDK's own words add something to the sentence. */
  keepsMessage?: true;
}

export interface Match {
  failure: Failure;
  facts: FailureFacts;
  /** The groups of `message`; `[0]` is empty where the pattern has no `message`. */
  groups: readonly (string | undefined)[];
}

/** `com.amazon.coral#ThrottlingException:http://…`, `throttlingException` and `throttling_error` are all `throttling`. */
export function plainName(name: string): string {
  return name
    .replace(/^.*#/, "")
    .replace(/:.*$/, "")
    .replace(/[^A-Za-z0-9]/g, "")
    .replace(/(?:Exception|Error|Fault)$/i, "")
    .toLowerCase();
}

const KIND_OF_NAME: Readonly<Record<string, FailureKind>> = {
  validation: "refused",
  invalidrequest: "refused",
  badrequest: "refused",
  conflict: "refused",
  servicequotaexceeded: "refused",
  invalidaction: "refused",
  unknownoperation: "refused",
  requesttoolarge: "refused",
  requestentitytoolarge: "refused",
  serialization: "refused",
  invalidparametervalue: "refused",
  accessdenied: "denied",
  permission: "denied",
  authentication: "denied",
  unrecognizedclient: "denied",
  expiredtoken: "denied",
  tokenrefreshrequired: "denied",
  invalidsignature: "denied",
  signaturedoesnotmatch: "denied",
  incompletesignature: "denied",
  missingauthenticationtoken: "denied",
  invalidclienttokenid: "denied",
  invalidaccesskeyid: "denied",
  invalidtoken: "denied",
  requestexpired: "denied",
  requesttimetooskewed: "denied",
  optinrequired: "denied",
  subscriptionrequired: "denied",
  notauthorized: "denied",
  unauthorized: "denied",
  unauthorizedoperation: "denied",
  unauthorizedclient: "denied",
  authfailure: "denied",
  forbidden: "denied",
  regiondisabled: "denied",
  invalididentitytoken: "denied",
  resourcenotfound: "missing",
  notfound: "missing",
  throttling: "busy",
  throttled: "busy",
  ratelimit: "busy",
  toomanyrequests: "busy",
  requestlimitexceeded: "busy",
  slowdown: "busy",
  overloaded: "busy",
  serviceunavailable: "busy",
  modelnotready: "busy",
  internalserver: "failed",
  internalfailure: "failed",
  internal: "failed",
  api: "failed",
  timeout: "failed",
  modeltimeout: "failed",
  modelerror: "failed",
  modelstreamerror: "failed",
  credentialsprovider: "client",
  tokenprovider: "client",
  provider: "client",
};

/** The kind of `failure`, by its name, else by its status; null when neither says. */
export function kindOf(failure: Failure): FailureKind | null {
  const named = failure.name === null ? undefined : KIND_OF_NAME[plainName(failure.name)];
  // Node and the SDK call their own time limits `TimeoutError`: without a status it is nobody's answer.
  if (named !== undefined && !(named === "failed" && failure.status === null && isOwnTimeout(failure)))
    return named;
  const status = failure.status;
  if (status === null || status < 400) return null;
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "missing";
  if (status === 429 || status === 503 || status === 529) return "busy";
  if (status === 408 || status === 424 || status >= 500) return "failed";
  return "refused";
}

/** Whether `name` is that of an exception whose kind is known. */
export function isKnownName(name: string): boolean {
  return plainName(name) in KIND_OF_NAME;
}

function isOwnTimeout(failure: Failure): boolean {
  return failure.name === "TimeoutError";
}
