// What of a turn is shown, and where: answers on stdout, everything else on stderr.
import type { ClaudeRequest } from "../../core/claude.ts";
import type { ContentBlock } from "../../core/messages.ts";
import { resultObject } from "../../core/result.ts";
import type { Cost } from "../../models/prices.ts";
import type { Route } from "../../models/route.ts";
import { eventRenderer, jsonFor, type Renderer, textRenderer } from "../../render/reply.ts";
import { sanitize, sanitizeLine } from "../../render/sanitize.ts";
import { joinFacts, statusLine } from "../../render/status-line.ts";
import { thinkingFold } from "../../render/thinking-fold.ts";
import { wrapWords } from "../../render/wrap.ts";
import { type Chat, modelName, say } from "./chat.ts";
import type { Sent } from "./send.ts";
import { contextUse } from "./window.ts";

/** The consumers of one reply's events. */
export async function renderersFor(
  chat: Chat,
  request: ClaudeRequest,
  stopWaiting: () => void,
): Promise<Renderer[]> {
  const { io, report, host } = chat.context;
  if (chat.format === "stream-json") {
    report.onWarning = ({ code, message }) => {
      void io.out.write(`${jsonFor(io.out, { type: "warning", code, message })}\n`);
    };
    return [eventRenderer(io.out, request.modelId)];
  }
  if (chat.format === "json") return [];
  const answer = await textOn(chat);
  if (!chat.isInteractive) return [answer];
  const canRedraw = io.canSpin && chat.style !== "plain";
  return [thinkingFold(io.err, { elapsed: host.elapsed, canRedraw, beforeText: stopWaiting }), answer];
}

/** Loads what `renderersFor` will need. */
export async function loadRenderers(chat: Chat): Promise<void> {
  if (chat.isInteractive && isRendered(chat)) await import("../../render/markdown/reply.ts");
}

function isRendered({ context, style }: Chat): boolean {
  return context.io.out.isTTY && style === "rendered";
}

/** The answer's text; where a program reads it, always ended by a newline. */
async function textOn(chat: Chat): Promise<Renderer> {
  const { io, host } = chat.context;
  if (isRendered(chat)) {
    const { markdownReply } = await import("../../render/markdown/reply.ts");
    return markdownReply(io.out, host.env);
  }
  const text = textRenderer(io.out);
  if (io.out.isTTY) return text;
  let last = "";
  return {
    event(event) {
      if (event.type === "text-delta" && event.text !== "") last = event.text;
      return text.event(event);
    },
    async end() {
      await text.end();
      if (last !== "" && !last.endsWith("\n")) await io.out.write("\n");
    },
  };
}

export interface Ended {
  route: Route;
  request: ClaudeRequest;
  sent: Sent;
  cost: Cost | null;
}

/** After a whole reply: the status line for a person, the result object for a program. */
export async function showEnd(chat: Chat, { route, request, sent, cost }: Ended): Promise<void> {
  const { io, report } = chat.context;
  if (chat.format !== "text") {
    const result = resultObject(sent.reply, {
      modelId: request.modelId,
      geo: route.geo,
      region: request.region,
      api: request.api,
      cost: cost as Record<string, unknown> | null,
      firstTokenMs: sent.firstTokenMs,
      totalMs: sent.totalMs,
      warnings: report.warnings,
    });
    await io.out.write(`${jsonFor(io.out, result)}\n`);
    return;
  }
  if (!chat.isInteractive || report.isQuiet) return;
  const status = statusLine(
    {
      model: modelName(route),
      geo: route.geo,
      usage: sent.reply.usage,
      cost: cost?.usd ?? null,
      sessionCost: chat.session.cost,
      contextUse: contextUse(chat, route),
    },
    io.err.width,
  );
  say(chat, io.err.color.dim(status));
}

/** The person stopped what was being waited for; `left` is what that leaves. */
export function showStopped(chat: Chat, left: string): void {
  if (chat.isInteractive) say(chat, chat.context.io.err.color.dim(`stopped; ${left}`));
}

/** The greeting: which model, where, under what name. */
export function showStart(chat: Chat, route: Route): void {
  const { report, io } = chat.context;
  if (report.isQuiet) return;
  const { session } = chat;
  const place = route.geo === null || route.geo === "none" ? route.region.value : route.geo;
  const kept = chat.isSaved ? `session ${session.name}` : "not saved";
  const facts = joinFacts([sanitizeLine(modelName(route)), place, kept], io.err.width);
  const help = wrapWords("`/help` lists the commands, Ctrl-D leaves", io.err.width - 1);
  say(chat, io.err.color.dim(`${facts}\n${help}`));
  showLastTurn(chat);
}

/** Where a conversation that goes on had stopped. */
export function showLastTurn(chat: Chat): void {
  const { session } = chat;
  const turn = session.lastTurn();
  if (turn === null) return;
  const { color, width } = chat.context.io.err;
  const turns = session.turnCount === 1 ? "1 turn" : `${session.turnCount} turns`;
  const prompt = sanitizeLine(textOf(turn.prompt), Math.max(20, width - 6));
  const answer = sanitize(textOf(turn.reply?.content ?? [])).trim();
  const lines = answer.split("\n").filter((line) => line.trim() !== "");
  const shown = lines.slice(-3).map((line) => sanitizeLine(line, Math.max(20, width - 6)));
  say(
    chat,
    [
      color.dim(`\n${turns} so far; the newest:`),
      color.dim(`  > ${prompt}`),
      ...(lines.length > shown.length ? [color.dim("  …")] : []),
      ...shown.map((line) => color.dim(`  ${line}`)),
    ].join("\n"),
  );
}

/** The text of a message; of a prompt with files, the words. */
export function textOf(content: string | readonly ContentBlock[]): string {
  if (typeof content === "string") return content;
  return content
    .flatMap((block) => (block.type === "text" && !block.text.startsWith("<document ") ? [block.text] : []))
    .join("\n");
}
