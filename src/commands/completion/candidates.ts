// What may stand in the place of the word being typed, from the same definitions that parse it.
import type { Command, Option } from "commander";
import { bareValueOf, takesNextWord } from "../../cli/flags.ts";

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
};

/** Candidates for the last of `words`, which may be empty. None means that a file's name may stand there, or anything. */
export function candidates(program: Command, words: readonly string[], names: Names): Candidate[] {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const isPastFlags = before.includes("--");
  const { command, path } = commandOf(program, before);
  const options = [...optionsOf(command), ...program.options];
  if (!isPastFlags) {
    const last = before.at(-1);
    if (last !== undefined && takesNextWord(last, options))
      return matching(valuesOf(flagIn(last, options), names), typed);
    const assigned = /^(--[\w-]+)=(.*)$/s.exec(typed);
    if (assigned !== null) {
      const [, flag = "", begun = ""] = assigned;
      const values = valuesOf(
        options.find(({ long }) => long === flag),
        names,
      );
      return matching(values, begun).map(({ value, about }) => ({ value: `${flag}=${value}`, about }));
    }
    if (typed.startsWith("-")) return matching(flagsOf(options), typed);
  }
  const verbs = command.commands.map((child) => ({
    value: child.name(),
    about: child.summary() || child.description(),
  }));
  const isAtVerb = command.commands.length > 0 && !isPastFlags;
  const operands = OPERANDS[path];
  return matching(isAtVerb ? verbs : operands === undefined ? [] : names[operands](), typed);
}

function commandOf(program: Command, words: readonly string[]): { command: Command; path: string } {
  let command = program;
  const path: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") break;
    if (word.startsWith("-")) {
      if (takesNextWord(word, [...optionsOf(command), ...program.options])) i++;
      continue;
    }
    const child = command.commands.find((each) => each.name() === word);
    if (child === undefined) break;
    command = child;
    path.push(word);
  }
  return { command, path: path.join(" ") };
}

function optionsOf(command: Command): Option[] {
  return command.parent === null ? [] : [...command.options];
}

function flagIn(word: string, options: readonly Option[]): Option | undefined {
  if (word.startsWith("--")) return options.find(({ long }) => long === word);
  return options.find(({ short }) => short === `-${word.at(-1)}`);
}

function valuesOf(option: Option | undefined, names: Names): Candidate[] {
  if (option === undefined) return [];
  if (option.argChoices) return option.argChoices.map((value) => ({ value, about: "" }));
  const kind = FLAG_VALUES[option.long ?? ""];
  return kind === undefined ? [] : names[kind]();
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
