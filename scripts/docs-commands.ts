// docs/reference/commands.md: every command, argument and flag, from the definitions that parse them.
import type { Command, Option } from "commander";
import type { Context } from "../src/cli/context.ts";
import { bareValueOf } from "../src/cli/flags.ts";

/** The text of docs/reference/commands.md. */
export async function commandsReference(): Promise<string> {
  (globalThis as { __VERSION__?: string }).__VERSION__ ??= "0.0.0";
  const { buildProgram } = await import("../src/program.ts");
  // Only definitions are read: no command's action runs.
  const program = await buildProgram({} as Context, "*");
  const lines = [
    "# Commands",
    "",
    "Made from the code by `npm run docs`. What flags mean together, streams, exit codes and JSON are described in the guides; errors in [errors.md](errors.md).",
    "",
    "## Flags of every command that talks to AWS",
    "",
    "They may stand before or after the command's name.",
    "",
    ...table(program.options),
  ];
  for (const command of program.commands) lines.push(...section(command, "cbr", 2));
  return `${lines.join("\n")}\n`;
}

function section(command: Command, parent: string, level: number): string[] {
  const name = `${parent} ${command.name()}`;
  const words = command.registeredArguments.map((argument) => {
    const inner = argument.name() + (argument.variadic ? "…" : "");
    return argument.required ? `<${inner}>` : `[${inner}]`;
  });
  const lines = ["", `${"#".repeat(level)} \`${[name, ...words].join(" ")}\``, "", sentence(command)];
  const described = command.registeredArguments.filter((argument) => argument.description !== "");
  if (described.length > 0) {
    lines.push("", ...described.map((argument) => `- \`${argument.name()}\`: ${argument.description}`));
  }
  if (command.options.length > 0) lines.push("", ...table(command.options));
  for (const child of command.commands) lines.push(...section(child, name, level + 1));
  return lines;
}

function sentence(command: Command): string {
  const text = command.description() || command.summary();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

function table(options: readonly Option[]): string[] {
  const rows = options
    .filter((option) => !option.hidden)
    .map((option) => `| \`${flagsOf(option)}\` | ${escapePipes(describe(option))} |`);
  return ["| Flag | Meaning |", "|---|---|", ...rows];
}

function flagsOf(option: Option): string {
  const isBare = bareValueOf(option) !== undefined;
  return (isBare ? option.flags.replace(/ <(.+)>$/, "[=$1]") : option.flags).replaceAll("|", "\\|");
}

function describe(option: Option): string {
  const choices = option.argChoices ? ` (${option.argChoices.join(", ")})` : "";
  return option.description + choices;
}

function escapePipes(text: string): string {
  return text.replaceAll("|", "\\|");
}
