// The life of one `cbr invoke`: read everything at once, decide, send, drink the reply, judge it.
import { buildRequest, chooseRoute, readSystemFile } from "../../cli/build-request.ts";
import type { Context } from "../../cli/context.ts";
import { outputFile } from "../../cli/output-file.ts";
import { gatherPrompt } from "../../cli/prompt-input.ts";
import { CbrError } from "../../core/errors.ts";
import { verdict } from "../../core/verdict.ts";
import { jsonFor } from "../../render/reply.ts";
import { usageLine } from "../../render/usage-line.ts";
import { ask } from "./ask.ts";
import type { InvokeFlags } from "./command.ts";
import { resultOf } from "./result.ts";

/** Runs `cbr invoke`. Throws CbrError; the text received before a failure is on stdout in text mode. */
export async function runInvoke(context: Context, words: string[], flags: InvokeFlags): Promise<void> {
  const { host, io, report } = context;
  const isStdinTaken = flags.apiKeyFile === "-" || flags.systemFile === "-";
  const gathering = gatherPrompt(context, {
    words,
    files: flags.file ?? [],
    stdin: isStdinTaken || flags.stdin === false ? "never" : flags.stdin ? "wait" : "auto",
    isPromptRequired: true,
  });
  const system = flags.systemFile === undefined ? null : await readSystemFile(flags.systemFile, host.cwd);
  const settings = await context.settings({ ...flags, ...(system !== null && { system }) });
  const route = chooseRoute(context, flags, settings);
  // The SDK loads while files and stdin are being read.
  const connecting = flags.dryRun === undefined ? context.claude(settings, route.region.value) : null;
  connecting?.catch(() => {});
  const prompt = await gathering;
  const request = buildRequest(route, {
    flags,
    settings,
    content: prompt.content,
    history: [],
    stream: flags.stream,
  });
  if (connecting === null) {
    const { printRequest } = await import("./dry-run.ts");
    return printRequest(context, request, settings, flags.dryRun ?? "json");
  }
  const output =
    flags.output === undefined || flags.output === "-" ? null : await outputFile(flags.output, host.cwd);
  const format = settings.output_format?.value ?? "text";
  const isLive = output === null && format === "text";

  const claude = await connecting;
  const answer = await ask(context, claude, request, {
    format,
    isLive,
    showsThinking: flags.showThinking === true,
    watchLateStdin: prompt.watchLateStdin,
  });
  const problem = verdict(answer.reply, {
    isStrict: settings.strict?.value === true,
    maxTokens: request.body.max_tokens,
  });
  if (problem === null && answer.reply.stopReason === "max_tokens") {
    report.warn("cut_at_max_tokens", `the answer was cut at max_tokens (${request.body.max_tokens})`);
  }
  if (answer.reply.unknownEvents > 0) report.verbose(`${answer.reply.unknownEvents} events of unknown kinds`);

  const result = resultOf(answer, request, route, report.warnings);
  if (format !== "text") {
    const line = `${jsonFor(io.out, result.object)}\n`;
    if (output === null || problem !== null) await io.out.write(line);
    else await output.save(line);
  } else if (output !== null && problem === null) {
    await output.save(answer.reply.text);
  }
  if (flags.usage) {
    report.line(usageLine(answer.reply.usage, result.costUsd, answer));
  }
  if (problem instanceof CbrError) throw problem;
}
