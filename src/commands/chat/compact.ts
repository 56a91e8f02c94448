// `/compact`: the older turns become a summary that Claude writes; the session's file keeps them as they were.

import { CbrError, Interrupted } from "../../core/errors.ts";
import { messagesOf } from "../../core/history.ts";
import type { ContentBlock } from "../../core/messages.ts";
import { verdict } from "../../core/verdict.ts";
import { costOf } from "../../models/prices.ts";
import { type Chat, requestFor, routeOf, say } from "./chat.ts";
import { send } from "./send.ts";
import { showStopped } from "./show.ts";
import { saving } from "./turn.ts";

/** The newest turns, which stay as they are where there are more than these. */
const KEPT = 2;

const INSTRUCTION = `Summarise the conversation so far, so that it can be continued from the summary alone by someone \
who has not read it. Keep every fact, name, number, decision, open question and instruction that may still matter, and \
code that is still being worked on word for word. Write only the summary.`;

/** Summarises the older turns. Throws CbrError when that fails; the conversation is then as it was. */
export async function compact(chat: Chat): Promise<void> {
  const history = [...chat.session.history()];
  const older = history.length > KEPT + 1 ? history.slice(0, -KEPT) : history;
  const last = older.at(-1);
  if (last === undefined) {
    throw new CbrError("usage", { message: "there is nothing to summarise yet", hint: null });
  }
  const route = await routeOf(chat);
  const content: ContentBlock[] = [{ type: "text", text: INSTRUCTION }];
  const messages = messagesOf(older, { summary: chat.session.summary, withPartial: true });
  const parts = [{ name: "the prompt", kind: "words", bytes: INSTRUCTION.length } as const];
  const request = withOwnHint(() => requestFor(chat, route, { content, parts: [...parts] }, messages));
  const { reply, failure } = await send(chat, request, { label: "summarising", renderers: async () => [] });
  if (failure !== null) {
    if (failure.error instanceof Interrupted && !chat.context.signal.aborted)
      return showStopped(chat, "nothing is summarised");
    throw ownHint(failure.error);
  }
  const problem = verdict(reply, { isStrict: true, maxTokens: request.body.max_tokens });
  if (problem !== null) throw ownHint(problem);
  const cost = costOf(route.model, route.geo, reply.usage, {
    region: request.region,
    serviceTier: request.serviceTier,
  });
  const paid = cost === null ? null : { usd: cost.usd };
  await saving(chat, () => chat.session.compact(reply.text, last.id, paid));
  chat.contextTokens = null;
  const turns = older.length === 1 ? "1 turn is" : `${older.length} turns are`;
  say(chat, `${turns} summarised from now on; the session's file keeps the original`);
}

const TOO_LONG: ReadonlySet<string> = new Set([
  "input_too_large",
  "prompt_too_long",
  "context_window_exceeded",
]);

/** What is too long to be sent is too long to be summarised: `/compact` would be the wrong advice here. */
function ownHint(error: unknown): unknown {
  if (!(error instanceof CbrError) || !TOO_LONG.has(error.code)) return error;
  return new CbrError(error.code, {
    message: error.message,
    hint: "it cannot be summarised either: `/undo` takes the newest message back, `/clear` begins anew",
    ...(error.aws !== null && { aws: error.aws }),
    cause: error.cause,
  });
}

function withOwnHint<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw ownHint(error);
  }
}
