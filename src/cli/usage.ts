// What commander finds wrong with a command line, said in our words and never repeating an unknown flag's value.
import type { Command, CommanderError } from "commander";
import { CbrError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";

/** Turns commander's error into a CbrError of exit code 2. */
export function usageError(error: CommanderError, program: Command, words: readonly string[]): CbrError {
  switch (error.code) {
    case "commander.unknownOption":
      return unknownFlag(error, program, words);
    case "commander.unknownCommand":
    case "commander.excessArguments":
    case "commander.help":
      return new CbrError("usage", { message: plain(error.message) });
    case "commander.optionMissingArgument":
    case "commander.invalidArgument":
      return new CbrError("bad_flag_value", { message: plain(error.message), hint: null });
    case "commander.conflictingOption":
      return new CbrError("flag_conflict", { message: plain(error.message) });
    default:
      return new CbrError("usage", { message: plain(error.message) });
  }
}

/** The first operand is no command: suggests the nearest, or that a prompt needs `cbr invoke`. */
export function unknownCommand(word: string, names: readonly string[]): CbrError {
  const [match] = nearest(word, names, 1);
  return new CbrError("unknown_command", {
    message: `\`${word}\` is not a command`,
    hint: match
      ? `did you mean \`cbr ${match}\`?`
      : 'a prompt goes after `cbr invoke`, as in `cbr invoke "Hello"`',
  });
}

function unknownFlag(error: CommanderError, program: Command, words: readonly string[]): CbrError {
  const flag = /'([^'=]*)/.exec(error.message)?.[1] ?? "";
  const command = program.commands.find((child) => words.includes(child.name()));
  const known = [
    ...program.options,
    ...(command?.options ?? []),
    ...(command?.commands.flatMap((c) => c.options) ?? []),
  ];
  const [match] = nearest(
    flag,
    known.flatMap((option) => option.long ?? []),
    1,
  );
  const isPrompt = !flag.startsWith("--") && command?.name() === "invoke";
  return new CbrError("unknown_flag", {
    message: `unknown flag \`${flag}\``,
    hint: match
      ? `did you mean \`${match}\`?`
      : isPrompt
        ? "a prompt that starts with `-` goes after `--`"
        : `see \`cbr ${command ? `${command.name()} ` : ""}--help\``,
  });
}

function plain(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(/'/g, "`")
    .replace(/\.$/, "");
}
