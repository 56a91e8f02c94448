// Foreign error in, CbrError out: one plain sentence, one next step, a stable code.
import { CbrError } from "../core/errors.ts";

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
  /** Where the credentials came from: `environment`, `sso`, `profile`, `process`, `api key` … */
  credentialsSource?: string | undefined;
  /** A bearer token (Bedrock API key) was sent. */
  isBearer?: boolean | undefined;
  /** An event with content was received: the failure is then of an answer that began. */
  hasContent?: boolean | undefined;
  /** The text received so far. */
  partialText?: string | undefined;
  /** Which of cbr's own time limits ended the call, and its length in milliseconds. */
  timedOut?: { kind: "connect" | "first-byte" | "idle" | "overall"; limit: number } | undefined;
  /** Milliseconds that the local clock is ahead of the service's `Date` header. */
  clockOffset?: number | undefined;
}

/** What a failed call means. A `CbrError` comes back as it is, but for `hasContent`. Never throws. */
export function explain(error: unknown, facts: FailureFacts = {}): CbrError {
  if (error instanceof CbrError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CbrError(facts.hasContent ? "stream_error" : "network_error", { message, cause: error });
}
