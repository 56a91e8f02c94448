// Help as people read it: what there is to do first, the shared flags once, in `cbr help`.
import type { Command, Help } from "commander";

type HelpHelper = Help & { helpWidth?: number };

/** commander's `formatHelp`: usage, description, commands, arguments, flags; examples follow through addHelpText. */
export function formatHelp(command: Command, helper: HelpHelper): string {
  const termWidth = helper.padWidth(command, helper);
  const item = (term: string, description: string) => helper.formatItem(term, termWidth, description, helper);
  const commands = helper
    .visibleCommands(command)
    .map((child) => item(plain(helper.subcommandTerm(child)), helper.subcommandDescription(child)));
  const args = helper
    .visibleArguments(command)
    .map((argument) => item(helper.argumentTerm(argument), helper.argumentDescription(argument)));
  const flags = helper
    .visibleOptions(command)
    .map((option) => item(helper.optionTerm(option), helper.optionDescription(option)));
  const description = sentence(helper.commandDescription(command));
  const sections = [
    `Usage: ${helper.commandUsage(command).replace("[options]", "[flags]")}`,
    description === "" ? "" : helper.boxWrap(description, helper.helpWidth ?? 80),
    titled("Commands", commands),
    titled("Arguments", args),
    titled(command.parent === null ? "Flags of every command" : "Flags", flags),
    command.parent === null
      ? "`cbr help COMMAND` says more about one."
      : helper.boxWrap(
          `Flags of every command (see \`cbr help\`): ${sharedNames(command)}`,
          helper.helpWidth ?? 80,
        ),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function sentence(text: string): string {
  if (text === "") return "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** Every command has flags: saying so in each line of a list says nothing. */
function plain(term: string): string {
  return term.replace(" [options]", "");
}

function sharedNames(command: Command): string {
  let root = command;
  while (root.parent !== null) root = root.parent;
  return root.options.flatMap((option) => option.long ?? []).join(", ");
}

function titled(title: string, items: readonly string[]): string {
  return items.length === 0 ? "" : `${title}:\n${items.join("\n")}`;
}
