// Converse's stream and reply as ReplyEvents, in the words of the Messages API.
import type { ReplyEvent } from "../reply.ts";
import { ReplyFailure } from "../reply-failure.ts";
import { textOfBytes } from "./bytes.ts";
import { citationFromConverse } from "./converse-citations.ts";
import { failedReply } from "./failed-reply.ts";
import { asArray, asNumber, asObject, asString, type JsonObject } from "./json.ts";
import type { ReplyHead } from "./messages-events.ts";
import { converseUsage, headerUsage } from "./usage.ts";

/** How long `metadata` may follow `messageStop`: the reply is whole by then, and usage is not worth a long wait. */
const METADATA_WAIT = 5000;

/**
 * Events of ConverseStream, each an object with one key (`{contentBlockDelta: {…}}`), blobs as bytes or base64.
 * After `messageStop` the reply is whole: `stop` is yielded at once, then `metadata` is waited for (`patience` resolves
 * when long enough), and `end` comes in any case, also where the stream fails by then. Throws ReplyFailure on an
 * exception that comes as an event.
 */
export async function* fromConverseEvents(
  events: AsyncIterable<unknown>,
  head: ReplyHead = { requestId: null, headers: {} },
  patience: () => Promise<unknown> = defaultPatience,
): AsyncGenerator<ReplyEvent> {
  const reader = events[Symbol.asyncIterator]();
  const blocks = new OpenBlocks();
  let isAtEnd = false;
  try {
    for (;;) {
      const next = await reader.next();
      isAtEnd = next.done === true;
      if (isAtEnd) return;
      const event = asObject(next.value);
      if (event === null) continue;
      yield* eventsOf(event, blocks, head);
      const stop = asObject(event["messageStop"]);
      if (stop === null) continue;
      const metadata = await metadataAfter(reader, patience());
      if (metadata !== null) yield metricsOf(metadata, stop["stopReason"], head);
      yield { type: "end" };
      return;
    }
  } finally {
    // Not awaited: a reader that still waits for metadata would not return before it came.
    if (!isAtEnd) Promise.resolve(reader.return?.()).catch(() => {});
  }
}

/** The events of a non-streaming Converse reply. Throws what `failedReply` makes of a body that is none. */
export function* fromConverseReply(
  json: unknown,
  head: ReplyHead = { requestId: null, headers: {} },
): Generator<ReplyEvent> {
  const reply = asObject(json);
  const message = asObject(asObject(reply?.["output"])?.["message"]);
  if (reply === null || (message === null && typeof reply["stopReason"] !== "string")) {
    throw failedReply(reply, "Converse");
  }
  yield startOf(head);
  for (const [index, block] of asArray(message?.["content"]).entries()) {
    yield* wholeBlock(index, asObject(block) ?? {});
    yield { type: "block-stop", index };
  }
  yield stopOf(reply);
  yield metricsOf(reply, reply["stopReason"], head);
  yield { type: "end" };
}

function* eventsOf(event: JsonObject, blocks: OpenBlocks, head: ReplyHead): Generator<ReplyEvent> {
  const [kind = "", payload] = Object.entries(event).find(([, value]) => value !== undefined) ?? [];
  const body = asObject(payload) ?? {};
  const index = asNumber(body["contentBlockIndex"]) ?? 0;
  switch (kind) {
    case "messageStart":
      yield startOf(head);
      break;
    case "contentBlockStart":
      yield* blocks.start(index, asObject(body["start"]) ?? {});
      break;
    case "contentBlockDelta":
      yield* blocks.delta(index, asObject(body["delta"]) ?? {});
      break;
    case "contentBlockStop":
      yield* blocks.stop(index);
      break;
    case "messageStop":
      yield* blocks.stopAll();
      yield stopOf(body);
      break;
    case "metadata":
      yield metricsOf(body, null, head);
      break;
    default:
      if (/Exception$/.test(kind)) throw new ReplyFailure(kind, asString(body["message"]) ?? "");
      yield { type: "unknown", kind };
  }
}

/** ConverseStream announces tools only: any other block opens with its first delta. */
class OpenBlocks {
  readonly #open = new Set<number>();
  readonly #redacted = new Map<number, string>();

  *start(index: number, start: JsonObject): Generator<ReplyEvent> {
    const tool = asObject(start["toolUse"]);
    this.#open.add(index);
    if (tool === null || tool["type"] === "server_tool_use") {
      yield { type: "block-start", index, block: { type: "other", raw: start } };
      return;
    }
    const id = asString(tool["toolUseId"]) ?? "";
    const name = asString(tool["name"]) ?? "";
    yield { type: "block-start", index, block: { type: "tool_use", id, name, input: {} } };
  }

  *delta(index: number, delta: JsonObject): Generator<ReplyEvent> {
    const reasoning = asObject(delta["reasoningContent"]);
    if (reasoning?.["redactedContent"] !== undefined) {
      const before = this.#redacted.get(index) ?? "";
      this.#redacted.set(index, before + textOfBytes(reasoning["redactedContent"]));
    } else if (typeof delta["text"] === "string") {
      yield* this.#ensure(index, "text");
      yield { type: "text-delta", index, text: delta["text"] };
    } else if (asObject(delta["toolUse"]) !== null) {
      const json = asString(asObject(delta["toolUse"])?.["input"]) ?? "";
      yield { type: "tool-input-delta", index, json };
    } else if (typeof reasoning?.["text"] === "string") {
      yield* this.#ensure(index, "thinking");
      yield { type: "thinking-delta", index, thinking: reasoning["text"] };
    } else if (typeof reasoning?.["signature"] === "string") {
      yield* this.#ensure(index, "thinking");
      yield { type: "signature-delta", index, signature: reasoning["signature"] };
    } else if (delta["citation"] !== undefined) {
      yield* this.#ensure(index, "text");
      yield { type: "citation", index, citation: citationFromConverse(delta["citation"]) };
    } else {
      yield { type: "unknown", kind: Object.keys(delta)[0] ?? "delta" };
    }
  }

  *stop(index: number): Generator<ReplyEvent> {
    const data = this.#redacted.get(index);
    if (data !== undefined && !this.#open.has(index)) {
      yield { type: "block-start", index, block: { type: "redacted_thinking", data } };
    }
    this.#redacted.delete(index);
    const wasOpen = this.#open.delete(index);
    if (wasOpen || data !== undefined) yield { type: "block-stop", index };
  }

  /** What no `contentBlockStop` closed. */
  *stopAll(): Generator<ReplyEvent> {
    for (const index of [...this.#open, ...this.#redacted.keys()].sort((a, b) => a - b))
      yield* this.stop(index);
  }

  *#ensure(index: number, type: "text" | "thinking"): Generator<ReplyEvent> {
    if (this.#open.has(index)) return;
    this.#open.add(index);
    const block = type === "text" ? { type, text: "" } : { type, thinking: "", signature: "" };
    yield { type: "block-start", index, block };
  }
}

function* wholeBlock(index: number, block: JsonObject): Generator<ReplyEvent> {
  const blocks = new OpenBlocks();
  const tool = asObject(block["toolUse"]);
  const reasoning = asObject(block["reasoningContent"]);
  const thought = asObject(reasoning?.["reasoningText"]);
  const cited = asObject(block["citationsContent"]);
  if (typeof block["text"] === "string") {
    yield* blocks.delta(index, { text: block["text"] });
  } else if (tool !== null) {
    yield* blocks.start(index, block);
    yield { type: "tool-input-delta", index, json: JSON.stringify(tool["input"] ?? {}) };
  } else if (reasoning?.["redactedContent"] !== undefined) {
    const data = textOfBytes(reasoning["redactedContent"]);
    yield { type: "block-start", index, block: { type: "redacted_thinking", data } };
  } else if (thought !== null) {
    yield* blocks.delta(index, { reasoningContent: { text: asString(thought["text"]) ?? "" } });
    const signature = asString(thought["signature"]);
    if (signature !== null) yield* blocks.delta(index, { reasoningContent: { signature } });
  } else if (cited !== null) {
    for (const citation of asArray(cited["citations"])) yield* blocks.delta(index, { citation });
    const texts = asArray(cited["content"]).map((part) => asString(asObject(part)?.["text"]) ?? "");
    yield* blocks.delta(index, { text: texts.join("") });
  } else {
    yield { type: "block-start", index, block: { type: "other", raw: block } };
  }
}

function startOf(head: ReplyHead): ReplyEvent {
  return { type: "start", requestId: head.requestId, id: null, model: null, usage: null };
}

/** Converse's words for what Messages says otherwise; the rest are the same in both, or Converse's own. */
const STOP_REASONS: Readonly<Record<string, string>> = { content_filtered: "refusal" };

function stopOf(body: JsonObject): ReplyEvent {
  const reason = asString(body["stopReason"]);
  const more = asObject(body["additionalModelResponseFields"]);
  return {
    type: "stop",
    stopReason: reason === null ? null : (STOP_REASONS[reason] ?? reason),
    stopSequence: asString(more?.["stop_sequence"]),
    usage: null,
    details: more?.["stop_details"] ?? null,
  };
}

function metricsOf(metadata: JsonObject, stopReason: unknown, head: ReplyHead): ReplyEvent {
  return {
    type: "metrics",
    usage: converseUsage(metadata["usage"]) ?? headerUsage(head.headers),
    guardrailAction: stopReason === "guardrail_intervened" ? "INTERVENED" : null,
    trace: metadata["trace"] ?? null,
  };
}

/** The metadata event, or null where the stream ends, fails or dawdles before it comes: the reply is whole all the same. */
async function metadataAfter(
  reader: AsyncIterator<unknown>,
  enough: Promise<unknown>,
): Promise<JsonObject | null> {
  const timeUp = enough.then(() => null);
  for (;;) {
    const next = await Promise.race([reader.next().catch(() => null), timeUp]);
    if (next === null || next.done === true) return null;
    const metadata = asObject(asObject(next.value)?.["metadata"]);
    if (metadata !== null) return metadata;
  }
}

function defaultPatience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, METADATA_WAIT).unref());
}
