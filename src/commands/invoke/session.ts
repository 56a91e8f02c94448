// `--session`, `-c` and `--fork`: the saved conversation that a prompt continues.
import type { Context } from "../../cli/context.ts";
import { collector } from "../../core/collect.ts";
import { CbrError } from "../../core/errors.ts";
import type { ContentBlock } from "../../core/messages.ts";
import type { Reply } from "../../core/reply.ts";
import type { Session } from "../../sessions/session.ts";
import type { Answer } from "./ask.ts";
import type { Candidate } from "./candidates.ts";
import type { InvokeFlags } from "./command.ts";

/**
 * The session the flags name, open for writing, or null. It is closed when the program ends. With `--dry-run` it is only
 * read: null as well where it does not exist yet.
 */
export async function openConversation(context: Context, flags: InvokeFlags): Promise<Session | null> {
  if (flags.session === undefined && !flags.continue && flags.fork === undefined) return null;
  const sessions = await context.sessions();
  if (flags.dryRun !== undefined) {
    if (flags.fork !== undefined) sessions.assertFree(flags.fork);
    const name = flags.session ?? sessions.latest();
    const isNew = flags.fork === undefined && !sessions.files().some((file) => file.name === name);
    if (isNew) sessions.pathOf(name);
    return isNew ? null : closeLater(context, await sessions.open(name, "read"));
  }
  if (flags.fork !== undefined) {
    const source = await sessions.open(flags.session ?? sessions.latest(), "read");
    const copy = await sessions.fork(source, flags.fork);
    source.close();
    return closeLater(context, copy);
  }
  const session = await (flags.session === undefined
    ? sessions.open(sessions.latest(), "append")
    : sessions.open(flags.session, "create"));
  return closeLater(context, session);
}

/** The user's turn, on disk before the request leaves. */
export async function saveTurn(
  session: Session,
  content: ContentBlock[],
  candidate: Candidate,
): Promise<void> {
  const { request, route, system } = candidate;
  const isArn = request.modelId.startsWith("arn:");
  await session.appendUser(content, {
    model: isArn ? request.modelId : (route.model?.alias ?? request.modelId),
    // An ARN has its own geo; mantle's is no choice that another API should inherit.
    ...(route.geo !== null && !isArn && request.api !== "mantle" && { geo: route.geo }),
    ...(typeof system === "string" && { system }),
  });
}

/**
 * Claude's reply, whole. `cost` null where a price is not known. A call of the tool that carries the answer of a schema is
 * kept as the text it stands for: the next request has no such tool.
 */
export async function saveReply(
  session: Session,
  { reply }: Answer,
  { request, route, schema }: Candidate,
  costUsd: number | null,
): Promise<void> {
  const content = reply.content.map((block) =>
    block.type === "tool_use" && block.name === schema?.tool
      ? { type: "text" as const, text: JSON.stringify(block.input) }
      : block,
  );
  await session.appendReply(
    { ...reply, content },
    {
      modelId: request.modelId,
      geo: route.geo,
      region: request.region,
      api: request.api,
      cost: costUsd === null ? null : { usd: costUsd },
    },
  );
}

/** What came of a reply that failed. Never throws: the failure itself is what the user must see. */
export async function saveFailure(
  context: Context,
  session: Session,
  { request, route }: Candidate,
  error: unknown,
  partial: Reply | null,
): Promise<void> {
  const code = error instanceof CbrError ? error.code : "interrupted";
  try {
    await session.appendIncomplete(
      partial ?? textOf(error),
      { modelId: request.modelId, geo: route.geo, region: request.region, api: request.api },
      code,
    );
  } catch (failure) {
    context.report.warn("session_write_failed", (failure as Error).message);
  }
}

function textOf(error: unknown): Reply {
  const partial = collector();
  const text = error instanceof CbrError ? (error.partialText ?? "") : "";
  if (text !== "") partial.add({ type: "text-delta", index: 0, text });
  return partial.reply();
}

function closeLater(context: Context, session: Session): Session {
  context.onExit(() => session.close());
  return session;
}
