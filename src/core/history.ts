// What of a saved conversation may be sent again.
import type { ReplyHead } from "./conversation.ts";
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import type { ContentBlock, Message } from "./messages.ts";

/** A turn with its content at hand. */
export interface LoadedTurn {
  prompt: string | ContentBlock[];
  reply: (ReplyHead & { content: ContentBlock[] }) | null;
}

export interface MessageOptions {
  summary: string | null;
  /** Send the received part of replies that were cut off, too. */
  withPartial?: boolean;
}

/**
 * What may be sent of `turns`: user and assistant by turns, beginning with user. A prompt that the service or Claude
 * refused is left out with its reply, or every later request would be refused as well. A prompt without a usable reply
 * is joined to the next prompt (once, when it was merely asked again). Of a reply that was cut off nothing is sent, or
 * with `withPartial` its text without trailing whitespace. Tool calls without results, and results without calls, go.
 */
export function messagesOf(turns: readonly LoadedTurn[], options: MessageOptions): Message[] {
  const messages: Message[] = [];
  if (options.summary !== null) messages.push({ role: "user", content: summaryText(options.summary) });
  let unanswered: string | null = null;
  for (const turn of turns) {
    if (turn.reply !== null && isRefused(turn.reply)) continue;
    const prompt = JSON.stringify(turn.prompt);
    if (prompt !== unanswered) messages.push({ role: "user", content: turn.prompt });
    const answer = turn.reply === null ? [] : sendable(turn.reply, options.withPartial === true);
    unanswered = answer.length === 0 ? prompt : null;
    if (answer.length > 0) messages.push({ role: "assistant", content: answer });
  }
  return alternate(withoutOrphanTools(alternate(messages)));
}

const REFUSING_STOPS = new Set(["refusal", "guardrail_intervened", "content_filtered"]);
/** Said by Claude or a guardrail, with words of their own. */
const REFUSING_ERRORS: ReadonlySet<string> = new Set(["refusal", "guardrail_intervened"]);
/** Exit codes that speak of the prompt itself: bad input, refused for good, no usable answer. */
const REFUSING_EXITS: ReadonlySet<number> = new Set([3, 5, 9]);

function isRefused(reply: ReplyHead): boolean {
  if (reply.isComplete) {
    return REFUSING_STOPS.has(reply.stopReason ?? "") || reply.guardrailAction === "INTERVENED";
  }
  if (reply.error === null) return false;
  if (REFUSING_ERRORS.has(reply.error)) return true;
  if (reply.hasContent) return false;
  return REFUSING_EXITS.has(ERROR_CODES[reply.error as ErrorCode]?.exit ?? 0);
}

function sendable(reply: ReplyHead & { content: ContentBlock[] }, withPartial: boolean): ContentBlock[] {
  if (!reply.isComplete) {
    const text = reply.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    return withPartial && text.trim() !== "" ? [{ type: "text", text: text.trimEnd() }] : [];
  }
  const blocks = reply.content.filter((block) => {
    if (block.type === "text") return block.text.trim() !== "";
    if (block.type === "thinking") return block.signature !== "";
    return true;
  });
  const isAnswer = blocks.some((block) => block.type !== "thinking" && block.type !== "redacted_thinking");
  return isAnswer ? blocks : [];
}

function summaryText(summary: string): string {
  return `<conversation_summary>\nThe conversation so far, in summary:\n\n${summary}\n</conversation_summary>`;
}

/** Joins neighbours of the same role and drops what is empty or comes before the first user message. */
function alternate(messages: readonly Message[]): Message[] {
  const result: Message[] = [];
  for (const message of messages) {
    if (message.content.length === 0) continue;
    const last = result.at(-1);
    if (last === undefined && message.role === "assistant") continue;
    if (last?.role === message.role) {
      result[result.length - 1] = {
        role: last.role,
        content: [...blocksOf(last.content), ...blocksOf(message.content)],
      };
    } else result.push(message);
  }
  return result;
}

function withoutOrphanTools(messages: readonly Message[]): Message[] {
  return messages.map((message, index) => {
    if (typeof message.content === "string") return message;
    const isLast = index === messages.length - 1;
    const called = idsIn(messages[index - 1], "tool_use");
    const answered = idsIn(messages[index + 1], "tool_result");
    const content = message.content.filter((block) => {
      if (block.type === "tool_use") return isLast || answered.has(block.id);
      if (block.type === "tool_result") return called.has(block.tool_use_id);
      return true;
    });
    const isAnswer = content.some((block) => block.type !== "thinking" && block.type !== "redacted_thinking");
    return { role: message.role, content: isAnswer ? content : [] };
  });
}

function idsIn(message: Message | undefined, type: "tool_use" | "tool_result"): Set<string> {
  const ids = new Set<string>();
  if (message === undefined) return ids;
  for (const block of blocksOf(message.content)) {
    if (block.type === "tool_use" && type === "tool_use") ids.add(block.id);
    if (block.type === "tool_result" && type === "tool_result") ids.add(block.tool_use_id);
  }
  return ids;
}

function blocksOf(content: string | ContentBlock[]): ContentBlock[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
