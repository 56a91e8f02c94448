// `cbr chat`: a conversation.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { addRequestFlags, type RequestFlags } from "../../cli/request-flags.ts";
import { CbrError } from "../../core/errors.ts";

/** What commander gives for `cbr chat`. */
export interface ChatFlags extends RequestFlags {
  session?: string;
  continue?: boolean;
  fork?: string;
  /** commander: `--no-save` gives false. */
  save: boolean;
  raw?: boolean;
  plain?: boolean;
  json?: boolean;
  outputFormat?: string;
  firstByteTimeout?: string;
  idleTimeout?: string;
}

/** The request flags that make sense for a whole conversation. */
const REQUEST_FLAGS: ReadonlySet<string> = new Set([
  "--model",
  "--geo",
  "--global",
  "--no-check",
  "--api",
  "--system",
  "--system-file",
  "--file",
  "--max-tokens",
  "--temperature",
  "--top-p",
  "--top-k",
  "--stop",
  "--effort",
  "--thinking",
  "--beta",
  "--param",
  "--guardrail",
  "--service-tier",
  "--latency",
  "--tag",
]);

export function chatCommand(context: Context): Command {
  const command = new Command("chat").description(
    "Talk with Claude on a terminal, or line by line from a pipe. `/help` lists what else can be done there.",
  );
  for (const option of addRequestFlags(new Command()).options) {
    if (REQUEST_FLAGS.has(option.long ?? "")) command.addOption(option);
  }
  return command
    .option("--session <name>", "continue, or begin, a saved conversation")
    .option("-c, --continue", "continue the newest saved conversation")
    .option("--fork <name>", "continue it in a copy of this name")
    .option("--no-save", "keep the conversation in memory only")
    .option("--raw", "show answers as they are, without rendering Markdown")
    .option("--plain", "nothing that moves or is coloured, for screen readers")
    .option("--output-format <format>", "from a pipe: text, json or stream-json (default text)")
    .option("--json", "the same as `--output-format json`")
    .option("--first-byte-timeout <seconds>", "time until the answer begins; 0 is off (default 120)")
    .option("--idle-timeout <seconds>", "time between two events of the answer; 0 is off (default 300)")
    .action(async (_options: unknown, self: Command) => {
      const flags = checkFlags(self.optsWithGlobals<ChatFlags>());
      const { runChat } = await import("./run.ts");
      await runChat(context, flags);
    });
}

/** Throws CbrError `flag_conflict`. */
function checkFlags(flags: ChatFlags): ChatFlags {
  const conflict = (message: string) => new CbrError("flag_conflict", { message });
  if (flags.system !== undefined && flags.systemFile !== undefined)
    throw conflict("`-s` and `--system-file` cannot both be given");
  if (flags.session !== undefined && flags.continue)
    throw conflict("`--session` and `--continue` cannot both be given");
  const named = flags.session ?? flags.fork ?? (flags.continue ? "" : undefined);
  if (!flags.save && named !== undefined)
    throw conflict("`--no-save` contradicts `--session`, `--continue` and `--fork`");
  if (flags.json && flags.outputFormat !== undefined && flags.outputFormat !== "json")
    throw conflict("`--json` and `--output-format` contradict each other");
  for (const [flag, value] of [
    ["-f -", flags.file?.includes("-")],
    ["--system-file -", flags.systemFile === "-"],
  ] as const) {
    if (value) throw conflict(`\`${flag}\` reads stdin, which the conversation comes from`);
  }
  return { ...flags, ...(flags.json && { outputFormat: "json" }) };
}
