// `cbr invoke`: one prompt in, one answer out.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { optionalValueFlag } from "../../cli/flags.ts";
import { addRequestFlags, type RequestFlags } from "../../cli/request-flags.ts";
import { CbrError } from "../../core/errors.ts";

/** What commander gives for `cbr invoke`. */
export interface InvokeFlags extends RequestFlags {
  stream: boolean;
  json?: boolean;
  outputFormat?: string;
  output?: string;
  usage?: boolean;
  strict?: boolean;
  showThinking?: boolean;
  dryRun?: string;
}

export function invokeCommand(context: Context): Command {
  const command = new Command("invoke")
    .description("Ask Claude one thing and print the answer as it comes.")
    .argument("[prompt...]", "the prompt; files and stdin come before it");
  return addRequestFlags(command)
    .option("--show-thinking", "show Claude's reasoning, dim on stderr")
    .option("--no-stream", "one call that answers at the end")
    .option("--output-format <format>", "text, json or stream-json (default text)")
    .option("--json", "the same as `--output-format json`")
    .option("-o, --output <path>", "write the answer to a file, whole or not at all")
    .option("-u, --usage", "one line on stderr: tokens, cache, cost, time")
    .option("--strict", "a cut at max_tokens is exit code 9")
    .addOption(
      optionalValueFlag(
        "--dry-run <form>",
        "print the request instead of sending it: json, curl, aws, python or typescript",
        "json",
      ),
    )
    .action(async (words: string[], _options: unknown, self: Command) => {
      const flags = checkFlags(self.optsWithGlobals<InvokeFlags>());
      const { runInvoke } = await import("./run.ts");
      await runInvoke(context, words, flags);
    });
}

/** Contradictions that no setting can see. Throws CbrError `flag_conflict`. */
function checkFlags(flags: InvokeFlags): InvokeFlags {
  if (flags.json && flags.outputFormat !== undefined && flags.outputFormat !== "json") {
    throw new CbrError("flag_conflict", { message: "`--json` and `--output-format` contradict each other" });
  }
  if (flags.system !== undefined && flags.systemFile !== undefined) {
    throw new CbrError("flag_conflict", { message: "`-s` and `--system-file` cannot both be given" });
  }
  return { ...flags, ...(flags.json && { outputFormat: "json" }) };
}
