// Changes to the config file that leave everything else in it as it was: comments, order, line ends.
import type { AST } from "toml-eslint-parser";
import { CbrError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { DEFINITIONS, SETTING_NAMES, type ValueKind } from "./definitions.ts";
import { type Entry, keysOf, parseConfig, readToml } from "./file.ts";
import { EFFORT_LEVELS, type SettingName } from "./settings.ts";
import { parseText, suggestion } from "./values.ts";

/** Where a key of `config get` and `config set` is in the file: a setting, or one of a profile, or an alias. */
export type KeyPath = readonly [string] | readonly ["profile", string, string] | readonly ["aliases", string];

/** Reads `model`, `profile.work.model` or `aliases.fast`; a name may be in quotes as in the file. Throws CbrError `usage` for a key that the file cannot have. */
export function parseKey(key: string): KeyPath {
  const parts = partsOf(key);
  const [first = "", ...rest] = parts;
  if (first === "aliases" && rest.join(".") !== "") return ["aliases", rest.join(".")];
  if (first === "profile" && rest.length >= 2 && !rest.includes("")) {
    return ["profile", rest.slice(0, -1).join("."), knownName(rest.at(-1) ?? "")];
  }
  if (parts.length > 1) {
    throw new CbrError("usage", {
      message: `\`${key}\` is no key of the config file`,
      hint: "a key is a setting (`model`), `profile.NAME.SETTING` or `aliases.NAME`",
    });
  }
  return [knownName(first)];
}

function partsOf(key: string): string[] {
  const parts: string[] = [];
  const part = /(?:("(?:[^"\\]|\\.)*")|'([^']*)'|([^.]*))(?:\.|$)/y;
  for (;;) {
    const [whole = "", basic, literal, bare = ""] = part.exec(key) ?? [];
    parts.push(basic === undefined ? (literal ?? bare) : unquoted(basic));
    if (!whole.endsWith(".")) return parts;
  }
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}

/** The value at `path` as text; null where the file does not have it. */
export async function getKey(text: string, path: KeyPath, shown: string): Promise<string | null> {
  const { entries } = await readToml(text, shown);
  const entry = entries.find((candidate) => isSame(candidate.path, path));
  return entry === undefined ? null : String(entry.value.value);
}

/**
 * The text with the setting at `path` holding `written`. Throws CbrError: `bad_setting` for a value that the setting cannot hold,
 * `config_invalid` where the file is no TOML, or would not be valid afterwards. A bad value may be set right.
 */
export async function setKey(text: string, path: KeyPath, written: string, shown: string): Promise<string> {
  const literal = literalOf(path, written);
  const mark = text.startsWith("\ufeff") ? "\ufeff" : "";
  const body = text.slice(mark.length);
  const { entries, ast } = await readToml(body, shown);
  const result = mark + place(body, path, literal, entries, ast);
  await parseConfig(result, shown);
  return result;
}

function knownName(name: string): string {
  const known = SETTING_NAMES.filter((candidate) => !DEFINITIONS[candidate].isNotInFile);
  if (known.some((candidate) => candidate === name)) return name;
  const [match] = nearest(name.replaceAll("-", "_"), known, 1);
  throw new CbrError("usage", {
    message: `\`${name}\` is no setting of the config file`,
    hint: match ? `did you mean \`${match}\`?` : "`cbr config show` lists the settings",
  });
}

function literalOf(path: KeyPath, written: string): string {
  const name = SETTING_NAMES.find((candidate) => candidate === path.at(-1));
  const kind = path[0] === "aliases" || name === undefined ? ({ type: "text" } as const) : kindOf(name);
  const parsed = parseText(kind, written);
  if ("problem" in parsed) {
    throw new CbrError("bad_setting", {
      message: `\`${path.join(".")}\` must be ${parsed.problem}`,
      hint: kind.type === "choice" ? suggestion(written, kind.choices) : null,
    });
  }
  // Seconds are milliseconds once parsed: what goes into the file is what was typed.
  const isNumber = kind.type === "whole" || kind.type === "decimal" || kind.type === "seconds";
  if (isNumber) return String(Number(written));
  return typeof parsed.value === "boolean" ? String(parsed.value) : quoted(String(parsed.value));
}

/** Which effort a model takes is its own affair, and `--no-check` sends any; a word that no model takes is a slip. */
function kindOf(name: SettingName): ValueKind {
  return name === "effort" ? { type: "choice", choices: EFFORT_LEVELS } : DEFINITIONS[name].kind;
}

function place(
  text: string,
  path: KeyPath,
  literal: string,
  entries: readonly Entry[],
  ast: AST.TOMLProgram,
): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const own = entries.find((entry) => isSame(entry.path, path));
  if (own) return splice(text, own.range[0], own.range[1], literal);
  const last = quotedKey(path.at(-1) ?? "");
  const parents = path.slice(0, -1);
  const sibling = entries.findLast((entry) => isSame(entry.path.slice(0, -1), parents));
  if (sibling) {
    // In the way its neighbour is written: `work.model = …` under `[profile]` has `work.geo = …` beside it.
    const key = [...sibling.writtenKeys.slice(0, -1).map(quotedKey), last].join(".");
    if (sibling.isInline) return splice(text, sibling.range[1], sibling.range[1], `, ${key} = ${literal}`);
    return insertLine(text, sibling.range[1], `${key} = ${literal}`, newline);
  }
  if (parents.length === 0) return insertOnTop(text, `${last} = ${literal}`, newline, ast);
  for (const node of ast.body[0].body) {
    if (node.type === "TOMLTable" && isSame(keysOf(node.key), parents)) {
      return insertLine(text, node.key.range[1], `${last} = ${literal}`, newline);
    }
    if (node.type === "TOMLKeyValue" && isSame(keysOf(node.key), parents)) {
      return splice(text, node.value.range[0], node.value.range[1], `{ ${last} = ${literal} }`);
    }
  }
  const gap = text === "" ? "" : text.endsWith("\n") ? newline : newline + newline;
  return `${text}${gap}[${parents.map(quotedKey).join(".")}]${newline}${last} = ${literal}${newline}`;
}

/** Top-level keys end at the first table: above it, and above the comment that belongs to it. */
function insertOnTop(text: string, line: string, newline: string, ast: AST.TOMLProgram): string {
  const table = ast.body[0].body.find((node) => node.type === "TOMLTable");
  if (table === undefined) {
    const gap = text === "" || text.endsWith("\n") ? "" : newline;
    return `${text}${gap}${line}${newline}`;
  }
  let start = text.lastIndexOf("\n", table.range[0] - 1) + 1;
  for (let above = start; above > 0; ) {
    above = text.lastIndexOf("\n", above - 2) + 1;
    if (!/^[ \t]*#/.test(text.slice(above, start))) break;
    start = above;
  }
  return splice(text, start, start, `${line}${newline}${newline}`);
}

function insertLine(text: string, after: number, line: string, newline: string): string {
  const end = text.indexOf("\n", after);
  if (end === -1) return `${text}${newline}${line}${newline}`;
  return splice(text, end + 1, end + 1, `${line}${newline}`);
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

/** A basic string of TOML: as in JSON, but DEL must be escaped too. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", "\\u007f");
}
