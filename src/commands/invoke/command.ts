// `cbr invoke`: one prompt in, one answer out.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { collect, optionalValueFlag } from "../../cli/flags.ts";
import { addRequestFlags, type RequestFlags } from "../../cli/request-flags.ts";
import { CbrError } from "../../core/errors.ts";
import { parseText } from "../../settings/values.ts";

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
  extract?: boolean;
  maxCost?: string;
  fallbackRegion?: string[];
  fallbackModel?: string;
  session?: string;
  continue?: boolean;
  fork?: string;
  render?: boolean;
  firstByteTimeout?: string;
  idleTimeout?: string;
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
    .option("-x, --extract", "print only the first fenced code block")
    .option("--render", "render Markdown on a terminal")
    .option("--max-cost <usd>", "refuse to send what could cost more")
    .option("--fallback-region <region>", "another region to try when this one is busy; repeatable", collect)
    .option("--fallback-model <model>", "another model to try when this one is busy")
    .option("--session <name>", "continue, or begin, a saved conversation")
    .option("-c, --continue", "continue the newest saved conversation")
    .option("--fork <name>", "continue it in a copy of this name")
    .option("--first-byte-timeout <seconds>", "time until the answer begins; 0 is off (default 120)")
    .option("--idle-timeout <seconds>", "time between two events of the answer; 0 is off (default 300)")
    .option("--strict", "a cut at max_tokens is exit code 9")
    .addOption(
      optionalValueFlag(
        "--dry-run <form>",
        "print the request instead of sending it: json, curl, aws, python or typescript",
        "json",
      ),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], _options: unknown, self: Command) => {
      const flags = checkFlags(self.optsWithGlobals<InvokeFlags>(), context.host.argv);
      const { runInvoke } = await import("./run.ts");
      await runInvoke(context, words, flags);
    });
}

const EXAMPLES = `
Examples:
  cbr invoke -m opus-4.6 --global "Hello"
  git diff | cbr invoke -s "You review code" > review.md
  cbr invoke -f report.pdf -f chart.png "What changed?"
  cbr invoke --json "Hello" | jq -r .text`;

/** Contradictions that no setting can see. Throws CbrError `flag_conflict`. */
function checkFlags(flags: InvokeFlags, argv: readonly string[]): InvokeFlags {
  const typed = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  if (typed.includes("--stdin") && typed.includes("--no-stdin")) {
    throw new CbrError("flag_conflict", { message: "`--stdin` and `--no-stdin` contradict each other" });
  }
  if (flags.json && flags.outputFormat !== undefined && flags.outputFormat !== "json") {
    throw new CbrError("flag_conflict", { message: "`--json` and `--output-format` contradict each other" });
  }
  if (flags.system !== undefined && flags.systemFile !== undefined) {
    throw new CbrError("flag_conflict", { message: "`-s` and `--system-file` cannot both be given" });
  }
  if (flags.session !== undefined && flags.continue) {
    throw new CbrError("flag_conflict", { message: "`--session` and `--continue` cannot both be given" });
  }
  if (flags.schema !== undefined && flags.extract) {
    throw new CbrError("flag_conflict", { message: "`--schema` and `--extract` cannot both be given" });
  }
  if (flags.cache !== undefined && flags.cache !== "5m" && flags.cache !== "1h") {
    throw new CbrError("bad_flag_value", {
      message: "`--cache` takes `5m` or `1h`",
      hint: "as in `--cache=1h`",
    });
  }
  if (flags.maxCost !== undefined && !/^\d+(\.\d+)?$/.test(flags.maxCost)) {
    throw new CbrError("bad_flag_value", {
      message: "`--max-cost` takes US dollars as a decimal number",
      hint: "as in `--max-cost 0.05`",
    });
  }
  for (const region of flags.fallbackRegion ?? []) {
    if ("problem" in parseText({ type: "region" }, region)) {
      throw new CbrError("region_invalid", {
        message: `\`--fallback-region\` must be a region such as \`us-east-1\`, not \`${region}\``,
        hint: "as in `--fallback-region us-west-2`",
      });
    }
  }
  const forms = ["json", "curl", "aws", "python", "typescript"];
  if (flags.dryRun !== undefined && !forms.includes(flags.dryRun)) {
    throw new CbrError("bad_flag_value", {
      message: `\`--dry-run\` takes ${forms.join(", ")}`,
      hint: "as in `--dry-run=curl`",
    });
  }
  return { ...flags, ...(flags.json && { outputFormat: "json" }) };
}
