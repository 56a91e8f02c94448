// The Messages API as Anthropic defines it, on bedrock-runtime and on bedrock-mantle: JSON in, server-sent events out.

import { fromMessagesEvents, fromMessagesReply } from "../core/convert/messages-events.ts";
import { messagesBody, messagesHeaders } from "../core/prepare.ts";
import type { ReplyEvent } from "../core/reply.ts";
import { ReplyFailure } from "../core/reply-failure.ts";
import { parseJson } from "./payload.ts";
import { readSome, readWhole } from "./raw-answer.ts";
import type { BedrockSession } from "./session.ts";
import { type PostAnswer, signedPost } from "./signed-post.ts";
import { serverEventsOf } from "./sse.ts";
import type { Transport } from "./transport.ts";

export function messagesTransport(session: BedrockSession, api: "messages" | "mantle"): Transport {
  return {
    async open(request, signal) {
      const answer = await signedPost(
        session,
        {
          service: api === "mantle" ? "bedrock-mantle" : "bedrock-runtime",
          path: "/anthropic/v1/messages",
          headers: messagesHeaders(request),
          body: messagesBody(request),
          expected: request.stream ? "text/event-stream" : "application/json",
          takesJson: true,
        },
        signal,
      );
      const { requestId } = answer;
      return { requestId, events: request.stream ? streamEvents(answer) : replyEvents(answer) };
    },
  };
}

async function* streamEvents(answer: PostAnswer): AsyncGenerator<ReplyEvent> {
  if (!answer.contentType.startsWith("text/event-stream")) {
    // The runtime endpoint answers an unknown operation with a 200 that holds an error.
    throw notAnAnswer(parseJson((await readSome(answer.body)).toString("utf8")), answer.requestId);
  }
  yield* fromMessagesEvents(jsonEvents(answer), answer);
}

async function* jsonEvents(answer: PostAnswer): AsyncGenerator<unknown> {
  for await (const { data } of serverEventsOf(answer.body)) yield parseJson(data);
}

async function* replyEvents(answer: PostAnswer): AsyncGenerator<ReplyEvent> {
  const json = parseJson(await readWhole(answer.body)) as Record<string, unknown>;
  if (json["Output"] !== undefined) throw notAnAnswer(json, answer.requestId);
  yield* fromMessagesReply(json, answer);
}

function notAnAnswer(json: unknown, requestId: string | null): ReplyFailure {
  const output = (json as { Output?: { __type?: unknown; message?: unknown } } | null)?.Output;
  const type = typeof output?.__type === "string" ? (output.__type.split("#").at(-1) ?? "") : "UnknownError";
  return new ReplyFailure(type, typeof output?.message === "string" ? output.message : "", requestId);
}
