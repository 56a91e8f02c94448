// InvokeModel and InvokeModelWithResponseStream: the native Messages body, so that everything Claude can do can be said.
import { fromMessagesEvents, fromMessagesReply } from "../core/convert/messages-events.ts";
import { bedrockHeaders, invokeBody, requestPath } from "../core/prepare.ts";
import type { ReplyEvent } from "../core/reply.ts";
import { type Frame, framesOf } from "./frames.ts";
import { exceptionOf, parseJson } from "./payload.ts";
import { EVENT_STREAM, readWhole } from "./raw-answer.ts";
import type { BedrockSession } from "./session.ts";
import { type PostAnswer, signedPost } from "./signed-post.ts";
import type { Transport } from "./transport.ts";

export function invokeTransport(session: BedrockSession): Transport {
  return {
    async open(request, signal) {
      const answer = await signedPost(
        session,
        {
          service: "bedrock-runtime",
          path: requestPath(request),
          headers: {
            ...(request.stream && { "x-amzn-bedrock-accept": "application/json" }),
            ...bedrockHeaders(request),
          },
          body: invokeBody(request),
          expected: request.stream ? EVENT_STREAM : "application/json",
        },
        signal,
      );
      const events = request.stream
        ? fromMessagesEvents(chunksOf(framesOf(answer.body)), answer)
        : replyEvents(answer);
      return { requestId: answer.requestId, events };
    },
  };
}

async function* replyEvents(answer: PostAnswer): AsyncGenerator<ReplyEvent> {
  yield* fromMessagesReply(parseJson(await readWhole(answer.body)), answer);
}

/** The Messages events inside the frames. Throws the exceptions that come as frames, shaped like the SDK's. */
async function* chunksOf(frames: AsyncIterable<Frame>): AsyncGenerator<unknown> {
  for await (const frame of frames) {
    const kind = frame.headers[":message-type"];
    if (kind === "exception" || kind === "error") throw exceptionOf(frame);
    if (frame.headers[":event-type"] !== "chunk") continue;
    const payload = parseJson(frame.body.toString("utf8")) as { bytes?: unknown };
    if (typeof payload?.bytes !== "string") continue;
    yield parseJson(Buffer.from(payload.bytes, "base64").toString("utf8"));
  }
}
