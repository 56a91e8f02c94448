// The words as typed, made unambiguous before commander sees them. Commander parses once for the program and again for the
// command, so that on its own it takes the value of a command's flag for a shared flag (`-s -q`), or a verb for an operand.
import type { Command, Option } from "commander";
import { CbrError } from "../core/errors.ts";
import { bareValueOf, takesNextWord } from "./flags.ts";
import { unknownCommand } from "./usage.ts";

export interface CommandLine {
  /** The command's name (and verb) first, then each flag with its value as one word, `--name=value`. */
  words: string[];
  /** The command that was typed, as far down as it is known. */
  command: Command;
}

/**
 * Reads `argv` for `program`, whose typed command is loaded. Throws CbrError `unknown_command` for a first word that is none, and
 * `bad_flag_value` for a flag with an empty value. Nothing after `--` is touched.
 */
export function readCommandLine(program: Command, argv: readonly string[]): CommandLine {
  const words = [...argv];
  let command = program;
  for (let depth = 0; command.commands.length > 0; depth++) {
    const options = optionsAround(command);
    const at = firstOperand(words, depth, options);
    const word = at === null ? undefined : words[at];
    if (at === null || word === undefined) break;
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined) {
      const hasUnknownFlag = words.slice(0, at).some((flag) => isUnknown(flag, options));
      if (command === program && !hasUnknownFlag) {
        throw unknownCommand(
          word,
          program.commands.map((known) => known.name()),
        );
      }
      break;
    }
    words.splice(at, 1);
    words.splice(depth, 0, word);
    command = child;
  }
  return { words: joinValues(words, optionsAround(command)), command };
}

/** `help invoke` is `invoke --help`. */
export function helpAsFlag(argv: readonly string[], options: readonly Option[]): string[] {
  const words = [...argv];
  let isAsked = false;
  for (;;) {
    const at = firstOperand(words, 0, options);
    if (at === null || words[at] !== "help" || words.slice(0, at).includes("--")) break;
    words.splice(at, 1);
    isAsked = true;
  }
  const end = words.indexOf("--");
  return isAsked ? words.toSpliced(end === -1 ? words.length : end, 0, "--help") : words;
}

/** The index of the first word from `start` that is neither a flag nor a flag's value; null where there is none. */
export function firstOperand(
  words: readonly string[],
  start: number,
  options: readonly Option[],
): number | null {
  for (let i = start; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") return i + 1 < words.length ? i + 1 : null;
    if (!word.startsWith("-") || word === "-") return i;
    if (takesNextWord(word, options)) i++;
  }
  return null;
}

/** A command's own flags, those of what it belongs to, and while the verb is not known those of every verb. */
function optionsAround(command: Command): Option[] {
  const below = (each: Command): Option[] => [...each.options, ...each.commands.flatMap(below)];
  const above: Option[] = [];
  for (let each = command.parent; each !== null; each = each.parent) above.push(...each.options);
  return [...above, ...below(command)];
}

function joinValues(words: readonly string[], options: readonly Option[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") return result.concat(words.slice(i));
    const { flags, rest } = splitBundle(word, options);
    result.push(...flags);
    if (rest === null) continue;
    const { option, value } = rest;
    const name = option.long ?? option.short;
    const given = value ?? bareValueOf(option) ?? words[++i];
    // Commander says best that a value is missing.
    if (given === undefined) result.push(String(name));
    else if (given === "") throw new CbrError("bad_flag_value", { message: `\`${name}\` needs a value` });
    else result.push(option.long ? `${name}=${given}` : `${name}${given}`);
  }
  return result;
}

/**
 * A word as boolean flags and at most one flag that takes a value, which is null where it is still to come. `-qs=Hi` is `-q` and
 * `-s` with `Hi`. A word that is no known flag stays as it is.
 */
function splitBundle(
  word: string,
  options: readonly Option[],
): { flags: string[]; rest: { option: Option; value: string | null } | null } {
  const whole = { flags: [word], rest: null };
  if (word.startsWith("--")) {
    const at = word.indexOf("=");
    const name = at === -1 ? word : word.slice(0, at);
    const option = options.find((candidate) => candidate.long === name && candidate.required);
    if (option === undefined) return whole;
    return { flags: [], rest: { option, value: at === -1 ? null : word.slice(at + 1) } };
  }
  if (!word.startsWith("-") || word === "-") return whole;
  const flags: string[] = [];
  for (let i = 1; i < word.length; i++) {
    const option = options.find((candidate) => candidate.short === `-${word[i]}`);
    if (option === undefined) return whole;
    if (option.required) {
      const after = word.slice(i + 1);
      return { flags, rest: { option, value: after === "" ? null : after.replace(/^=/, "") } };
    }
    flags.push(`-${word[i]}`);
  }
  return { flags, rest: null };
}

function isUnknown(word: string, options: readonly Option[]): boolean {
  if (!word.startsWith("-") || word === "-" || word === "--") return false;
  const name = word.startsWith("--") ? word.split("=", 1)[0] : word.slice(0, 2);
  if (name === "-h" || name === "--help") return false;
  return !options.some((option) => option.short === name || option.long === name);
}
