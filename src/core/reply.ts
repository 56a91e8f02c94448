// What comes back from Claude, whichever Bedrock API carried it: a stream of ReplyEvents, then a Reply.
import { CbrError } from "./errors.ts";
import type { ContentBlock, Usage } from "./messages.ts";

export type ReplyEvent =
  /** The service has begun to answer. `id` and `model` are null where the API sends none (Converse). */
  | {
      type: "start";
      requestId: string | null;
      id: string | null;
      model: string | null;
      usage: Partial<Usage> | null;
    }
  /** A content block opens. Text and thinking are empty here; a tool's input comes as `tool-input-delta`. */
  | { type: "block-start"; index: number; block: ContentBlock }
  | { type: "text-delta"; index: number; text: string }
  | { type: "thinking-delta"; index: number; thinking: string }
  | { type: "signature-delta"; index: number; signature: string }
  /** A piece of a tool's input: JSON text, whole only at `block-stop`. */
  | { type: "tool-input-delta"; index: number; json: string }
  | { type: "citation"; index: number; citation: unknown }
  | { type: "block-stop"; index: number }
  /** Why Claude stopped, and the usage known by then. Does not end the reply: `end` does. */
  | {
      type: "stop";
      stopReason: string | null;
      stopSequence: string | null;
      usage: Partial<Usage> | null;
      details: unknown;
    }
  /** Usage from invocation metrics, headers or Converse metadata; fills what the Messages usage lacks. */
  | { type: "metrics"; usage: Partial<Usage> | null; guardrailAction: string | null; trace: unknown }
  /** The reply is whole. */
  | { type: "end" }
  /** Something newer than this program; ignored, and counted with `-v`. */
  | { type: "unknown"; kind: string };

/** Content proper: after the first of these a request is never asked again. */
export function isContent(event: ReplyEvent): boolean {
  switch (event.type) {
    case "text-delta":
      return event.text !== "";
    case "thinking-delta":
      return event.thinking !== "";
    case "tool-input-delta":
      return event.json !== "";
    case "block-start":
      return event.block.type === "tool_use" || event.block.type === "redacted_thinking";
    default:
      return false;
  }
}

/**
 * Passes events through and throws unless the reply is whole: a stop reason, then `end`.
 * Everything after `end` is ignored. Throws CbrError `incomplete`, or `empty_stream` when no content came.
 */
export async function* untilEnd(events: AsyncIterable<ReplyEvent>): AsyncGenerator<ReplyEvent, void> {
  let hasContent = false;
  let hasStopReason = false;
  let hasStarted = false;
  for await (const event of events) {
    if (event.type === "start") {
      if (hasStarted) throw new CbrError("incomplete", { message: "the answer started twice" });
      hasStarted = true;
    }
    if (event.type === "stop" && event.stopReason !== null) hasStopReason = true;
    if (event.type === "end") {
      if (!hasStopReason)
        throw new CbrError("incomplete", { message: "the answer ended without a stop reason" });
      yield event;
      return;
    }
    hasContent ||= isContent(event);
    yield event;
  }
  if (!hasContent)
    throw new CbrError("empty_stream", { message: "the stream ended before any content came" });
  throw new CbrError("incomplete", { message: "the stream ended early (no stop event)" });
}

/** A whole reply, or what came of one. */
export interface Reply {
  id: string | null;
  model: string | null;
  requestId: string | null;
  content: ContentBlock[];
  text: string;
  stopReason: string | null;
  stopSequence: string | null;
  stopDetails: unknown;
  /** null when the service sent none. */
  usage: Usage | null;
  guardrailAction: string | null;
  trace: unknown;
  unknownEvents: number;
}
