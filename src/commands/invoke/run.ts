// The life of one `cbr invoke`: read everything at once, decide, send, drink the reply, judge it.
import { chooseRoute, sayChosen } from "../../cli/build-request.ts";
import type { Context } from "../../cli/context.ts";
import { guardSending } from "../../cli/count.ts";
import { listsFor } from "../../cli/live-lists.ts";
import type { outputFile } from "../../cli/output-file.ts";
import { gatherPrompt, stdinFor } from "../../cli/prompt-input.ts";
import { readSystemFile } from "../../cli/request-values.ts";
import { readSchema } from "../../cli/schema-input.ts";
import { whileWaiting } from "../../cli/while-waiting.ts";
import { CbrError } from "../../core/errors.ts";
import type { ContentBlock } from "../../core/messages.ts";
import type { Reply } from "../../core/reply.ts";
import type { JsonSchema } from "../../core/schema.ts";
import type { Validate } from "../../core/schema-validator.ts";
import { verdict } from "../../core/verdict.ts";
import { jsonFor } from "../../render/reply.ts";
import type { Session } from "../../sessions/session.ts";
import type { Settings } from "../../settings/settings.ts";
import { type Answer, type AskOptions, ask } from "./ask.ts";
import { type Candidate, candidatesFor } from "./candidates.ts";
import type { InvokeFlags } from "./command.ts";
import type { DataAnswer } from "./data.ts";
import { printAnswer, withoutCode } from "./print.ts";
import { costOfAnswers, usageOfAnswers } from "./result.ts";
import { openConversation, saveFailure, saveReply, saveTurn } from "./session.ts";

/** Runs `cbr invoke`. Throws CbrError; the text received before a failure is on stdout in text mode. */
export async function runInvoke(context: Context, words: string[], flags: InvokeFlags): Promise<void> {
  const { host } = context;
  const gathering = gatherPrompt(context, {
    words,
    files: flags.file ?? [],
    stdin: stdinFor(flags),
    isPromptRequired: flags.body === undefined,
  });
  if (flags.body !== undefined && (flags.session ?? flags.fork ?? flags.continue) !== undefined) {
    throw new CbrError("flag_conflict", {
      message: "`--body` is a whole conversation of its own: it cannot continue a session",
    });
  }
  const [system, base, schema] = await Promise.all([
    flags.systemFile === undefined ? null : readSystemFile(flags.systemFile, host.cwd),
    flags.body === undefined ? null : readBody(context, flags.body),
    flags.schema === undefined ? null : readSchema(context, flags.schema),
  ]);
  const settings = await context.settings({
    ...flags,
    ...(system !== null && { system }),
    ...(flags.model === undefined && base?.model && { model: base.model }),
  });
  const validate = schema === null ? null : await validatorOf(schema);
  const session = await openConversation(context, flags);
  const continued = sessionRoute(session, settings);
  const typed = continued?.model?.value ?? settings.model?.value ?? null;
  const lists = await listsFor(context, settings, typed, { isOffline: flags.dryRun !== undefined });
  const route = chooseRoute(context, flags, settings, { live: lists.asked, ...continued });
  // The SDK loads, and where that takes longer a connection opens, while files and stdin are being read.
  const claude = flags.dryRun === undefined ? context.claude(settings, route.region.value) : null;
  claude?.catch(() => {});
  const prompt = await whileWaiting(gathering, async () => (await claude)?.warmUp(route.api));
  const parts = {
    flags,
    settings,
    prompt,
    base,
    schema,
    stream: flags.stream && base?.stream !== false,
    history: session?.messages() ?? [],
    ...(typeof session?.settings["system"] === "string" && { system: session.settings["system"] }),
  };
  const candidates = await candidatesFor(context, route, parts, lists.stored);
  for (const candidate of candidates) sayChosen(context, candidate.route);
  const primary = candidates[0] as Candidate;
  if (flags.dryRun !== undefined) {
    const { printRequest } = await import("./dry-run.ts");
    return printRequest(context, primary.request, settings, flags.dryRun);
  }
  const format = settings.output_format?.value ?? "text";
  const file =
    flags.output === undefined || flags.output === "-" ? null : await openOutput(flags.output, host.cwd);
  // Nothing is paid for that nobody can get: a stdout that is closed says so here.
  if (file === null || format === "stream-json") await context.io.out.write("");
  const maxCost = flags.maxCost === undefined ? null : Number(flags.maxCost);
  // A dearer fallback must not cost more than allowed either; whether it has room for the prompt the service may say.
  for (const candidate of maxCost === null ? [primary] : candidates) {
    await guardSending(context, settings, candidate.route, candidate.request, {
      maxCost,
      turns: schema === null ? 1 : 2,
    });
  }
  if (session !== null) await saveTurn(session, prompt.content, primary);
  const run = { context, flags, settings, candidates, schema, validate, session, file, format } as const;
  await askAndPrint(run, prompt.content, {
    settings,
    format,
    isLive: file === null && format === "text" && schema === null && !flags.extract,
    isSaved: session !== null,
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
  validate: Validate | null;
  session: Session | null;
  file: Awaited<ReturnType<typeof outputFile>> | null;
  format: "text" | "json" | "stream-json";
}

async function askAndPrint(run: Run, content: ContentBlock[], options: AskOptions): Promise<void> {
  const { context, flags, settings, candidates, format, session, validate } = run;
  const { report } = context;
  if (format === "stream-json") streamWarnings(context);
  let broken: Reply | null = null;
  const onBroken = (partial: Reply) => {
    broken = partial;
  };
  try {
    const { answers, data, problem: mismatch } = await askFor(run, { ...options, onBroken });
    const answer = lastOf(answers);
    const maxTokens = answer.by.request.body.max_tokens;
    const problem =
      mismatch ?? verdict(answer.reply, { isStrict: settings.strict?.value === true, maxTokens });
    if (problem === null && answer.reply.stopReason === "max_tokens") {
      report.warn("cut_at_max_tokens", `the answer was cut at max_tokens (${maxTokens})`);
    }
    const { content: blocks, text, unknownEvents: unknown } = answer.reply;
    const calls = blocks.filter((block) => block.type === "tool_use");
    if (problem === null && format === "text" && validate === null && calls.length > 0 && !text.trim()) {
      const names = calls.map(({ name }) => `\`${name}\``).join(", ");
      report.warn("only_tool_calls", `the answer has no text, it calls ${names}: \`--json\` shows the call`);
    }
    if (unknown > 0)
      report.verbose(`${unknown} ${unknown === 1 ? "event" : "events"} of a kind unknown to cbr`);
    const cost = costOfAnswers(answers);
    if (session !== null && isKept(problem, mismatch))
      await saveReply(session, answer, answer.by, cost?.usd ?? null);
    const unusable = problem ?? (flags.extract ? withoutCode(answer) : null);
    await printAnswer(run, { answer, data, usage: usageOfAnswers(answers), cost }, unusable);
    if (unusable !== null) throw unusable;
  } catch (error) {
    if (session !== null && content.length > 0 && !isSaved(session)) {
      await saveFailure(context, session, candidates[0] as Candidate, error, broken);
    }
    throw error;
  }
}

async function askFor({ context, candidates, validate }: Run, options: AskOptions): Promise<DataAnswer> {
  if (validate !== null) {
    const { askForData } = await import("./data.ts");
    return askForData(context, validate, candidates, options);
  }
  return { answers: [await ask(context, candidates, options)], data: undefined, problem: null };
}

/** The last answer, timed from the beginning of the first. */
function lastOf(answers: readonly Answer[]): Answer {
  const [first, second] = answers as [Answer, Answer?];
  if (second === undefined) return first;
  return { ...second, firstTokenMs: first.firstTokenMs, totalMs: first.totalMs + second.totalMs };
}

async function validatorOf(schema: JsonSchema): Promise<Validate> {
  const { loadValidator } = await import("../../core/schema-validator.ts");
  return loadValidator(schema);
}

/** Those so far, and those to come: the same objects that the result will list. */
function streamWarnings({ io, report }: Context): void {
  report.onWarning = ({ code, message }) => {
    void io.out.write(`${jsonFor(io.out, { type: "warning", code, message })}\n`);
  };
  for (const warning of report.warnings) report.onWarning(warning);
}

/** Whether a whole reply belongs to its conversation: not one that the user will ask for again. A refusal does, or its prompt would be sent again. */
function isKept(problem: CbrError | null, mismatch: CbrError | null): boolean {
  if (problem === null) return true;
  return mismatch === null && problem.code !== "empty_answer" && problem.code !== "cut_at_max_tokens";
}

/** Was the newest turn answered whole? Then a failure to print it is no failure of the conversation. */
function isSaved(session: Session): boolean {
  return session.turns.at(-1)?.reply != null;
}

/** A conversation goes on with its own model and geo, unless the command line or a guard says otherwise. */
function sessionRoute(session: Session | null, settings: Settings): Parameters<typeof chooseRoute>[3] {
  if (session === null) return {};
  const { model, geo } = session.settings;
  const isTyped = settings.model?.origin === "flag" && /^arn:|\.anthropic\./.test(settings.model.value);
  const source = `session ${session.name}`;
  return {
    ...(typeof model === "string" &&
      settings.model?.origin !== "flag" && { model: { value: model, source } }),
    ...(typeof geo === "string" &&
      !isTyped &&
      settings.geo === null && { geo: { value: geo, source, origin: "default" as const } }),
  };
}

// What few ask for is loaded for them only.

async function readBody(context: Context, path: string) {
  const { readInputBody } = await import("../../cli/input-body.ts");
  return readInputBody(context, path);
}

async function openOutput(path: string, cwd: string) {
  const { outputFile } = await import("../../cli/output-file.ts");
  return outputFile(path, cwd);
}
