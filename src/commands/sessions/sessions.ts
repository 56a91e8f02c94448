// cbr sessions: what was saved, to look at and to keep in order.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { removeSaved, renameSaved, repairSaved } from "./change.ts";
import { exportSession, listSaved, searchSaved, showSession } from "./read.ts";

export function sessionsCommand(context: Context): Command {
  const sessions = new Command("sessions").description("list, read and tidy saved conversations");
  sessions
    .command("list")
    .description("list the sessions, the one updated last first")
    .option("--json", "print JSON")
    .action((flags: { json?: boolean }) => listSaved(context, flags));
  sessions
    .command("show <name>")
    .description("print a conversation")
    .option("--json", "print JSON")
    .action((name: string, flags: { json?: boolean }) => showSession(context, name, flags));
  sessions
    .command("search <text...>")
    .description("find a text in all prompts and replies, in any case")
    .option("--json", "print JSON")
    .action((words: string[], flags: { json?: boolean }) => searchSaved(context, words.join(" "), flags));
  sessions
    .command("export <name>")
    .description("print a conversation as Markdown or JSON, to keep or pass on")
    .option("--format <format>", "markdown or json (default markdown)")
    .option("--json", "as `--format json`")
    .option("-o, --output <path>", "write it to a file")
    .action((name: string, flags: { format?: string; json?: boolean; output?: string }) =>
      exportSession(context, name, flags),
    );
  sessions
    .command("rename <name> <new-name>")
    .description("give a session another name")
    .option("--json", "print JSON")
    .action((name: string, newName: string, flags: { json?: boolean }) =>
      renameSaved(context, name, newName, flags),
    );
  sessions
    .command("rm <names...>")
    .description("remove sessions for good")
    .option("-y, --yes", "do not ask")
    .option("--json", "print JSON")
    .action((names: string[], flags: { yes?: boolean; json?: boolean }) =>
      removeSaved(context, names, flags),
    );
  sessions
    .command("repair <name>")
    .description("write a damaged session anew without the damage; the old file is kept beside it")
    .option("--json", "print JSON")
    .action((name: string, flags: { json?: boolean }) => repairSaved(context, name, flags));
  return sessions;
}
