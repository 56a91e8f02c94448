// Emphasis, code, links: what stands within a line.
import { Lexer, type Token } from "marked";
import { sanitize } from "../sanitize.ts";
import { isIdeograph } from "./words.ts";

/** Text of one look. */
export interface Run {
  text: string;
  strong?: boolean;
  emphasis?: boolean;
  strike?: boolean;
  code?: boolean;
  href?: string;
}

const MARKUP = /[*_`[\]<~\\&@]|:\/\/|www\./i;

/** What a look cannot say and must be written instead. */
export interface InlineMarks {
  /** The address of a link, behind its text. */
  showsAddress: boolean;
  /** Backticks around code, tildes around what is struck out. */
  showsDelimiters: boolean;
}

/** The runs of a piece of inline Markdown. */
export function readInline(source: string, marks: InlineMarks): Run[] {
  if (!MARKUP.test(source)) return [{ text: source }];
  // Sanitized again: an entity may name any character.
  return runsOf(Lexer.lexInline(source), {}, marks).map((run) => ({ ...run, text: sanitize(run.text) }));
}

function runsOf(tokens: readonly Token[], look: Omit<Run, "text">, marks: InlineMarks): Run[] {
  return tokens.flatMap((token): Run[] => {
    const inner = (more: Omit<Run, "text">) =>
      runsOf(
        token.type !== "text" && "tokens" in token ? (token.tokens ?? []) : [],
        { ...look, ...more },
        marks,
      );
    switch (token.type) {
      case "strong":
        return inner({ strong: true });
      case "em":
        return inner({ emphasis: true });
      case "del":
        if (!marks.showsDelimiters) return inner({ strike: true });
        return [{ ...look, text: "~~" }, ...inner({ strike: true }), { ...look, text: "~~" }];
      case "codespan":
        return [{ ...look, text: marks.showsDelimiters ? token.raw : token.text, code: true }];
      case "link": {
        const href: string = token.href;
        if (token["autolink"] === true || token.text === href) return [{ ...look, text: token.text, href }];
        const text = inner({ href });
        return marks.showsAddress || !isOpenable(href) ? [...text, { ...look, text: ` (${href})` }] : text;
      }
      case "image":
        return [{ ...look, text: `[image: ${token.text || "untitled"}] (${token.href})` }];
      case "html":
        return [{ ...look, text: /^<br\s*\/?>$/i.test(token.raw) ? "\n" : token.raw }];
      case "br":
        return [{ ...look, text: "\n" }];
      case "escape":
        return [{ ...look, text: token.text }];
      case "text":
        return [{ ...look, text: decodeEntities(token.text) }];
      default:
        return [{ ...look, text: token.raw }];
    }
  });
}

/** Addresses that a terminal may be told to open. */
export function isOpenable(href: string): boolean {
  return /^(?:https?|mailto):[\x21-\x7e]+$/.test(href);
}

// The lexer decodes numeric entities only; of the named ones these are those that models write.
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  copy: "©",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  rarr: "→",
  larr: "←",
  times: "×",
};

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([a-z]+);/g, (entity, name: string) =>
    Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] as string) : entity,
  );
}

/**
 * Could what comes after `text` still change how it looks? True while a code span, a link or an emphasis is open in it.
 * `next` is the character behind `text`.
 */
export function hasOpenSpan(text: string, next: string): boolean {
  const openers: { char: string; count: number }[] = [];
  for (let i = 0; i < text.length; ) {
    const char = text[i] as string;
    switch (char) {
      case "\\":
        i += 2;
        break;
      case "`": {
        const run = runLength(text, i);
        const close = findRun(text, i + run, "`", run);
        if (close === -1) return true;
        i = close + run;
        break;
      }
      case "[": {
        const close = findClosing(text, i, "[", "]");
        if (close === -1) return true;
        i = close + 1;
        if (text[i] !== "(") break;
        const end = findClosing(text, i, "(", ")");
        if (end === -1) return true;
        i = end + 1;
        break;
      }
      case "*":
      case "_":
      case "~": {
        const run = runLength(text, i);
        if (char !== "~" || run === 2) pair(openers, text, i, run, next);
        i += run;
        break;
      }
      default:
        i++;
    }
  }
  return openers.length > 0;
}

/** Lets a run of delimiters close what it can, then open, by CommonMark's rules of flanking. */
function pair(
  openers: { char: string; count: number }[],
  text: string,
  at: number,
  run: number,
  next: string,
): void {
  const char = text[at] as string;
  const before = text[at - 1] ?? " ";
  const after = text[at + run] ?? next;
  const isLeft = !/\s/.test(after) && (!isPunctuation(after) || /\s/.test(before) || isPunctuation(before));
  // Scripts without spaces: what ends before an ideograph ends, whatever stands in front of it.
  const isAtIdeograph = at + run === text.length && isIdeograph(next);
  const isRight =
    !/\s/.test(before) &&
    (!isPunctuation(before) || /\s/.test(after) || isPunctuation(after) || isAtIdeograph);
  const canOpen = isLeft && (char !== "_" || !isRight || isPunctuation(before));
  const canClose = isRight && (char !== "_" || !isLeft || isPunctuation(after));
  let count = run;
  while (canClose && count > 0) {
    const index = openers.findLastIndex((opener) => opener.char === char);
    const opener = openers[index];
    if (opener === undefined) break;
    const used = Math.min(opener.count, count);
    count -= used;
    opener.count -= used;
    openers.length = opener.count === 0 ? index : index + 1;
  }
  if (canOpen && count > 0) openers.push({ char, count });
}

function isPunctuation(char: string): boolean {
  return /[\p{P}\p{S}]/u.test(char);
}

function runLength(text: string, at: number): number {
  let end = at;
  while (text[end] === text[at]) end++;
  return end - at;
}

function findRun(text: string, from: number, char: string, length: number): number {
  for (let i = text.indexOf(char, from); i !== -1; i = text.indexOf(char, i)) {
    const run = runLength(text, i);
    if (run === length) return i;
    i += run;
  }
  return -1;
}

function findClosing(text: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return i;
  }
  return -1;
}
