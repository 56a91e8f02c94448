// From a checked request to a reply, whichever API asked: default or scripted answer, whole or streamed, with pace and
// faults.
import type { CatalogModel } from "../models/catalog.ts";
import { type Answer, defaultAnswer, type Prompt, scriptedAnswer } from "./answer.ts";
import { type EventEncoder, type MessageEvent, messageEvents, tokensIn } from "./events.ts";
import { applyFault, type EncodedEvent } from "./faults.ts";
import { encodeFrame } from "./frames.ts";
import { signaturesOf } from "./prompt-checks.ts";
import type { MockReply, MockRequest, WireStep } from "./routes.ts";
import type { Fields } from "./rules/violation.ts";
import type { ScriptEvent } from "./script.ts";
import { countUsage } from "./usage.ts";

/**
 * The answer to a checked Messages body: the script's where there is one for it, else the default.
 * `name` is what the reply calls the model.
 */
export function answerTo(
  request: MockRequest,
  body: Fields,
  called: { model: CatalogModel; modelId: string; name: string },
): Answer {
  const { model, modelId, name } = called;
  const input = countUsage(body, model.base_id, model.cache.min_tokens ?? 1024, request.state, request.now);
  const prompt: Prompt = {
    model: name,
    body,
    thinksByDefault: model.thinking.on_by_default,
    hidesThinking: model.thinking.mode === "adaptive" || model.thinking.mode === "adaptive_always",
  };
  if (!request.scripted) return defaultAnswer(prompt, modelId, input);
  const answer = scriptedAnswer(prompt, request.scripted, input);
  for (const block of answer.content) {
    if (block.type === "thinking") signaturesOf(request.state).add(String(block["signature"]));
  }
  return answer;
}

/** Streams `answer` through `encoder`; `finish` may add to the last event. */
export function streamReply(
  request: MockRequest,
  answer: Answer,
  encoder: EventEncoder,
  headers: Record<string, string>,
  finish: (event: MessageEvent) => MessageEvent = (event) => event,
): MockReply {
  const entry = request.scripted;
  const waits = new Map<Uint8Array, number>();
  const encode = (event: MessageEvent): EncodedEvent[] => {
    const encoded = encoder.encode(event.type === "message_stop" ? finish(event) : event);
    const wait = (entry?.gap ?? 0) + paceOf(request, event);
    if (wait > 0 && encoded[0]) waits.set(encoded[0].bytes, wait);
    return encoded;
  };
  const events = [...messageEvents(answer)].flatMap(encode);
  const steps = entry?.events ? entry.events.flatMap((event) => rawSteps(event, encoder, encode)) : events;
  const isEncoded = (step: EncodedEvent | WireStep): step is EncodedEvent => "bytes" in step;
  const body = entry?.events
    ? steps.map((step) => (isEncoded(step) ? step.bytes : step))
    : applyFault(events, entry ?? {}, encoder);
  return {
    status: 200,
    headers: { "content-type": encoder.contentType, ...headers },
    body: withWaits(body, waits),
    endsWithConnection: entry?.fault === "connclose-eof",
  };
}

function paceOf(request: MockRequest, event: MessageEvent): number {
  const rate = request.pace.tokensPerSecond;
  return rate > 0 ? (tokensIn(event) / rate) * 1000 : 0;
}

function* withWaits(
  steps: readonly (Uint8Array | WireStep)[],
  waits: ReadonlyMap<Uint8Array, number>,
): Generator<Uint8Array | WireStep> {
  for (const step of steps) {
    const wait = step instanceof Uint8Array ? waits.get(step) : undefined;
    if (wait !== undefined) yield { wait };
    yield step;
  }
}

function rawSteps(
  event: ScriptEvent,
  encoder: EventEncoder,
  encode: (event: MessageEvent) => EncodedEvent[],
): (EncodedEvent | WireStep)[] {
  const raw = (bytes: Uint8Array): EncodedEvent[] => [{ bytes, kind: "other" }];
  if (typeof event["wait"] === "number") return [{ wait: event["wait"] }];
  if (typeof event["wire"] === "string") return [event as { wire: "reset" | "fin" | "stall" | "drip" }];
  if (typeof event["exception"] === "string") {
    const { exception, ...payload } = event;
    return raw(encoder.exception(exception as string, { message: "", ...payload }));
  }
  if (typeof event["error_code"] === "string") {
    return raw(encoder.error(event["error_code"], String(event["message"] ?? "")));
  }
  if (typeof event["base64"] === "string") return raw(Buffer.from(event["base64"], "base64"));
  if (typeof event["frame"] === "object" && event["frame"] !== null) {
    const frame = event["frame"] as { headers?: Record<string, string>; payload?: unknown };
    const payload = typeof frame.payload === "string" ? frame.payload : JSON.stringify(frame.payload ?? {});
    return raw(encodeFrame(Object.entries(frame.headers ?? {}), Buffer.from(payload)));
  }
  return encode(event as MessageEvent);
}
