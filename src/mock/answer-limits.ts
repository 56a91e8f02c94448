// Where a request ends an answer: its stop sequences and `max_tokens`.
import type { Answer } from "./answer.ts";
import { splitText } from "./pieces.ts";
import { tokensOf } from "./usage.ts";

/** Cuts the text before the first of `sequences` in it. */
export function honourStopSequences(answer: Answer, sequences: unknown): void {
  if (!Array.isArray(sequences)) return;
  const index = answer.content.findIndex((block) => block.type === "text");
  const block = answer.content[index];
  if (block === undefined) return;
  const text = String(block["text"]);
  const found = (sequences as string[])
    .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
    .filter(({ at }) => at !== -1)
    .sort((a, b) => a.at - b.at)[0];
  if (found === undefined) return;
  block["text"] = text.slice(0, found.at);
  answer.pieces[index] = splitText(String(block["text"]));
  answer.stopReason = "stop_sequence";
  answer.stopSequence = found.sequence;
}

/** Cuts what is more than `maxTokens`; the blocks after the cut go. */
export function honourMaxTokens(answer: Answer, maxTokens: unknown): void {
  let left = typeof maxTokens === "number" ? maxTokens : Number.POSITIVE_INFINITY;
  for (const [index, block] of answer.content.entries()) {
    const pieces = answer.pieces[index] as string[];
    const needed = tokensOf(pieces.join(""));
    if (needed <= left) {
      left -= needed;
      continue;
    }
    const kept = cutToTokens(pieces.join(""), left);
    if (block.type === "text") block["text"] = kept;
    if (block.type === "thinking") block["thinking"] = kept;
    answer.pieces[index] = splitText(kept);
    answer.content.length = left === 0 && block.type !== "text" ? index : index + 1;
    answer.pieces.length = answer.content.length;
    answer.stopReason = "max_tokens";
    answer.stopSequence = null;
    return;
  }
}

function cutToTokens(text: string, tokens: number): string {
  let kept = "";
  for (const char of text) {
    if (tokensOf(kept + char) > tokens) break;
    kept += char;
  }
  return kept;
}
