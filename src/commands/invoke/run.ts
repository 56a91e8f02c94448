// The life of one `cbr invoke`: read everything at once, decide, send, drink the reply, judge it.
import { chooseRoute } from "../../cli/build-request.ts";
import type { Context } from "../../cli/context.ts";
import { guardSending } from "../../cli/count.ts";
import { readInputBody } from "../../cli/input-body.ts";
import { listsFor } from "../../cli/live-lists.ts";
import { outputFile } from "../../cli/output-file.ts";
import { gatherPrompt } from "../../cli/prompt-input.ts";
import { readSystemFile } from "../../cli/request-values.ts";
import { readSchema } from "../../cli/schema-input.ts";
import type { ContentBlock } from "../../core/messages.ts";
import type { JsonSchema } from "../../core/schema.ts";
import { verdict } from "../../core/verdict.ts";
import type { Session } from "../../sessions/session.ts";
import type { Settings } from "../../settings/settings.ts";
import { type AskOptions, ask } from "./ask.ts";
import { type Candidate, candidatesFor } from "./candidates.ts";
import type { InvokeFlags } from "./command.ts";
import { printAnswer } from "./print.ts";
import { costOfAnswer } from "./result.ts";
import { openConversation, saveFailure, saveReply, saveTurn } from "./session.ts";

/** Runs `cbr invoke`. Throws CbrError; the text received before a failure is on stdout in text mode. */
export async function runInvoke(context: Context, words: string[], flags: InvokeFlags): Promise<void> {
  const { host } = context;
  const isStdinTaken = flags.apiKeyFile === "-" || flags.systemFile === "-" || flags.body === "-";
  const gathering = gatherPrompt(context, {
    words,
    files: flags.file ?? [],
    stdin: isStdinTaken || flags.stdin === false ? "never" : flags.stdin ? "wait" : "auto",
    isPromptRequired: flags.body === undefined,
  });
  const [system, base, schema] = await Promise.all([
    flags.systemFile === undefined ? null : readSystemFile(flags.systemFile, host.cwd),
    flags.body === undefined ? null : readInputBody(context, flags.body),
    flags.schema === undefined ? null : readSchema(context, flags.schema),
  ]);
  const settings = await context.settings({
    ...flags,
    ...(system !== null && { system }),
    ...(flags.model === undefined && base?.model && { model: base.model }),
  });
  const session = await openConversation(context, flags);
  const continued = sessionRoute(session, settings);
  const typed = continued?.model?.value ?? settings.model?.value ?? null;
  const lists = await listsFor(context, settings, typed, { isOffline: flags.dryRun !== undefined });
  const route = chooseRoute(context, flags, settings, { live: lists.asked, ...continued });
  // The SDK loads while files and stdin are being read.
  if (flags.dryRun === undefined) context.claude(settings, route.region.value).catch(() => {});
  const prompt = await gathering;
  const candidates = candidatesFor(context, route, {
    flags,
    settings,
    prompt,
    base,
    schema,
    stream: flags.stream && base?.stream !== false,
    history: session?.messages() ?? [],
    ...(typeof session?.settings["system"] === "string" && { system: session.settings["system"] }),
  });
  const primary = candidates[0] as Candidate;
  if (flags.dryRun !== undefined) {
    const { printRequest } = await import("./dry-run.ts");
    return printRequest(context, primary.request, settings, flags.dryRun);
  }
  const format = settings.output_format?.value ?? "text";
  const file =
    flags.output === undefined || flags.output === "-" ? null : await outputFile(flags.output, host.cwd);
  await guardSending(context, settings, route, primary.request, {
    maxCost: flags.maxCost === undefined ? null : Number(flags.maxCost),
    cacheTtl: (flags.cache as "5m" | "1h" | undefined) ?? null,
    turns: schema === null ? 1 : 2,
  });
  if (session !== null) await saveTurn(session, prompt.content, primary);
  const run = { context, flags, settings, candidates, schema, session, file, format } as const;
  await askAndPrint(run, prompt.content, {
    settings,
    format,
    isLive: file === null && format === "text" && schema === null && !flags.extract,
    isRendered: settings.render?.value === true,
    showsThinking: flags.showThinking === true,
    watchLateStdin: prompt.watchLateStdin,
  });
}

export interface Run {
  context: Context;
  flags: InvokeFlags;
  settings: Settings;
  candidates: readonly Candidate[];
  schema: JsonSchema | null;
  session: Session | null;
  file: Awaited<ReturnType<typeof outputFile>> | null;
  format: "text" | "json" | "stream-json";
}

async function askAndPrint(run: Run, content: ContentBlock[], options: AskOptions): Promise<void> {
  const { context, flags, settings, candidates, schema, session } = run;
  const { report } = context;
  try {
    const { answer, data, usage } =
      schema === null
        ? await ask(context, candidates, options).then((given) => ({
            answer: given,
            data: undefined,
            usage: given.reply.usage,
          }))
        : await (await import("./data.ts")).askForValidData(context, schema, candidates, options);
    const maxTokens = answer.by.request.body.max_tokens;
    const problem = verdict(answer.reply, { isStrict: settings.strict?.value === true, maxTokens });
    if (problem === null && answer.reply.stopReason === "max_tokens") {
      report.warn("cut_at_max_tokens", `the answer was cut at max_tokens (${maxTokens})`);
    }
    const unknown = answer.reply.unknownEvents;
    if (unknown > 0)
      report.verbose(`${unknown} ${unknown === 1 ? "event" : "events"} of a kind unknown to cbr`);
    const cost = costOfAnswer(answer, flags, usage);
    if (session !== null && problem === null) await saveReply(session, answer, answer.by, cost?.usd ?? null);
    await printAnswer(run, { answer, data, usage, cost }, problem);
    if (problem !== null) throw problem;
  } catch (error) {
    if (session !== null && content.length > 0 && !isSaved(session)) {
      await saveFailure(context, session, candidates[0] as Candidate, error);
    }
    throw error;
  }
}

/** Was the newest turn answered whole? Then a failure to print it is no failure of the conversation. */
function isSaved(session: Session): boolean {
  return session.turns.at(-1)?.reply != null;
}

/** A conversation goes on with its own model and geo, unless the command line or a guard says otherwise. */
function sessionRoute(session: Session | null, settings: Settings): Parameters<typeof chooseRoute>[3] {
  if (session === null) return {};
  const { model, geo } = session.settings;
  const source = `session ${session.name}`;
  return {
    ...(typeof model === "string" &&
      settings.model?.origin !== "flag" && { model: { value: model, source } }),
    ...(typeof geo === "string" &&
      settings.geo === null && { geo: { value: geo, source, origin: "default" as const } }),
  };
}
