// Converse and ConverseStream, for accounts where InvokeModel is closed. Their wire form is plain JSON with base64, which
// is how requests are held here; the SDK's command would want every byte string decoded first.
import { fromConverseEvents, fromConverseReply } from "../core/convert/converse-events.ts";
import { converseBody, requestPath } from "../core/prepare.ts";
import type { ReplyEvent } from "../core/reply.ts";
import { framesOf } from "./frames.ts";
import { exceptionOf, parseJson } from "./payload.ts";
import { EVENT_STREAM, readWhole } from "./raw-answer.ts";
import type { BedrockSession } from "./session.ts";
import { type PostAnswer, signedPost } from "./signed-post.ts";
import type { Transport } from "./transport.ts";

export function converseTransport(session: BedrockSession): Transport {
  return {
    async open(request, signal) {
      const answer = await signedPost(
        session,
        {
          service: "bedrock-runtime",
          path: requestPath(request),
          headers: {},
          body: converseBody(request),
          expected: request.stream ? EVENT_STREAM : "application/json",
        },
        signal,
      );
      const events = request.stream ? fromConverseEvents(eventsOf(answer), answer) : replyEvents(answer);
      return { requestId: answer.requestId, events };
    },
  };
}

/** Each frame as the object the SDK would give: `{contentBlockDelta: {…}}`. */
async function* eventsOf(answer: PostAnswer): AsyncGenerator<unknown> {
  for await (const frame of framesOf(answer.body)) {
    const kind = frame.headers[":message-type"];
    if (kind === "exception" || kind === "error") throw exceptionOf(frame);
    const name = frame.headers[":event-type"];
    if (name !== undefined) yield { [name]: parseJson(Buffer.from(frame.body).toString("utf8")) };
  }
}

async function* replyEvents(answer: PostAnswer): AsyncGenerator<ReplyEvent> {
  yield* fromConverseReply(parseJson(await readWhole(answer.body)), answer);
}
