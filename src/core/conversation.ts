// What the records of a session mean: which turns stand after undo, retry, clear and compact, and what of them may be
// sent. No I/O: `Where` is whatever the keeper of the file uses to find a record's content again.
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import type { ContentBlock, Json, Message, Usage } from "./messages.ts";

/** The version this program writes and the newest it reads; see docs/reference/session-format.md. */
export const SESSION_VERSION = 1;

/** A record without its `content`: all that is needed to know what it does. */
export type RecordHead = Readonly<Record<string, unknown>>;

export interface ReplyHead {
  at: string;
  isComplete: boolean;
  /** The code of the error that ended it, for one that is not complete. */
  error: string | null;
  hasContent: boolean;
  stopReason: string | null;
  guardrailAction: string | null;
  model: string | null;
  modelId: string | null;
  usage: Usage | null;
  /** Dollars; null when the price was not known. */
  cost: number | null;
}

export interface Turn<Where> {
  id: string;
  at: string;
  prompt: Where;
  reply: (ReplyHead & { content: Where }) | null;
}

export interface Conversation<Where> {
  created: string | null;
  updated: string | null;
  title: string | null;
  settings: Map<string, Json>;
  /** What is sent in place of the turns before `turns`. */
  summary: string | null;
  /** Complete turns that the summary stands for. */
  summarised: number;
  turns: Turn<Where>[];
  /** Dollars of all replies, undone ones too; null once the price of one was not known. */
  cost: number | null;
  /** The model of the newest reply, by the name Anthropic gives it. */
  model: string | null;
}

/** A session in which nothing has been said. */
export function emptyConversation<Where>(): Conversation<Where> {
  return {
    created: null,
    updated: null,
    title: null,
    settings: new Map(),
    summary: null,
    summarised: 0,
    turns: [],
    cost: 0,
    model: null,
  };
}

/**
 * Lets one record have its effect. A record that lacks what its type needs gives false and changes nothing; a record of
 * a type this version does not know is none of its business and gives true.
 */
export function applyRecord<Where>(
  conversation: Conversation<Where>,
  head: RecordHead,
  where: Where,
): boolean {
  const isApplied = apply(conversation, head, where);
  const at = textOf(head["at"]);
  if (isApplied && at !== null) conversation.updated = at;
  return isApplied;
}

function apply<Where>(conversation: Conversation<Where>, head: RecordHead, where: Where): boolean {
  const { turns } = conversation;
  switch (head["type"]) {
    case "session":
      conversation.created ??= textOf(head["created"]);
      return true;
    case "user": {
      const id = textOf(head["id"]);
      if (id === null) return false;
      turns.push({ id, at: textOf(head["at"]) ?? "", prompt: where, reply: null });
      return true;
    }
    case "assistant": {
      const reply = replyHead(head);
      if (reply.cost === null && reply.hasContent) conversation.cost = null;
      else if (conversation.cost !== null) conversation.cost += reply.cost ?? 0;
      // A reply whose prompt was lost belongs to no turn, least of all to the one before.
      const turn = turns.findLast((candidate) => candidate.id === head["to"]);
      if (turn === undefined) return false;
      turn.reply = { ...reply, content: where };
      conversation.model = reply.model ?? conversation.model;
      return true;
    }
    case "settings":
      return mergeSettings(conversation.settings, head["settings"]);
    case "title":
      if (typeof head["title"] !== "string") return false;
      conversation.title = head["title"];
      return true;
    case "undo": {
      const index = turns.findLastIndex((turn) => turn.id === head["turn"]);
      if (index !== -1) turns.length = index;
      return true;
    }
    case "retry": {
      const turn = turns.findLast((candidate) => candidate.id === head["turn"]);
      if (turn !== undefined) turn.reply = null;
      return true;
    }
    case "clear":
      conversation.turns = [];
      conversation.summary = null;
      conversation.summarised = 0;
      return true;
    case "compact": {
      const summary = textOf(head["summary"]);
      const index = turns.findLastIndex((turn) => turn.id === head["through"]);
      if (summary === null || index === -1) return false;
      // Files of before have no such field; then nothing is known to add.
      if (head["cost"] === null) conversation.cost = null;
      else if (conversation.cost !== null) conversation.cost += dollars(head["cost"]) ?? 0;
      const replaced = turns.slice(0, index + 1);
      conversation.summary = summary;
      conversation.summarised += completeTurns(replaced);
      conversation.turns = turns.slice(index + 1);
      return true;
    }
    default:
      return typeof head["type"] === "string";
  }
}

/** Prompts with a complete reply, those behind a summary included. */
export function countTurns(conversation: Conversation<unknown>): number {
  return conversation.summarised + completeTurns(conversation.turns);
}

function completeTurns(turns: readonly Turn<unknown>[]): number {
  return turns.filter((turn) => turn.reply?.isComplete).length;
}

function replyHead(head: RecordHead): ReplyHead {
  return {
    at: textOf(head["at"]) ?? "",
    isComplete: head["complete"] === true,
    error: textOf(head["error"]),
    hasContent: head["empty"] !== true,
    stopReason: textOf(head["stop_reason"]),
    guardrailAction: textOf(head["guardrail_action"]),
    model: textOf(head["model"]),
    modelId: textOf(head["model_id"]),
    usage: isRecord(head["usage"]) ? (head["usage"] as unknown as Usage) : null,
    cost: dollars(head["cost"]),
  };
}

function dollars(cost: unknown): number | null {
  const usd = isRecord(cost) ? cost["usd"] : null;
  return typeof usd === "number" ? usd : null;
}

function mergeSettings(settings: Map<string, Json>, changes: unknown): boolean {
  if (!isRecord(changes)) return false;
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) settings.delete(name);
    else settings.set(name, value as Json);
  }
  return true;
}

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

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
