// What may stand in the place of the word being typed, from the same definitions that parse it.
import type { Command, Option } from "commander";
import { bareValueOf, takesNextWord } from "../../cli/flags.ts";
import { SETTING_NAMES } from "../../settings/definitions.ts";
import { valuesOfFlag, valuesOfSetting } from "./values.ts";

export interface Candidate {
  value: string;
  /** One line, empty where the value says enough. */
  about: string;
}

/** Names that only this machine knows; read when they are needed. */
export interface Names {
  models(): Candidate[];
  geos(): Candidate[];
  regions(): Candidate[];
  profiles(): Candidate[];
  sessions(): Candidate[];
  errorCodes(): Candidate[];
  settings(): Candidate[];
}

type Kind = keyof Names;

const FLAG_VALUES: Readonly<Record<string, Kind>> = {
  "--model": "models",
  "--fallback-model": "models",
  "--geo": "geos",
  "--region": "regions",
  "--fallback-region": "regions",
  "--profile": "profiles",
  "--session": "sessions",
};

/** By the path of a command: what its words are. */
const OPERANDS: Readonly<Record<string, Kind>> = {
  "models list": "models",
  "models show": "models",
  "models check": "models",
  "access show": "models",
  "access request": "models",
  "sessions show": "sessions",
  "sessions export": "sessions",
  "sessions rename": "sessions",
  "sessions rm": "sessions",
  "sessions repair": "sessions",
  explain: "errorCodes",
  "config get": "settings",
  "config set": "settings",
};

/** The flag whose values are those of a setting. */
const SETTING_FLAGS: Readonly<Record<string, string>> = {
  model: "--model",
  geo: "--geo",
  region: "--region",
};

/** Candidates for the last of `words`, which may be empty. None means that a file's name may stand there, or anything. */
export function candidates(program: Command, words: readonly string[], names: Names): Candidate[] {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const isPastFlags = before.includes("--");
  const { command, path, operands } = commandOf(program, before);
  const options = [...optionsOf(command), ...program.options];
  if (!isPastFlags) {
    const last = before.at(-1);
    if (last !== undefined && takesNextWord(last, options))
      return matching(valuesOf(flagIn(last, options), typed, names), typed);
    const joined = joinedValue(typed, options);
    if (joined !== null) {
      const { flag, start, begun } = joined;
      const values = matching(valuesOf(flag, begun, names), begun);
      return values.map(({ value, about }) => ({ value: start + value, about }));
    }
    if (typed.startsWith("-")) return matching(flagsOf(options), typed);
  }
  const verbs = command.commands.map((child) => ({
    value: child.name(),
    about: child.summary() || child.description(),
  }));
  const isAtVerb = command.commands.length > 0 && !isPastFlags;
  return matching(isAtVerb ? verbs : wordsOf(path, operands, names), typed);
}

/** What the next operand of the command at `path` may be: a name, or of `config set` the value for it. */
function wordsOf(path: string, operands: readonly string[], names: Names): Candidate[] {
  const kind = OPERANDS[path];
  if (kind === undefined) return [];
  if (operands.length === 0 || path === "sessions rm") return names[kind]();
  if (path !== "config set") return [];
  const setting = SETTING_NAMES.find((name) => name === operands[0]?.split(".").at(-1));
  if (setting === undefined || operands.length > 1) return [];
  const shared = FLAG_VALUES[SETTING_FLAGS[setting] ?? ""];
  return shared === undefined ? plain(valuesOfSetting(setting)) : names[shared]();
}

/** Candidates that say enough by themselves. */
export function plain(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, about: "" }));
}

function commandOf(
  program: Command,
  words: readonly string[],
): { command: Command; path: string; operands: string[] } {
  let command = program;
  const path: string[] = [];
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") break;
    if (word.startsWith("-")) {
      if (takesNextWord(word, [...optionsOf(command), ...program.options])) i++;
      continue;
    }
    const child = operands.length > 0 ? undefined : command.commands.find((each) => each.name() === word);
    if (child === undefined) {
      operands.push(word);
      continue;
    }
    command = child;
    path.push(word);
  }
  return { command, path: path.join(" "), operands };
}

function optionsOf(command: Command): Option[] {
  return command.parent === null ? [] : [...command.options];
}

function flagIn(word: string, options: readonly Option[]): Option | undefined {
  if (word.startsWith("--")) return options.find(({ long }) => long === word);
  return options.find(({ short }) => short === `-${word.at(-1)}`);
}

/** A flag and the beginning of its value in one word: `--geo=e`, `-mopus`. `start` is what stands before the value. */
function joinedValue(
  typed: string,
  options: readonly Option[],
): { flag: Option | undefined; start: string; begun: string } | null {
  const [, name, begun = ""] = /^(--[\w-]+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined)
    return { flag: options.find(({ long }) => long === name), start: `${name}=`, begun };
  if (!/^-[^-]/.test(typed)) return null;
  for (let end = 2; end < typed.length; end++) {
    const flag = options.find(({ short }) => short === `-${typed[end - 1]}`);
    if (flag === undefined) return null;
    if (flag.required) return { flag, start: typed.slice(0, end), begun: typed.slice(end) };
  }
  return null;
}

function valuesOf(option: Option | undefined, typed: string, names: Names): Candidate[] {
  if (option === undefined) return [];
  if (option.argChoices) return plain(option.argChoices);
  const flag = option.long ?? "";
  const kind = FLAG_VALUES[flag];
  return kind === undefined ? plain(valuesOfFlag(flag, typed)) : names[kind]();
}

function flagsOf(options: readonly Option[]): Candidate[] {
  const found = options
    .filter(({ hidden, long }) => !hidden && long)
    .flatMap((option) => {
      const { long, description: about } = option;
      const bare = bareValueOf(option) === undefined ? [] : [{ value: `${long}=`, about }];
      return [{ value: String(long), about }, ...bare];
    });
  return [...found, { value: "--help", about: "explain the command" }];
}

function matching(all: readonly Candidate[], typed: string): Candidate[] {
  const unique = new Map(all.map((each) => [each.value, each]));
  return [...unique.values()].filter(({ value }) => value.startsWith(typed));
}
