// What a Bedrock API must do to be one of the ways to Claude.
import type { ClaudeRequest } from "../core/claude.ts";
import type { ReplyEvent } from "../core/reply.ts";

export interface OpenReply {
  requestId: string | null;
  /** Events as the API sends them; nothing is promised of their end (untilEnd checks it). */
  events: AsyncIterable<ReplyEvent>;
}

export interface Transport {
  /**
   * Sends once and resolves with the answer's head. Throws the SDK's exceptions, ForeignAnswer, StreamFault, Node's
   * network errors; a `serviceDate` property on them holds the answer's Date header.
   */
  open(request: ClaudeRequest, signal: AbortSignal): Promise<OpenReply>;
}
