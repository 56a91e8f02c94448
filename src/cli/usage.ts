// What commander finds wrong with a command line, said in our words and never repeating an unknown flag's value.
import type { Command, CommanderError, Option } from "commander";
import { CbrError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";

/** Turns commander's error about `command` into a CbrError of exit code 2. */
export function usageError(error: CommanderError, command: Command): CbrError {
  switch (error.code) {
    case "commander.unknownOption":
      return unknownFlag(error, command);
    case "commander.unknownCommand":
      return unknownVerb(error, command);
    case "commander.excessArguments":
      return new CbrError("usage", {
        message: `too many words after \`${pathOf(command)}\``,
        hint: command.name() === "chat" ? askInstead(command.args.join(" ")) : seeHelp(command),
      });
    case "commander.missingArgument":
      return new CbrError("usage", {
        message: `\`${pathOf(command)}\` needs ${/'(.+?)'/.exec(error.message)?.[1]?.toUpperCase() ?? "more words"}`,
        hint: seeHelp(command),
      });
    case "commander.optionMissingArgument":
      return new CbrError("bad_flag_value", { message: `\`${flagIn(error.message)}\` needs a value` });
    case "commander.invalidArgument":
      return badValue(error);
    case "commander.conflictingOption":
      return new CbrError("flag_conflict", { message: plain(error.message) });
    default:
      return new CbrError("usage", { message: plain(error.message), hint: seeHelp(command) });
  }
}

/** Words after `cbr chat` are a prompt; what cannot simply be pasted into a shell is not shown as if it could. */
function askInstead(words: string): string {
  const prompt = /^[^"$`\\!\p{C}]{1,60}$/u.test(words) ? words : "Hello";
  return `a chat is typed line by line; one prompt goes after \`cbr invoke\`, as in \`cbr invoke "${prompt}"\``;
}

const SIGN_IN = "`aws sso login` or `aws configure` signs in; `cbr doctor` says what is missing";

/** Commands of other tools, with what does it here. */
const ELSEWHERE = new Map([
  ["login", SIGN_IN],
  ["auth", SIGN_IN],
  ["configure", SIGN_IN],
  ["version", "did you mean `cbr --version`?"],
]);

/** The first operand is no command: suggests the nearest, or that a prompt needs `cbr invoke`. */
export function unknownCommand(word: string, names: readonly string[]): CbrError {
  const [match] = /\s/.test(word) ? [] : nearest(word, names, 1);
  return new CbrError("unknown_command", {
    message: `\`${word}\` is not a command`,
    hint:
      ELSEWHERE.get(word) ??
      (match
        ? `did you mean \`cbr ${match}\`?`
        : 'a prompt goes after `cbr invoke`, as in `cbr invoke "Hello"`'),
  });
}

function unknownVerb(error: CommanderError, command: Command): CbrError {
  const word = /unknown command '(.*?)'/s.exec(error.message)?.[1] ?? "";
  const names = command.commands.map((child) => child.name());
  const [match] = nearest(word, names, 1);
  return new CbrError("unknown_command", {
    message: `\`${word}\` is not a command of \`${pathOf(command)}\``,
    hint: match ? `did you mean \`${pathOf(command)} ${match}\`?` : `there are ${list(names)}`,
  });
}

function unknownFlag(error: CommanderError, command: Command): CbrError {
  const written = /'(.*)'/s.exec(error.message)?.[1] ?? "";
  // What follows the name may be a secret: `--api-key=…`, `-k…`.
  const flag = written.startsWith("--")
    ? (/^--[\w.-]*/.exec(written)?.[0] ?? "--")
    : written.slice(0, 2).trim();
  const known = optionsOf(command);
  if (written.includes("=") && known.some((option) => option.long === flag)) {
    return new CbrError("bad_flag_value", { message: `\`${flag}\` takes no value` });
  }
  const names = known.flatMap((option) => option.long ?? []);
  const match = nearest(flag, names, 1)[0] ?? names.find((name) => flag.length > 4 && name.startsWith(flag));
  const hint = match
    ? `did you mean \`${match}\`?`
    : command.name() === "invoke" && !written.startsWith("--")
      ? "a prompt that starts with `-` goes after `--`"
      : seeHelp(command);
  return new CbrError("unknown_flag", { message: `unknown flag \`${flag}\``, hint });
}

function badValue(error: CommanderError): CbrError {
  const [, value = "", why = ""] = /argument '(.*)' is invalid\.\s*(.*)$/s.exec(error.message) ?? [];
  const choices = /^Allowed choices are (.*?)\.?$/.exec(why)?.[1]?.split(", ");
  const rule = choices ? `it must be ${list(choices, "or")}` : why.replace(/\.$/, "");
  return new CbrError("bad_flag_value", {
    message: `\`${flagIn(error.message)}\` cannot be \`${value}\`${rule && `: ${rule}`}`,
  });
}

/** The long name of the flag that commander quotes as `-m, --model <model>`. */
function flagIn(message: string): string {
  const quoted = /'(.+?)'/.exec(message)?.[1] ?? "";
  return /--[\w-]+/.exec(quoted)?.[0] ?? quoted.split(" ", 1)[0] ?? "";
}

function optionsOf(command: Command): Option[] {
  const options = [...command.options, ...command.commands.flatMap((child) => child.options)];
  for (let each = command.parent; each !== null; each = each.parent) options.push(...each.options);
  return options;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function seeHelp(command: Command): string {
  return `see \`${pathOf(command)} --help\``;
}

function list(names: readonly string[], joint = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} ${joint} ${quoted.at(-1)}`;
}

function plain(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(/'/g, "`")
    .replace(/\.$/, "");
}
