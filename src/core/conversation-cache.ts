// Where a conversation's cache breakpoints go, so that each request reads what the one before it wrote.
import { estimateTokens } from "./cache.ts";
import type { ContentBlock, Message, MessagesBody, TextBlock } from "./messages.ts";

const MARK = { type: "ephemeral" } as const;

/**
 * `body` with breakpoints on the system prompt, on the newest user turn, which the next request will read, and on the
 * one before, which this request reads however many blocks were added since: three of the four that the service takes.
 * None where the prefix is shorter than `minTokens`, the model's shortest; null: unknown, and then none at all.
 */
export function withConversationCache(body: MessagesBody, minTokens: number | null): MessagesBody {
  if (minTokens === null || hasBreakpoint(body)) return body;
  const before = [body.tools ?? [], body.system ?? []];
  let tokens = estimateTokens(before);
  const system = tokens >= minTokens ? markedSystem(body.system) : body.system;
  const turns = body.messages.flatMap((message, i) => (message.role === "user" ? [i] : [])).slice(-2);
  const messages = body.messages.map((message, i) => {
    tokens += estimateTokens(message.content);
    return turns.includes(i) && tokens >= minTokens ? markedMessage(message) : message;
  });
  return { ...body, ...(system !== undefined && { system }), messages };
}

function markedSystem(system: MessagesBody["system"]): MessagesBody["system"] {
  if (system === undefined || system === "") return system;
  const blocks: TextBlock[] = typeof system === "string" ? [{ type: "text", text: system }] : system;
  return blocks.map((block, i) => (i === blocks.length - 1 ? { ...block, cache_control: MARK } : block));
}

function markedMessage(message: Message): Message {
  const blocks: ContentBlock[] =
    typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
  const at = blocks.findLastIndex(canBeMarked);
  return {
    ...message,
    content: blocks.map((block, i) =>
      i === at ? ({ ...block, cache_control: MARK } as ContentBlock) : block,
    ),
  };
}

/** The service takes no breakpoint on an empty text, nor on thinking. */
function canBeMarked(block: ContentBlock): boolean {
  if (block.type === "text") return block.text !== "";
  return ["image", "document", "tool_use", "tool_result"].includes(block.type);
}

function hasBreakpoint(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("cache_control" in value && value.cache_control) return true;
  return Object.values(value).some(hasBreakpoint);
}
