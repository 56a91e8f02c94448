// The life of one turn: check, save what was said, send, show, save what came back.
import type { ClaudeRequest } from "../../core/claude.ts";
import { withConversationCache } from "../../core/conversation-cache.ts";
import { CbrError, Interrupted } from "../../core/errors.ts";
import type { ContentBlock } from "../../core/messages.ts";
import { verdict } from "../../core/verdict.ts";
import { type Cost, costOf } from "../../models/prices.ts";
import type { Route } from "../../models/route.ts";
import { promptTokens } from "../../render/status-line.ts";
import { continueInMemory } from "../../sessions/memory.ts";
import { type Chat, type ChatPrompt, modelName, requestFor, routeOf, systemOf } from "./chat.ts";
import { type Sent, send } from "./send.ts";
import { renderersFor, showEnd, showStopped } from "./show.ts";
import { guardWindow, warnNearWindow } from "./window.ts";

/**
 * Says `prompt` to Claude; null asks the newest prompt again. `only` is the way for this once. Resolves when the turn is over, stopped
 * by the person included. Throws CbrError; what was received by then is shown and saved.
 */
export async function takeTurn(chat: Chat, prompt: ChatPrompt | null, only?: Route): Promise<void> {
  await reloadSettings(chat);
  chat.context.report.forget("cut_at_max_tokens");
  const route = only ?? (await routeOf(chat));
  const isRetry = prompt === null;
  const history = chat.session.messages({ withPartial: true, toRetry: isRetry });
  const request = requestFor(chat, route, prompt, history);
  await guardWindow(chat, route, request, prompt);
  if (prompt !== null) await saving(chat, () => saveTurn(chat, prompt.content, route));
  const messages = chat.session.messages({ withPartial: true, toRetry: isRetry });
  const body = withConversationCache({ ...request.body, messages }, route.model?.cache.min_tokens ?? null);
  const sent = await send(
    chat,
    { ...request, body },
    {
      label: `waiting for ${modelName(route)}`,
      renderers: (stopWaiting) => renderersFor(chat, request, stopWaiting),
    },
  );
  if (isRetry && !isInVain(chat, sent)) await saving(chat, () => chat.session.retry());
  await conclude(chat, route, request, sent);
}

/** Nothing came, and the answer that was to be replaced is a whole one: it stands. */
function isInVain({ session }: Chat, { reply, failure }: Sent): boolean {
  const isWhole = session.turns.at(-1)?.reply?.isComplete === true;
  return failure !== null && reply.content.length === 0 && isWhole;
}

async function conclude(chat: Chat, route: Route, request: ClaudeRequest, sent: Sent): Promise<void> {
  const { context } = chat;
  const { reply, failure } = sent;
  const cost = costOf(route.model, route.geo, reply.usage, {
    region: request.region,
    serviceTier: request.serviceTier,
  });
  const facts = factsOf(route, request, cost);
  if (failure !== null) {
    const { error } = failure;
    const code = error instanceof CbrError ? error.code : "interrupted";
    const stands = isInVain(chat, sent);
    if (!stands) await saving(chat, () => chat.session.appendIncomplete(reply, facts, code));
    if (error instanceof Interrupted && !context.signal.aborted) {
      const left = stands ? "the answer before stands" : "no answer had begun";
      return showStopped(chat, reply.content.length === 0 ? left : "what came is kept");
    }
    throw error;
  }
  await saving(chat, () => chat.session.appendReply(reply, facts));
  if (reply.usage !== null) chat.contextTokens = promptTokens(reply.usage) + reply.usage.output_tokens;
  const maxTokens = request.body.max_tokens;
  const problem = verdict(reply, { isStrict: chat.settings.strict?.value === true, maxTokens });
  if (problem === null && reply.stopReason === "max_tokens") warnOfCut(chat, maxTokens);
  await showEnd(chat, { route, request, sent, cost });
  warnNearWindow(chat, route);
  if (problem !== null) throw problem;
}

/** Before the end is shown: a result object carries its own turn's warnings. */
function warnOfCut({ context, isInteractive, isSaved }: Chat, maxTokens: number): void {
  const again = isSaved ? "cbr chat -c --max-tokens N" : "cbr chat --max-tokens N";
  const next = isInteractive ? `; ask it to go on, or begin with a higher limit: \`${again}\`` : "";
  context.report.warn("cut_at_max_tokens", `the answer was cut at max_tokens (${maxTokens})${next}`);
}

async function saveTurn(chat: Chat, content: ContentBlock[], route: Route): Promise<void> {
  const { thinking, effort } = chat.changes;
  await chat.session.appendUser(content, {
    model: chat.changes.model ?? modelName(route),
    ...(route.geo !== null && { geo: route.geo }),
    system: systemOf(chat),
    ...(thinking !== undefined && { thinking: thinking === "" ? null : thinking }),
    ...(effort !== undefined && { effort: effort === "" ? null : effort }),
  });
}

export function factsOf(route: Route, request: ClaudeRequest, cost: Cost | null) {
  return {
    modelId: request.modelId,
    geo: route.geo,
    region: request.region,
    api: request.api,
    cost: cost === null ? null : { usd: cost.usd },
  };
}

/** Writes to the session; when the disk does not take it, the conversation goes on in memory, said once. */
export async function saving(chat: Chat, write: () => unknown): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof CbrError) || error.code !== "session_write_failed" || !chat.isSaved) throw error;
    chat.context.report.warn(error.code, `${error.message}: the conversation goes on in memory only`);
    const saved = chat.session;
    chat.session = await continueInMemory(saved, chat.context.host);
    chat.isSaved = false;
    saved.close();
    await write();
  }
}

/** After a failure of credentials everything about them is read again: files, keys, and the SDK's memory of both. */
async function reloadSettings(chat: Chat): Promise<void> {
  if (!chat.areSettingsStale) return;
  chat.settings = await chat.context.settings({ ...chat.flags });
  chat.areSettingsStale = false;
}
