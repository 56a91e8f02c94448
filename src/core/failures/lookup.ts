// What `cbr explain` answers: a code, an exception name, a status, or any text that holds an error.
import { ERROR_CODES, type ErrorCode } from "../error-codes.ts";
import { nearest } from "../nearest.ts";
import { readFailure } from "./read.ts";
import { MAX_WORDING, recognise } from "./recognise.ts";

/** One explanation, in the shape of `cbr explain --json`. */
export interface Explanation {
  code: ErrorCode;
  exit_code: number;
  message: string;
  cause: string;
  fix: string | null;
  retryable: boolean;
}

/** What an exit code means, and what a script should do with it. */
export const EXIT_CODES: Readonly<Record<number, { meaning: string; advice: string }>> = {
  0: { meaning: "Claude finished", advice: "go on" },
  1: { meaning: "a bug in cbr", advice: "report it" },
  2: { meaning: "bad command line, setting or config file", advice: "fix the call" },
  3: { meaning: "bad input: no prompt, unreadable, binary, too large", advice: "fix the input" },
  4: { meaning: "credentials missing, expired, or access denied", advice: "call a person" },
  5: { meaning: "Bedrock refused the request for good", advice: "fix the request" },
  6: { meaning: "busy: throttled, quota, 5xx after all attempts", advice: "retry later" },
  7: { meaning: "network: DNS, connect, TLS, proxy, nothing of an answer received", advice: "retry later" },
  8: { meaning: "the answer began and did not finish", advice: "discard or keep knowingly" },
  9: { meaning: "finished, but no usable answer", advice: "look at it" },
  10: { meaning: "reserved for batches: some records failed", advice: "look at them" },
  11: { meaning: "could not write: stdout, session, output file", advice: "free space" },
  12: { meaning: "the session is in use by another process", advice: "wait" },
  13: { meaning: "stopped by a guard the user set", advice: "raise the limit" },
  14: { meaning: "reserved for replay", advice: "look at it" },
  129: { meaning: "stopped by SIGHUP", advice: "run it again" },
  130: { meaning: "stopped by SIGINT", advice: "run it again" },
  143: { meaning: "stopped by SIGTERM", advice: "run it again" },
};

/** Explains `text`; null where nothing in it is known. Of a long log it is the last error. */
export function lookUp(text: string): Explanation | null {
  if (text.length <= MAX_WORDING) return lookUpIn(text);
  const whole = /^\s*[{[]/.test(text) ? lookUpIn(text) : null;
  if (whole !== null) return whole;
  const lines = text.slice(-MAX_LOG).split("\n").slice(-MAX_LINES).reverse();
  const short = lines.map((line) => line.slice(0, MAX_WORDING)).filter((line) => line.trim() !== "");
  // A line with an exception's name or a status in it says more than one with a familiar word.
  return firstOf(short.filter(isNamed)) ?? firstOf(short) ?? lookUpIn(text);
}

const MAX_LOG = 200_000;
const MAX_LINES = 500;

function firstOf(lines: readonly string[]): Explanation | null {
  for (const line of lines) {
    const found = lookUpIn(line);
    if (found !== null) return found;
  }
  return null;
}

function isNamed(line: string): boolean {
  const { name, status, code } = readFailure(line);
  return name !== null || status !== null || code !== undefined;
}

function lookUpIn(text: string): Explanation | null {
  const read = readFailure(text);
  if (read.code !== undefined) return explanation(read.code);
  const finding = recognise(read, { operation: read.operation });
  if (finding !== null)
    return {
      ...explanation(finding.code),
      message: finding.sentence,
      fix: finding.hint,
      retryable: finding.retryable,
    };
  const own = ownSentence(text);
  return own === null ? null : explanation(own);
}

/** The codes that come nearest to a text that nobody knows, best first, at most three. */
export function nearestCodes(text: string): string[] {
  const word = text.trim();
  const codes = Object.keys(ERROR_CODES);
  if (!/\s/.test(word)) return nearest(word.replace(/-/g, "_"), codes);
  const words = new Set(wordsOf(word));
  return Object.entries(ERROR_CODES)
    .map(([code, row]) => ({
      code,
      score: new Set(
        wordsOf(`${code.replaceAll("_", " ")} ${row.message} ${row.cause}`).filter((one) => words.has(one)),
      ).size,
    }))
    .filter(({ score }) => score >= 2)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ code }) => code);
}

function explanation(code: ErrorCode): Explanation {
  const row = ERROR_CODES[code];
  return {
    code,
    exit_code: row.exit,
    message: row.message,
    cause: row.cause,
    fix: row.fix,
    retryable: row.retryable,
  };
}

/** An error line of our own, pasted back: it holds the sentence of its code, the longest one decides. */
function ownSentence(text: string): ErrorCode | null {
  const lower = text.toLowerCase();
  const [best] = Object.entries(ERROR_CODES)
    .filter(([, row]) => row.message.length >= 12 && lower.includes(row.message.toLowerCase()))
    .sort(([, a], [, b]) => b.message.length - a.message.length);
  return best === undefined ? null : (best[0] as ErrorCode);
}

// Words that tell one error from another: longer than an article, and not in every sentence.
function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[a-z][a-z0-9]{3,}/g) ?? []).filter((word) => !COMMON.has(word));
}

const COMMON = new Set([
  "error",
  "request",
  "cannot",
  "this",
  "that",
  "with",
  "from",
  "have",
  "does",
  "model",
  "bedrock",
  "other",
  "there",
  "failed",
]);
