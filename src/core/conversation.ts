// What the records of a session mean: which turns stand after undo, retry, clear and compact. No I/O: `Where` is whatever the keeper of the file uses to find a record's content again.
import type { Json, Usage } from "./messages.ts";

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

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
