// Where a line may be broken: between words, and between the characters of scripts that have no spaces.
import stringWidth from "string-width";
import type { Run } from "./inline.ts";

/** What is never torn apart. */
export interface Word {
  pieces: Run[];
  /** In cells. */
  width: number;
  /** What separates it from the word before: a space, nothing, or a forced line break. */
  gap: "space" | "none" | "break";
}

const IDEOGRAPH =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uff60]/u;
const NO_START = /[\p{M}\p{Cf}\p{Pe}\p{Pf}\p{Po}ー々〻ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ]/u;
const NO_END = /[\p{Ps}\p{Pi}]/u;

/** May a line end between these two characters, neither of which is white space? */
export function canBreak(before: string, after: string): boolean {
  return (isIdeograph(before) || isIdeograph(after)) && !NO_START.test(after) && !NO_END.test(before);
}

/** Is this a character of a script that is written without spaces? */
export function isIdeograph(char: string): boolean {
  return IDEOGRAPH.test(char);
}

/** Splits runs into words. `gap` is what stands before the first. */
export function wordsOf(runs: readonly Run[], gap: Word["gap"]): Word[] {
  const words: Word[] = [];
  let current: Word | null = null;
  let separator = gap;
  let last = "";
  for (const run of runs) {
    for (const part of run.text.match(/\n|[^\S\n\u00a0]+|[^\s]+|\u00a0+/gu) ?? []) {
      if (part === "\n" || /^[^\S\u00a0]/u.test(part)) {
        current = null;
        separator = part === "\n" || separator === "break" ? "break" : "space";
        last = "";
        continue;
      }
      for (const piece of splitIdeographs(part)) {
        if (current === null || (last !== "" && canBreak(last, [...piece][0] as string))) {
          current = { pieces: [], width: 0, gap: separator };
          words.push(current);
          separator = "none";
        }
        current.pieces.push({ ...run, text: piece });
        last = [...piece].at(-1) as string;
      }
    }
  }
  for (const word of words) word.width = widthOf(word.pieces.map((piece) => piece.text).join(""));
  return words;
}

function splitIdeographs(text: string): string[] {
  if (!IDEOGRAPH.test(text)) return [text];
  const parts: string[] = [];
  let last = "";
  for (const char of text) {
    if (last !== "" && !canBreak(last, char)) parts[parts.length - 1] += char;
    else parts.push(char);
    last = char;
  }
  return parts;
}

/** Cells that a text takes on a terminal. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
