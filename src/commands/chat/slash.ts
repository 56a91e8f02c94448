// The table of slash commands, in the order of `/help`.
import { CbrError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import { wrapWords } from "../../render/wrap.ts";
import { type Chat, say } from "./chat.ts";
import type { SlashCommand } from "./slash-command.ts";
import { CONVERSATION_COMMANDS } from "./slash-conversation.ts";
import { FILE_COMMANDS } from "./slash-files.ts";
import { SESSION_COMMANDS } from "./slash-sessions.ts";
import { SETTING_COMMANDS } from "./slash-settings.ts";
import { inSlashWords } from "./slash-words.ts";

const HELP: SlashCommand = {
  name: "help",
  takes: "[command]",
  completes: "commands",
  summary: "list the commands",
  run: showHelp,
};

const EXIT: SlashCommand = {
  name: "exit",
  summary: "leave; so do Ctrl-D, and Ctrl-C on an empty line",
  run(chat) {
    chat.isLeaving = true;
  },
};

export const SLASH_COMMANDS: readonly SlashCommand[] = [
  HELP,
  ...SETTING_COMMANDS,
  ...FILE_COMMANDS,
  ...CONVERSATION_COMMANDS,
  ...SESSION_COMMANDS,
  EXIT,
];

const OTHER_NAMES: Readonly<Record<string, string>> = { quit: "exit", q: "exit", "?": "help", h: "help" };

/** Runs `/name rest`. Throws CbrError `unknown_command` with the nearest name, `usage`, and what the command throws. */
export async function runSlashCommand(chat: Chat, name: string, rest: string): Promise<void> {
  const command = find(name);
  if (command.takes === undefined && rest.trim() !== "") {
    throw new CbrError("usage", { message: `\`/${command.name}\` takes nothing after it`, hint: null });
  }
  try {
    await command.run(chat, rest.trim());
  } catch (error) {
    // At a terminal every failure is put so, by whoever shows it.
    if (chat.isInteractive || !(error instanceof CbrError)) throw error;
    throw inSlashWords(error, { canRetry: false });
  }
}

function find(name: string): SlashCommand {
  const wanted = OTHER_NAMES[name.toLowerCase()] ?? name.toLowerCase();
  const command = SLASH_COMMANDS.find((each) => each.name === wanted);
  if (command !== undefined) return command;
  const names = SLASH_COMMANDS.map((each) => each.name);
  const near = nearest(wanted, names, 1)[0] ?? names.find((each) => each.startsWith(wanted));
  throw new CbrError("unknown_command", {
    message: `\`/${sanitizeLine(name, 60)}\` is not a command`,
    hint:
      near === undefined
        ? "`/help` lists them; `//` begins a message with a slash"
        : `did you mean \`/${near}\`?`,
  });
}

function showHelp(chat: Chat, rest: string): void {
  const commands = rest === "" ? SLASH_COMMANDS : [find(rest.replace(/^\//, ""))];
  const { color, width } = chat.context.io.err;
  const terms = commands.map(({ name, takes }) => `/${name}${takes ? ` ${takes}` : ""}`);
  const longest = Math.max(...terms.map((term) => term.length));
  const isNarrow = width < longest + 34;
  const lines = commands.map(({ summary }, i) => {
    const term = terms[i] as string;
    if (isNarrow) return `${color.cyan(term)}\n${wrapWords(`  ${summary}`, width - 1, "  ")}`;
    const indent = " ".repeat(longest + 2);
    const wrapped = wrapWords(summary, width - indent.length - 1)
      .split("\n")
      .join(`\n${indent}`);
    return `${color.cyan(term)}${" ".repeat(longest + 2 - term.length)}${wrapped}`;
  });
  if (rest === "") {
    const tips = [
      'A line that ends in \\ goes on in the next; """ begins and ends a message of many lines.',
      "Ctrl-C stops an answer. Ctrl-R searches what was typed. Tab completes commands, models and paths.",
    ];
    lines.push("", ...tips.map((tip) => color.dim(wrapWords(tip, width - 1))));
  }
  say(chat, lines.join("\n"));
}
