// InvokeModel and InvokeModelWithResponseStream: the native Messages body, so that everything Claude can do can be said.
import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  type InvokeModelCommandInput,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import type { ClaudeRequest } from "../core/claude.ts";
import { fromMessagesEvents, fromMessagesReply } from "../core/convert/messages-events.ts";
import { invokeBody } from "../core/prepare.ts";
import type { ReplyEvent } from "../core/reply.ts";
import { StreamFault } from "./foreign-answer.ts";
import { type Frame, framesOf } from "./frames.ts";
import { EVENT_STREAM, type RawAnswer, watchAnswer } from "./raw-answer.ts";
import type { BedrockSession } from "./session.ts";
import type { OpenReply, Transport } from "./transport.ts";

export function invokeTransport(session: BedrockSession): Transport {
  const client = new BedrockRuntimeClient(session.clientConfig("bedrock-runtime"));
  return {
    async open(request, signal) {
      client.config.systemClockOffset = session.clockOffset;
      const raw: RawAnswer = { status: 0, headers: {}, stream: null };
      const command = request.stream
        ? new InvokeModelWithResponseStreamCommand(commandInput(request))
        : new InvokeModelCommand(commandInput(request));
      watchAnswer(command.middlewareStack as never, raw, request.stream ? EVENT_STREAM : "application/json");
      try {
        const output = await client.send(command as InvokeModelCommand, { abortSignal: signal });
        return { requestId: requestIdOf(raw.headers), events: eventsOf(raw, output.body) };
      } catch (error) {
        throw Object.assign(error as Error, { serviceDate: raw.headers["date"] });
      }
    },
  };
}

function commandInput(request: ClaudeRequest): InvokeModelCommandInput {
  return {
    modelId: request.modelId,
    contentType: "application/json",
    accept: "application/json",
    body: JSON.stringify(invokeBody(request)),
    ...(request.guardrail && {
      guardrailIdentifier: request.guardrail.id,
      guardrailVersion: request.guardrail.version,
    }),
    ...(request.trace && { trace: request.trace === "enabled" ? "ENABLED" : "ENABLED_FULL" }),
    ...(request.serviceTier && { serviceTier: request.serviceTier as never }),
    ...(request.latency && { performanceConfigLatency: request.latency as never }),
    ...(request.tags && { requestMetadata: { ...request.tags } }),
  } as InvokeModelCommandInput;
}

function eventsOf(raw: RawAnswer, body: Uint8Array): OpenReply["events"] {
  const head = { requestId: requestIdOf(raw.headers), headers: raw.headers };
  if (raw.stream === null) return replyEvents(body, head);
  return fromMessagesEvents(chunksOf(framesOf(raw.stream)), head);
}

async function* replyEvents(
  body: Uint8Array,
  head: { requestId: string | null; headers: Record<string, string> },
): AsyncGenerator<ReplyEvent> {
  yield* fromMessagesReply(parseJson(Buffer.from(body).toString("utf8")), head);
}

/** The Messages events inside the frames. Throws the exceptions that come as frames, shaped like the SDK's. */
async function* chunksOf(frames: AsyncIterable<Frame>): AsyncGenerator<unknown> {
  for await (const frame of frames) {
    const kind = frame.headers[":message-type"];
    if (kind === "exception" || kind === "error") throw exceptionOf(frame);
    if (frame.headers[":event-type"] !== "chunk") continue;
    const payload = parseJson(Buffer.from(frame.body).toString("utf8")) as { bytes?: unknown };
    if (typeof payload?.bytes !== "string") continue;
    yield parseJson(Buffer.from(payload.bytes, "base64").toString("utf8"));
  }
}

/** An exception or error frame as an Error with the name, message and originals that the service gave it. */
export function exceptionOf(frame: Frame): Error {
  const name = frame.headers[":exception-type"] ?? frame.headers[":error-code"] ?? "UnknownStreamError";
  let details: Record<string, unknown> = {};
  try {
    details = JSON.parse(Buffer.from(frame.body).toString("utf8"));
  } catch {
    // an error frame has no JSON body
  }
  const message = details["message"] ?? details["Message"] ?? frame.headers[":error-message"];
  return Object.assign(new Error(typeof message === "string" ? message : ""), {
    name,
    isStreamException: true,
    originalStatusCode: details["originalStatusCode"],
    originalMessage: details["originalMessage"],
  });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StreamFault("corrupt", "corrupted data from the network (not JSON)");
  }
}

export function requestIdOf(headers: Record<string, string>): string | null {
  return headers["x-amzn-requestid"] ?? headers["x-amz-request-id"] ?? headers["request-id"] ?? null;
}
