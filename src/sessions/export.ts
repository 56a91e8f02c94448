// A session in forms that outlive cbr: Markdown for people, JSON for programs. Both show the turns that stand.
import type { ContentBlock } from "../core/messages.ts";
import type { HistoryTurn, Session } from "./session.ts";

/** The session as Markdown, turn by turn. */
export function* sessionMarkdown(session: Session): Generator<string, void> {
  yield `# ${escapeHeading(session.title ?? session.name)}\n`;
  if (session.summary !== null) yield `\n## Summary of what came before\n\n${session.summary.trim()}\n`;
  for (const turn of session.history()) {
    yield `\n## You\n\n${blocksMarkdown(turn.prompt)}\n`;
    yield `\n## Claude${turn.reply?.model ? ` (${turn.reply.model})` : ""}\n\n${replyMarkdown(turn)}\n`;
  }
}

function replyMarkdown({ reply }: HistoryTurn): string {
  if (reply === null) return "*no reply*";
  const text = blocksMarkdown(reply.content);
  if (reply.isComplete) return text === "" ? "*an empty reply*" : text;
  const note = reply.hasContent ? "*the reply was cut off*" : "*no reply*";
  return text === "" ? note : `${text}\n\n${note}`;
}

function blocksMarkdown(content: string | readonly ContentBlock[]): string {
  if (typeof content === "string") return content.trim();
  return content
    .map(blockMarkdown)
    .filter((text) => text !== "")
    .join("\n\n");
}

function blockMarkdown(block: ContentBlock): string {
  switch (block.type) {
    case "text":
      return block.text.trim();
    case "image":
      return `*[image, ${block.source.media_type}]*`;
    case "document":
      return `*[document${block.title ? ` ${escapeHeading(block.title)}` : ""}, ${block.source.media_type}]*`;
    case "tool_use":
      return fenced(`${block.name} ${JSON.stringify(block.input, null, 2)}`);
    case "tool_result":
      return fenced(
        typeof block.content === "string" ? block.content : JSON.stringify(block.content, null, 2),
      );
    case "thinking":
    case "redacted_thinking":
      return "";
    case "other":
      return fenced(JSON.stringify(block.raw, null, 2));
    default:
      return block satisfies never;
  }
}

function fenced(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}json\n${text}\n${fence}`;
}

function escapeHeading(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replace(/([\\`*_[\]<>])/g, "\\$1");
}

/** The session as one JSON object; content blocks as the Messages API has them. */
export function sessionJson(session: Session): Record<string, unknown> {
  return {
    type: "session",
    name: session.name,
    title: session.title,
    created: session.created,
    settings: session.settings,
    summary: session.summary,
    cost_usd: session.cost,
    turns: [...session.history()].map(({ id, at, prompt, reply }) => ({
      id,
      at,
      content: raw(prompt),
      reply:
        reply === null
          ? null
          : {
              at: reply.at,
              complete: reply.isComplete,
              error: reply.error,
              model: reply.model,
              model_id: reply.modelId,
              stop_reason: reply.stopReason,
              usage: reply.usage,
              cost_usd: reply.cost,
              content: raw(reply.content),
            },
    })),
  };
}

function raw(content: string | readonly ContentBlock[]): unknown {
  return typeof content === "string"
    ? content
    : content.map((block) => (block.type === "other" ? block.raw : block));
}
