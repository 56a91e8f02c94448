// What the mock says: the same request always gets the same answer, and the answer shows what was understood.
import { createHash } from "node:crypto";
import { honourMaxTokens, honourStopSequences } from "./answer-limits.ts";
import { piecesOf, splitSurrogates, splitText } from "./pieces.ts";
import { instanceOf } from "./schema-instance.ts";
import type { ScriptEntry } from "./script.ts";
import { type MockUsage, tokensOf } from "./usage.ts";

export type Block = Record<string, unknown> & { type: string };

/** A Messages API request as the mock reads it; rules have been checked. */
export interface Prompt {
  /** What the reply calls the model. */
  model: string;
  body: Record<string, unknown>;
  /** Thinking is on unless the request switches it off. */
  thinksByDefault: boolean;
  /** The newer models keep their thinking to themselves unless asked for a summary. */
  hidesThinking: boolean;
}

export interface Answer {
  id: string;
  /** What the reply calls the model. */
  model: string;
  content: Block[];
  /** The pieces in which each block's text is streamed. */
  pieces: string[][];
  stopReason: string;
  stopSequence: string | null;
  usage: MockUsage | null;
  extra: Record<string, unknown>;
}

/** The default answer to `prompt`. `modelName` is what the answer says of the model; `usage` counts the input. */
export function defaultAnswer(prompt: Prompt, modelId: string, input: MockUsage): Answer {
  const { content, stopReason } = decideContent(prompt, modelId);
  const answer: Answer = {
    id: idOf("msg_bdrk_", prompt.body),
    model: prompt.model,
    content,
    pieces: content.map(piecesOf),
    stopReason,
    stopSequence: null,
    usage: input,
    extra: {},
  };
  honourStopSequences(answer, prompt.body["stop_sequences"]);
  honourMaxTokens(answer, prompt.body["max_tokens"]);
  answer.usage = { ...input, output_tokens: outputTokens(answer) };
  return answer;
}

/** The answer that a script asks for, with the rest as in the default answer. */
export function scriptedAnswer(prompt: Prompt, entry: ScriptEntry, input: MockUsage): Answer {
  const content: Block[] = [];
  const pieces: string[][] = [];
  const add = (block: Block, parts: string[]) => {
    content.push(block);
    pieces.push(parts);
  };
  const parts = (text: string | string[]) => (Array.isArray(text) ? text : splitText(text));
  if (entry.thinking !== undefined) {
    const deltas = parts(entry.thinking);
    add({ type: "thinking", thinking: deltas.join(""), signature: signatureOf(deltas.join("")) }, deltas);
  }
  if (entry.text !== undefined) {
    const deltas = parts(entry.text);
    add({ type: "text", text: deltas.join("") }, deltas);
  }
  for (const block of (entry.blocks ?? []) as Block[]) add(block, piecesOf(block));
  const hasContent = entry.text !== undefined || entry.thinking !== undefined || entry.blocks !== undefined;
  if (!hasContent) {
    const text = "One two three four five.";
    add({ type: "text", text }, splitText(text));
  }
  const usesTool = content.some((block) => block.type === "tool_use");
  const answer: Answer = {
    id: entry.id ?? idOf("msg_bdrk_", prompt.body),
    model: prompt.model,
    content,
    pieces: entry.fault === "surrogate" ? pieces.map(splitSurrogates) : pieces,
    stopReason: entry.stop_reason ?? (usesTool ? "tool_use" : "end_turn"),
    stopSequence: entry.stop_sequence ?? null,
    usage: null,
    extra: entry.extra ?? {},
  };
  if (entry.usage !== null && entry.fault !== "no-metadata") {
    answer.usage = { ...input, output_tokens: outputTokens(answer), ...(entry.usage as Partial<MockUsage>) };
  }
  return answer;
}

/** An id that looks like the service's and follows from what was asked. */
export function idOf(prefix: string, seed: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(seed)).digest("base64").replace(/[+/=]/g, "x");
  return `${prefix}01${hash.slice(0, 22)}`;
}

/** The signature of a thinking block; the mock takes only its own back. */
export function signatureOf(thinking: string): string {
  return createHash("sha256").update(`mock signature of ${thinking}`).digest("base64");
}

function decideContent(prompt: Prompt, modelId: string): { content: Block[]; stopReason: string } {
  const body = prompt.body;
  const content: Block[] = [];
  const asked = lastUserBlocks(body);
  const text = lastText(asked);
  if (isThinking(prompt)) {
    const display = (body["thinking"] as { display?: string } | undefined)?.display;
    const isOmitted = (display ?? (prompt.hidesThinking ? "omitted" : "summarized")) === "omitted";
    const thinking = isOmitted ? "" : `The prompt says ${quote(text)}. I will say what I understood.`;
    content.push({ type: "thinking", thinking, signature: signatureOf(thinking) });
  }
  const tool = chooseTool(body, asked, text);
  if (tool) {
    const input = instanceOf((tool["input_schema"] as Record<string, unknown> | undefined) ?? {});
    content.push({
      type: "tool_use",
      id: idOf("toolu_bdrk_", [tool["name"], body["messages"]]),
      name: tool["name"],
      input,
    });
    return { content, stopReason: "tool_use" };
  }
  const format = (body["output_config"] as { format?: { schema?: Record<string, unknown> } } | undefined)
    ?.format;
  const reply = format?.schema
    ? JSON.stringify(instanceOf(format.schema))
    : sentence(body, modelId, asked, text);
  content.push({ type: "text", text: reply });
  return { content, stopReason: "end_turn" };
}

function isThinking({ body, thinksByDefault }: Prompt): boolean {
  const type = (body["thinking"] as { type?: string } | undefined)?.type;
  return type === undefined ? thinksByDefault : type !== "disabled";
}

/** The tool that is forced; or, when it is offered, one that the prompt names. */
function chooseTool(body: Record<string, unknown>, asked: readonly Block[], text: string): Block | null {
  const tools = (body["tools"] ?? []) as Block[];
  const choice = (body["tool_choice"] ?? {}) as { type?: string; name?: string };
  if (tools.length === 0 || choice.type === "none") return null;
  if (choice.type === "tool") return tools.find((tool) => tool["name"] === choice.name) ?? null;
  if (choice.type === "any") return tools[0] ?? null;
  if (asked.some((block) => block.type === "tool_result")) return null;
  const named = tools.find((tool) => text.includes(String(tool["name"])));
  return named ?? (tools.length === 1 && isAnswerTool(tools[0] as Block) ? (tools[0] as Block) : null);
}

/** A single tool whose description says that the answer is to be given through it. */
function isAnswerTool(tool: Block): boolean {
  return /\b(answer|final|respond|reply|output|result)\b/i.test(
    `${tool["name"]} ${tool["description"] ?? ""}`,
  );
}

function sentence(
  body: Record<string, unknown>,
  modelId: string,
  asked: readonly Block[],
  text: string,
): string {
  const parts = [`Hello from ${modelId}! You said: ${quote(text)}.`];
  const system = textOf(body["system"]);
  if (system !== "") parts.push(`My instructions: ${quote(system)}.`);
  const others = asked.filter((block) => block !== asked.findLast((b) => b.type === "text"));
  if (others.length > 0) parts.push(`With it came ${others.map(describeBlock).join(", ")}.`);
  const turn = ((body["messages"] ?? []) as { role: string }[]).filter((m) => m.role === "user").length;
  if (turn > 1) parts.push(`This is turn ${turn} of our conversation.`);
  return parts.join(" ");
}

function describeBlock(block: Block): string {
  switch (block.type) {
    case "text":
      return `a text of ${Buffer.byteLength(String(block["text"]))} bytes`;
    case "image":
      return `an image (${(block["source"] as { media_type?: string }).media_type})`;
    case "document":
      return `a document (${(block["source"] as { media_type?: string }).media_type ?? "text/plain"})`;
    case "tool_result":
      return `a tool result (${quote(textOf(block["content"]))})`;
    default:
      return `a block of type ${block.type}`;
  }
}

function lastUserBlocks(body: Record<string, unknown>): Block[] {
  const messages = (body["messages"] ?? []) as { role: string; content: string | Block[] }[];
  const last = messages.findLast((message) => message.role === "user");
  if (last === undefined) return [];
  return typeof last.content === "string" ? [{ type: "text", text: last.content }] : last.content;
}

function lastText(blocks: readonly Block[]): string {
  return String(blocks.findLast((block) => block.type === "text")?.["text"] ?? "");
}

/** The text in a string or in an array of blocks. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as Block[])
    .filter((block) => block.type === "text")
    .map((block) => String(block["text"]))
    .join(" ");
}

function quote(text: string): string {
  const line = text.trim();
  const chars = [...line];
  return `"${chars.length > 120 ? `${chars.slice(0, 120).join("")}…` : line}"`;
}

function outputTokens(answer: Answer): number {
  return Math.max(
    1,
    answer.pieces.reduce((sum, pieces) => sum + tokensOf(pieces.join("")), 0),
  );
}
