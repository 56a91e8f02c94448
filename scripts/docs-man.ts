// docs/man: a page for the program and one for each command, from the definitions that parse them.
import type { Command, Option } from "commander";
import type { Context } from "../src/cli/context.ts";
import { termOf } from "../src/cli/flags.ts";
import { buildProgram } from "../src/program.ts";

/** The pages by path, `docs/man/cbr.1` first. They carry no date and no version: the same commands give the same bytes. */
export async function manPages(): Promise<Record<string, string>> {
  // Only definitions are read: no command's action runs.
  const program = await buildProgram({} as Context, "*");
  const pages: Record<string, string> = { "docs/man/cbr.1": programPage(program) };
  for (const command of program.commands) pages[`docs/man/cbr-${command.name()}.1`] = commandPage(command);
  return pages;
}

function programPage(program: Command): string {
  const commands = program.commands.map((command) =>
    item(`.BR cbr-${command.name()} (1)`, command.summary()),
  );
  return page("cbr", program.description(), [
    section("SYNOPSIS", [".B cbr", ".I command", "[flags]"]),
    section("COMMANDS", commands.flat()),
    section("FLAGS OF EVERY COMMAND", program.options.flatMap(flag)),
    section(
      "EXIT STATUS",
      EXIT_STATUS.flatMap(([code, meaning]) => item(`.B ${code}`, meaning)),
    ),
    section("ENVIRONMENT AND FILES", [
      text(
        "Every setting has a flag, a CBR_ variable and a key in ~/.config/cbr/config.toml; see `cbr config show`.",
      ),
    ]),
  ]);
}

const EXIT_STATUS: readonly (readonly [string, string])[] = [
  ["0", "Claude finished."],
  ["1", "A bug in cbr."],
  ["2", "Bad command line, setting or config file."],
  ["3", "Bad input."],
  ["4", "Credentials missing or expired, or access denied."],
  ["5", "Bedrock refused the request for good."],
  ["6", "Busy, after all attempts."],
  ["7", "Network: nothing of an answer was received."],
  ["8", "The answer began and did not finish."],
  ["9", "Finished without a usable answer."],
  ["11", "Could not write the output."],
  ["12", "The session is in use by another process."],
  ["13", "Stopped by a guard that the user set."],
  ["129, 130, 143", "Ended by SIGHUP, SIGINT, SIGTERM."],
];

function commandPage(command: Command): string {
  const name = `cbr ${command.name()}`;
  const verbs = command.commands.flatMap((verb) => [
    `.SS ${escapeText(synopsis(verb, name))}`,
    text(sentence(verb)),
    ...verb.options.flatMap(flag),
  ]);
  return page(`cbr-${command.name()}`, command.summary() || command.description(), [
    section("SYNOPSIS", [`.B ${escapeText(synopsis(command, "cbr"))}`]),
    section("DESCRIPTION", [text(sentence(command))]),
    section(
      "ARGUMENTS",
      command.registeredArguments.flatMap((each) =>
        each.description === "" ? [] : item(`.I ${escapeText(each.name())}`, each.description),
      ),
    ),
    section("COMMANDS", verbs),
    section("FLAGS", command.options.flatMap(flag)),
    section("SEE ALSO", [".BR cbr (1)"]),
  ]);
}

function page(name: string, summary: string, sections: readonly string[]): string {
  const head = [`.TH ${name.toUpperCase()} 1`, ".SH NAME", `${escapeText(name)} \\- ${escapeText(summary)}`];
  return `${[...head, ...sections.filter((each) => each !== "")].join("\n")}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`.SH ${title}`, ...lines].join("\n");
}

function item(term: string, about: string): string[] {
  return [".TP", term, text(about)];
}

function flag(option: Option): string[] {
  if (option.hidden) return [];
  const choices = option.argChoices ? ` (${option.argChoices.join(", ")})` : "";
  return item(`.B ${escapeText(termOf(option))}`, option.description + choices);
}

function synopsis(command: Command, parent: string): string {
  const words = command.registeredArguments.map((each) => {
    const inner = each.name() + (each.variadic ? "..." : "");
    return each.required ? `<${inner}>` : `[${inner}]`;
  });
  if (command.commands.length > 0) words.push("<command>");
  return [parent, command.name(), "[flags]", ...words].join(" ");
}

function sentence(command: Command): string {
  const words = command.description() || command.summary();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}

/** A line of text; one that starts like a request of roff must not be one. */
function text(words: string): string {
  return escapeText(words).replace(/^([.'])/, "\\&$1");
}

/** Backslashes and hyphens mean something to roff; backquotes are bold in our help. */
function escapeText(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/`([^`]*)`/g, "\\fB$1\\fR");
}
