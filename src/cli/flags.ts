// What commander lacks: flags whose value may be left out but never swallows the next word, and strict numbers.
import { InvalidArgumentError, Option } from "commander";

const bareValues = new WeakMap<Option, string>();

/** A flag that may stand bare (`--cache`) or with a value after `=` (`--cache=1h`); bare means `preset`. */
export function optionalValueFlag(flags: string, description: string, preset: string): Option {
  const option = new Option(flags, description);
  bareValues.set(option, preset);
  return option;
}

/** True where `--flag` alone is allowed and stands for a preset value: help and completions show `[=VALUE]`. */
export function bareValueOf(option: Option): string | undefined {
  return bareValues.get(option);
}

/** How help writes a flag: `--cache[=WHEN]` where the value may be left out. */
export function termOf(option: Option): string {
  return bareValues.has(option) ? option.flags.replace(/ [<[](.+)[>\]]$/, "[=$1]") : option.flags;
}

/** Does this word, as a flag, take the word after it as its value? */
export function takesNextWord(word: string, options: readonly Option[]): boolean {
  if (word.startsWith("--")) {
    const option = options.find((candidate) => candidate.long === word);
    return option?.required === true && bareValues.get(option) === undefined;
  }
  if (!word.startsWith("-") || word === "-") return false;
  for (let i = 1; i < word.length; i++) {
    const option = options.find((candidate) => candidate.short === `-${word[i]}`);
    if (option === undefined) return false;
    if (option.required) return i === word.length - 1;
  }
  return false;
}

/** Collects a flag that may be repeated. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** A strict decimal whole number: no sign, exponent, hex or unit. */
export function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw new InvalidArgumentError("it must be a whole number in decimal digits");
  return Number(value);
}

/** A strict decimal number, not negative. */
export function decimalNumber(value: string): number {
  if (!/^\d{1,15}(\.\d{1,15})?$/.test(value)) throw new InvalidArgumentError("it must be a decimal number");
  return Number(value);
}
