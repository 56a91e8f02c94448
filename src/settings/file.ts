// The config file: TOML, checked key by key, so that a typing error is never a setting that silently does not hold.
import type { AST } from "toml-eslint-parser";
import { CbrError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { DEFINITIONS, SETTING_NAMES } from "./definitions.ts";
import type { SettingName } from "./settings.ts";
import type { ConfigFile } from "./sources.ts";
import { type FileValue, parseFileValue } from "./values.ts";

/** One `key = value` of the file, wherever it stands: `[profile.work]` then `geo = "eu"` is the path profile, work, geo. */
export interface Entry {
  path: readonly string[];
  value: FileValue;
  line: number;
  /** Where the value stands in the text. */
  range: readonly [start: number, end: number];
  /** The key as it was written, without what the table around it adds. */
  writtenKeys: readonly string[];
  /** Inside `{ … }`. */
  isInline: boolean;
}

const KEYS_IN_FILE = SETTING_NAMES.filter((name) => !DEFINITIONS[name].isNotInFile);

/**
 * Reads the text of a config file. `path` is how messages and sources name it. Throws CbrError `config_invalid` naming file and line
 * for text that is not TOML, an unknown key (with the nearest known one) or a value that the setting cannot hold.
 */
export async function parseConfig(text: string, path: string): Promise<ConfigFile> {
  const top = new Map<SettingName, string | number | boolean>();
  const profiles = new Map<string, Map<SettingName, string | number | boolean>>();
  const aliases = new Map<string, string>();
  const { entries, tables } = await readToml(text, path);
  for (const { path: keys, line } of tables) {
    const [first = "", second] = keys;
    const isKnown = (first === "aliases" && keys.length === 1) || (first === "profile" && keys.length <= 2);
    if (!isKnown) throw invalid(path, line, unknownTable(keys));
    if (second !== undefined && !profiles.has(second)) profiles.set(second, new Map());
  }
  for (const { path: keys, value, line } of entries) {
    const [first = "", second = "", third = ""] = keys;
    if (first === "aliases" && keys.length === 2) {
      if (value.type !== "string" || String(value.value).trim() === "") {
        throw invalid(path, line, `the alias \`${second}\` must be text in quotes: a model id or an ARN`);
      }
      aliases.set(second, String(value.value).trim());
    } else if (first === "profile" && keys.length === 3) {
      const section = profiles.get(second) ?? new Map<SettingName, string | number | boolean>();
      profiles.set(second, section.set(...checked(third, value, path, line)));
    } else if (keys.length === 1) {
      top.set(...checked(first, value, path, line));
    } else {
      throw invalid(path, line, unknownTable(keys));
    }
  }
  return { path, top, profiles, aliases: Object.assign(Object.create(null), Object.fromEntries(aliases)) };
}

/** All entries and table headers of a TOML text. Throws CbrError `config_invalid` with the line of a syntax error. */
export async function readToml(
  text: string,
  path: string,
): Promise<{ entries: Entry[]; tables: { path: string[]; line: number }[]; ast: AST.TOMLProgram }> {
  // Loaded only where there is a file: most runs have none.
  const { parseTOML } = await import("toml-eslint-parser");
  let ast: AST.TOMLProgram;
  try {
    ast = parseTOML(text.replace(/^\ufeff/, ""), { tomlVersion: "1.0" });
  } catch (error) {
    throw invalid(path, lineOf(error, text), `not TOML: ${(error as Error).message.replace(/\.$/, "")}`);
  }
  const entries: Entry[] = [];
  const tables: { path: string[]; line: number }[] = [];
  const collect = (pair: AST.TOMLKeyValue, prefix: readonly string[], isInline: boolean): void => {
    const writtenKeys = keysOf(pair.key);
    const keys = [...prefix, ...writtenKeys];
    const { line } = pair.loc.start;
    const { value } = pair;
    if (value.type === "TOMLInlineTable") {
      tables.push({ path: keys, line });
      for (const inner of value.body) collect(inner, keys, true);
      return;
    }
    entries.push({ path: keys, value: fileValueOf(value), line, range: value.range, writtenKeys, isInline });
  };
  for (const node of ast.body[0].body) {
    if (node.type === "TOMLKeyValue") {
      collect(node, [], false);
      continue;
    }
    const keys = keysOf(node.key);
    if (node.kind === "array") throw invalid(path, node.loc.start.line, unknownTable(keys));
    tables.push({ path: keys, line: node.loc.start.line });
    for (const pair of node.body) collect(pair, keys, false);
  }
  return { entries, tables, ast };
}

/** A value that is missing is missed where the next word stands; its line is that of the `=`. */
function lineOf(error: unknown, text: string): number {
  const { lineNumber = 1, index = 0 } = error as { lineNumber?: number; index?: number };
  const before = text.slice(0, index).trimEnd();
  return before.endsWith("=") ? before.split("\n").length : lineNumber;
}

/** The names in a TOML key: `profile."a.b".geo` has three. */
export function keysOf(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === "TOMLBare" ? part.name : part.value));
}

function fileValueOf(node: AST.TOMLValue | AST.TOMLArray): FileValue {
  if (node.type === "TOMLArray") return { type: "other", value: null };
  switch (node.kind) {
    case "string":
    case "integer":
    case "float":
    case "boolean":
      return { type: node.kind, value: node.value };
    default:
      return { type: "other", value: null };
  }
}

function checked(
  key: string,
  value: FileValue,
  path: string,
  line: number,
): [SettingName, string | number | boolean] {
  const name = KEYS_IN_FILE.find((candidate) => candidate === key);
  if (name === undefined) throw invalid(path, line, unknownKey(key));
  const parsed = parseFileValue(DEFINITIONS[name].kind, value);
  if ("problem" in parsed) throw invalid(path, line, `\`${name}\` must be ${parsed.problem}`);
  return [name, parsed.value];
}

function unknownKey(key: string): string {
  if (key === "profile") {
    return "`profile` is no setting of the file: choose one with `--profile` or `AWS_PROFILE`";
  }
  if (key === "aliases") return "`aliases` must be a table, `[aliases]`";
  const [match] = nearest(key.replaceAll("-", "_"), [...KEYS_IN_FILE, "aliases"], 1);
  return `unknown key \`${key}\`${match ? `; did you mean \`${match}\`?` : ""}`;
}

function unknownTable(keys: readonly string[]): string {
  const [first = "", , third] = keys;
  if (first === "profile" && third !== undefined) return unknownKey(third);
  const [match] = nearest(first, ["profile", "aliases"], 1);
  const known = match ?? "profile.NAME";
  return `unknown table \`[${keys.join(".")}]\`; did you mean \`[${known === "profile" ? "profile.NAME" : known}]\`?`;
}

function invalid(path: string, line: number, message: string): CbrError {
  return new CbrError("config_invalid", { message: `${path}:${line}: ${message}` });
}
