// The port between cbr and whichever Bedrock API carries a request.
import type { MessagesBody, Usage } from "./messages.ts";
import type { ReplyEvent } from "./reply.ts";

/** Bedrock's APIs for Claude: InvokeModel, Converse, Messages on bedrock-runtime, Messages on bedrock-mantle. */
export const APIS = ["invoke", "converse", "messages", "mantle"] as const;
export type Api = (typeof APIS)[number];

export interface ClaudeRequest {
  api: Api;
  /** Goes into the URL (invoke, converse) or the body (messages, mantle): base id, profile id or ARN. */
  modelId: string;
  region: string;
  stream: boolean;
  body: MessagesBody;
  betas: readonly string[];
  guardrail?: { id: string; version: string };
  trace?: "enabled" | "enabled_full";
  serviceTier?: string;
  latency?: string;
  /** Bedrock request metadata: shows up in invocation logs. */
  tags?: Readonly<Record<string, string>>;
}

/** Something a person may want to see while waiting; never part of the answer. */
export interface SendNotice {
  code: "retry" | "waiting" | "clock_skew" | "fallback" | "credentials_reloaded";
  message: string;
}

export interface SendOptions {
  /** Aborting ends the request on the wire; the iterable then throws the signal's reason. */
  signal: AbortSignal;
  onNotice?: (notice: SendNotice) => void;
  /** The text received so far, for the error where the answer breaks off; whoever reads the events keeps it anyway. */
  partialText?: () => string;
}

/** A request as it would leave, secrets redacted. */
export interface PreparedRequest {
  method: "POST";
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

export interface Claude {
  /**
   * Sends one request and yields its events, ending only after `end` (see untilEnd).
   * Asked again on failures that allow it, never after the first event with content.
   * Throws CbrError; on abort throws `signal.reason`.
   */
  send(request: ClaudeRequest, options: SendOptions): AsyncIterable<ReplyEvent>;
  /** Input tokens as the service counts them. Throws CbrError, also where the model cannot be counted. */
  countTokens(request: ClaudeRequest, options: SendOptions): Promise<number>;
  /** Loads what `api` needs and opens a connection (DNS, TCP, TLS), so that the next request need not wait for it. */
  warmUp(api: Api): Promise<void>;
  close(): void;
}

export interface TokenCount {
  input_tokens: number;
  method: "count_tokens" | "mantle" | "estimate";
}

export type { Usage };
