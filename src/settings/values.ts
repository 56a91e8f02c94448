// From what was written to what is meant, strictly: nothing is guessed, cut off or rounded away.
import { CbrError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import type { ValueKind } from "./definitions.ts";

export type Parsed = { value: string | number | boolean } | { problem: string };

/** A value of the config file that is no table: TOML tells its type, and `1e6` from `1000000`. */
export interface FileValue {
  type: "string" | "integer" | "float" | "boolean" | "other";
  value: unknown;
}

// What setTimeout can hold.
const LONGEST_MS = 2_147_483_647;

/** Reads a value typed as text (a flag, a variable, an AWS profile). The problem completes "… must be". */
export function parseText(kind: ValueKind, written: string): Parsed {
  const text = written.trim();
  switch (kind.type) {
    case "text":
      return text === "" ? { problem: "a text that is not empty" } : { value: kind.isExact ? written : text };
    case "region":
      return /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text) && text.length <= 40
        ? { value: text }
        : { problem: "a region such as `us-east-1`" };
    case "url":
      return parseUrl(text);
    case "choice":
      return kind.choices.includes(text) ? { value: text } : { problem: choicesOf(kind.choices) };
    case "whole":
      return /^\d{1,15}$/.test(text)
        ? check(kind, Number(text))
        : { problem: `a whole number of at least ${kind.least}` };
    case "decimal":
    case "seconds":
      return /^\d{1,15}(\.\d{1,15})?$/.test(text)
        ? check(kind, Number(text))
        : {
            problem: kind.type === "decimal" ? "a decimal number" : "a decimal number of seconds, 0 for none",
          };
    case "switch":
      return /^(true|1)$/i.test(text)
        ? { value: true }
        : /^(false|0)$/i.test(text)
          ? { value: false }
          : { problem: "`true` or `false`" };
    case "thinking":
      return /^(\d{1,15}|adaptive|off)$/.test(text)
        ? { value: text }
        : { problem: "a number of tokens, `adaptive` or `off`" };
    default:
      return kind satisfies never;
  }
}

/** Reads a value of the config file, where numbers are numbers and text is text. */
export function parseFileValue(kind: ValueKind, { type, value }: FileValue): Parsed {
  switch (kind.type) {
    case "text":
    case "region":
    case "url":
    case "choice":
      return type === "string"
        ? parseText(kind, String(value))
        : { problem: kind.type === "choice" ? choicesOf(kind.choices) : "text in quotes" };
    case "whole":
      return type === "integer"
        ? check(kind, Number(value))
        : { problem: `a whole number of at least ${kind.least}` };
    case "decimal":
    case "seconds":
      return type === "integer" || type === "float"
        ? check(kind, Number(value))
        : { problem: kind.type === "decimal" ? "a number" : "a number of seconds, 0 for none" };
    case "switch":
      return type === "boolean" ? { value: value === true } : { problem: "`true` or `false`" };
    case "thinking":
      return parseText(kind, type === "integer" || type === "string" ? String(value) : "");
    default:
      return kind satisfies never;
  }
}

/** The parsed value, or the CbrError that names its `source`. What was written is repeated only where it can hold no secret. */
export function accept(
  parsed: Parsed,
  kind: ValueKind,
  source: string,
  written: string,
  code: "bad_flag_value" | "bad_setting",
): string | number | boolean {
  if ("value" in parsed) return parsed.value;
  const isShown = written.trim() !== "" && kind.type !== "url";
  const message = `\`${source}\` must be ${parsed.problem}${isShown ? `, not \`${written}\`` : ""}`;
  if (kind.type === "region") throw new CbrError("region_invalid", { message });
  if (kind.type === "url") throw new CbrError("endpoint_invalid", { message, hint: null });
  throw new CbrError(code, {
    message,
    hint: kind.type === "choice" ? suggestion(written, kind.choices) : null,
  });
}

/** `did you mean …?`, where a word that is none of `choices` is like one of them. */
export function suggestion(word: string, choices: readonly string[]): string | null {
  const [match] = nearest(word.trim(), choices, 1);
  return match === undefined ? null : `did you mean \`${match}\`?`;
}

/** Is there something other than blanks? */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

function parseUrl(text: string): Parsed {
  const problem = "a URL, `http://…` or `https://…`";
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) return { problem };
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return { problem: "a URL without a user name or password" };
  if (url.search !== "" || url.hash !== "") return { problem: "a URL without `?` or `#`" };
  return { value: text.replace(/\/+$/, "") };
}

function check(kind: ValueKind, number: number): Parsed {
  if (kind.type === "whole") {
    return Number.isSafeInteger(number) && number >= kind.least
      ? { value: number }
      : { problem: `a whole number of at least ${kind.least}` };
  }
  if (!Number.isFinite(number) || number < 0) return { problem: "a number that is not negative" };
  if (kind.type !== "seconds") return { value: number };
  // Rounding down could turn a short limit into 0, which means none.
  const milliseconds = Math.ceil(number * 1000);
  return milliseconds > LONGEST_MS
    ? { problem: `at most ${Math.floor(LONGEST_MS / 1000)} seconds, or 0 for none` }
    : { value: milliseconds };
}

function choicesOf(choices: readonly string[]): string {
  const quoted = choices.map((choice) => `\`${choice}\``);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
