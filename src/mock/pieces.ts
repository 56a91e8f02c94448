// The pieces in which a model speaks.
import type { Block } from "./answer.ts";

/** What is streamed of a block, in pieces; none of a block that comes whole. */
export function piecesOf(block: Block): string[] {
  switch (block.type) {
    case "text":
      return splitText(String(block["text"]));
    case "thinking":
      return splitText(String(block["thinking"]));
    case "tool_use":
      return ["", ...splitEvery(JSON.stringify(block["input"] ?? {}), 12)];
    default:
      return [];
  }
}

/** Words with the space before them: the pieces in which a model speaks. */
export function splitText(text: string): string[] {
  return text.match(/\s*\S+(?:\s+$)?|\s+$/gu) ?? (text === "" ? [] : [text]);
}

function splitEvery(text: string, size: number): string[] {
  const chars = [...text];
  const parts: string[] = [];
  for (let i = 0; i < chars.length; i += size) parts.push(chars.slice(i, i + size).join(""));
  return parts;
}

/** Cuts between the two halves of each surrogate pair, as some tokenisers do. */
export function splitSurrogates(pieces: readonly string[]): string[] {
  return pieces
    .join("")
    .split(/(?<=[\uD800-\uDBFF])(?=[\uDC00-\uDFFF])/)
    .filter((piece) => piece !== "");
}
