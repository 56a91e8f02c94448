// Foreign error in, CbrError out: one plain sentence, the service's own words, one next step, a stable code.
import { ERROR_CODES, type ErrorCode } from "../core/error-codes.ts";
import { type AwsFailure, CbrError } from "../core/errors.ts";
import { type Failure, type FailureFacts, isKnownName } from "../core/failures/failure.ts";
import { type Finding, recognise } from "../core/failures/recognise.ts";
import { hostOf } from "../core/failures/words.ts";
import { awsFailureOf, failureOf, networkWordsOf, retryAfterOf } from "./failure-of.ts";
import { ForeignAnswer, StreamFault } from "./foreign-answer.ts";

export type { FailureFacts };

const MAX_MESSAGE = 8000;

/**
 * What a failed call means. Takes whatever was thrown: SDK exceptions, exceptions and errors inside a stream, bodies of
 * the Messages API, ForeignAnswer, StreamFault, ReplyFailure, errors of credential providers, of Node's network and TLS,
 * or a plain `{name, status, message, requestId, headers, body}`. With `hasContent` the exit code is 8. A `CbrError`
 * comes back as it is, but for that. Never throws.
 */
export function explain(error: unknown, facts: FailureFacts = {}): CbrError {
  const failure = explainWhole(error, facts);
  return facts.hasContent ? asIncomplete(failure, facts) : failure;
}

function explainWhole(error: unknown, facts: FailureFacts): CbrError {
  if (error instanceof CbrError) return error;
  if (facts.timedOut !== undefined) return explainTimeout(facts.timedOut, facts, error);
  if (error instanceof StreamFault) return explainStreamFault(error, facts);
  if (error instanceof ForeignAnswer && error.status < 400) return explainForeignSuccess(error, facts);

  const words = networkWordsOf(error);
  if (words !== null) return explainNetwork(words, error, facts);
  if (isBug(error)) return bug(error);

  const failure = failureOf(error);
  const finding = recognise(failure, facts);
  const aws = awsFailureOf(error, failure);
  return finding === null ? unrecognised(failure, aws, error) : toError(finding, failure, aws, facts, error);
}

function toError(
  finding: Finding,
  failure: Failure,
  aws: AwsFailure | null,
  facts: FailureFacts,
  error: unknown,
): CbrError {
  // Without content nothing of an answer was received: codes of exit 8 say the opposite.
  const code: ErrorCode =
    ERROR_CODES[finding.code].exit === 8 && !facts.hasContent ? "stream_failed" : finding.code;
  const own = finding.keepsMessage ? failure.message.trim().slice(0, MAX_MESSAGE) : "";
  const retryAfter = retryAfterOf(error);
  return new CbrError(code, {
    message: `${finding.sentence}${strangeName(failure, aws)}${own === "" ? bareStatus(finding, failure) : `: ${own}`}${originalStatus(error)}`,
    hint: finding.hint,
    retryable: finding.retryable,
    aws: aws ?? undefined,
    // Node's error for a failed child holds the whole command line and its stderr, which may be secret.
    ...(code !== "credential_process_failed" && { cause: error }),
    ...(retryAfter !== null && { retryAfter }),
  });
}

/** The exception's name where our tables do not have it: then it is the one word that a search engine may know. */
function strangeName({ name, isForeign }: Failure, aws: AwsFailure | null): string {
  const isStrange = aws !== null && name !== null && !isForeign && !isKnownName(name);
  return isStrange ? ` (${name.slice(0, 100)})` : "";
}

/** All that a service told which said nothing. */
function bareStatus({ sentence, keepsMessage }: Finding, { status }: Failure): string {
  return keepsMessage && status !== null && !sentence.includes("HTTP") ? ` (HTTP ${status})` : "";
}

/** The status that the model itself gave to Bedrock, which passes it on beside its own. */
function originalStatus(error: unknown): string {
  const { originalStatusCode } = error as { originalStatusCode?: unknown };
  return typeof originalStatusCode === "number" ? ` (the model's own status was ${originalStatusCode})` : "";
}

/** A failure of no known name, status or wording: in a stream it is the service's, else nobody knows whose. */
function unrecognised(failure: Failure, aws: AwsFailure | null, error: unknown): CbrError {
  const what = [failure.name, failure.message.trim()].filter((part) => part).join(": ");
  if (aws !== null) {
    return new CbrError("stream_failed", {
      message: `Bedrock reported an error that cbr does not know${what === "" ? "" : `: ${what}`}`,
      aws,
      cause: error,
    });
  }
  return new CbrError("network_error", {
    message: what === "" ? ERROR_CODES.network_error.message : `the call failed: ${what}`,
    cause: error,
  });
}

function explainTimeout(
  { kind, limit }: NonNullable<FailureFacts["timedOut"]>,
  facts: FailureFacts,
  cause: unknown,
): CbrError {
  const time = limit >= 1000 ? `${Math.round(limit / 1000)} s` : `${Math.round(limit)} ms`;
  const host = facts.endpoint === undefined ? "the server" : hostOf(facts.endpoint);
  switch (kind) {
    case "connect":
      return new CbrError("connect_timeout", { message: `no connection to ${host} in ${time}`, cause });
    case "first-byte":
      return new CbrError("first_byte_timeout", { message: `no answer from ${host} in ${time}`, cause });
    case "idle":
      return facts.hasContent
        ? new CbrError("stream_stalled", { message: `the answer stopped: nothing came for ${time}`, cause })
        : new CbrError("first_byte_timeout", {
            message: `nothing of an answer from ${host} in ${time}`,
            hint: "try again, or raise `--idle-timeout`",
            cause,
          });
    case "overall":
      return new CbrError("timeout", { message: `not finished after ${time} (\`--timeout\`)`, cause });
    default:
      throw kind satisfies never;
  }
}

function explainStreamFault(fault: StreamFault, facts: FailureFacts): CbrError {
  if (!facts.hasContent) return new CbrError("stream_failed", { message: fault.message, cause: fault });
  return new CbrError(fault.kind === "truncated" ? "incomplete" : "stream_corrupt", {
    message: `${fault.message}; the answer is incomplete`,
    cause: fault,
  });
}

/** A status below 400 that is no answer of Bedrock's. */
function explainForeignSuccess(answer: ForeignAnswer, facts: FailureFacts): CbrError {
  const aws = awsFailureOf(answer, failureOf(answer)) ?? undefined;
  if (answer.status >= 300) {
    const target = answer.headers["location"];
    return new CbrError("redirected", {
      message: `${answer.host} redirects${target ? ` to ${hostOf(target)}` : ""} (HTTP ${answer.status}); redirects are not followed`,
      aws,
    });
  }
  const failure = failureOf(answer);
  // A 200 may be an error: unknown paths under `/anthropic` answer so.
  const finding = failure.name === null ? null : recognise({ ...failure, status: null }, facts);
  if (finding !== null) return toError(finding, failure, aws ?? null, facts, answer);
  const first = failure.message;
  return new CbrError("not_bedrock", {
    message: `${answer.host} sent ${answer.contentType || "no content type"} where ${answer.expected} was expected${first ? `: ${first}` : ""}`,
    hint:
      facts.proxy === undefined
        ? undefined
        : `a proxy answered: check ${hostOf(facts.proxy)} and \`NO_PROXY\``,
    aws,
  });
}

/** `words` are Node's code and message, which the pattern table knows. */
function explainNetwork(
  words: { code: string; text: string; isConnecting: boolean; proxy: string | null; where: string | null },
  error: unknown,
  facts: FailureFacts,
): CbrError {
  const proxy = words.proxy ?? facts.proxy;
  if (proxy !== undefined && words.isConnecting) {
    return new CbrError("proxy_failed", {
      message: `the proxy ${hostOf(proxy)} cannot be reached (${words.code})`,
      // The usual hint names the variable for https.
      ...(facts.endpoint?.startsWith("http:") && { hint: "check `HTTP_PROXY` and `NO_PROXY`" }),
      retryable: true,
      cause: error,
    });
  }
  // Credentials are fetched from other hosts: where the port differs, it was not the endpoint that failed.
  const isOther =
    facts.endpoint !== undefined && words.where !== null && portOf(facts.endpoint) !== portOf(words.where);
  const endpoint = isOther
    ? (words.where ?? undefined)
    : (facts.endpoint ?? words.where ?? endpointOf(error));
  const limit = (error as { connectLimit?: number }).connectLimit;
  const finding = recognise(
    { name: null, status: null, message: words.text },
    { ...facts, endpoint, proxy, ...(limit !== undefined && { timedOut: { kind: "connect", limit } }) },
  );
  const code = finding?.code ?? "network_error";
  const { issuer } = error as { issuer?: unknown };
  const sentence =
    code === "tls_untrusted" && typeof issuer === "string"
      ? `${finding?.sentence}: it was issued by \`${issuer.slice(0, 100)}\``
      : (finding?.sentence ?? ERROR_CODES.network_error.message);
  return new CbrError(code, {
    message: sentence.includes(words.code) || words.code === "" ? sentence : `${sentence} (${words.code})`,
    hint: finding?.hint,
    cause: error,
  });
}

/** Where the request went, as the connection pool noted it. */
function endpointOf(error: unknown): string | undefined {
  const { endpoint } = error as { endpoint?: unknown };
  return typeof endpoint === "string" ? `https://${endpoint}` : undefined;
}

function portOf(url: string): string {
  return hostOf(url).replace(/^.*:/, "");
}

/** Once an answer began, every failure is that of an incomplete answer: exit 8, whatever broke it off. */
function asIncomplete(failure: CbrError, facts: FailureFacts): CbrError {
  if (facts.partialText !== undefined) failure.partialText ??= facts.partialText;
  if (failure.exitCode === 8 || failure.exitCode === 1 || failure.exitCode >= 9) return failure;
  const isOfService = failure.aws !== null;
  return new CbrError(isOfService ? "stream_error" : "incomplete", {
    message: isOfService
      ? `Bedrock broke off the answer: ${failure.message}`
      : `the answer broke off and is incomplete: ${failure.message}`,
    hint: failure.exitCode === 6 ? failure.hint : undefined,
    retryable: failure.retryable,
    aws: failure.aws ?? undefined,
    partialText: failure.partialText ?? undefined,
    retryAfter: failure.retryAfter ?? undefined,
    cause: failure.cause ?? failure,
  });
}

/** Errors that only a mistake in this program raises; with a `code` they are Node's word about outside data. */
function isBug(error: unknown): boolean {
  if (!(error instanceof TypeError || error instanceof ReferenceError)) return false;
  return !("code" in error) && !("$metadata" in error) && !("cause" in error && error.cause);
}

function bug(error: unknown): CbrError {
  return new CbrError("internal_error", {
    message: `internal error: ${(error as Error).message}`,
    cause: error,
  });
}
