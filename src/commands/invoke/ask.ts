// Sends the request and drinks the reply: to the screen as it comes, and into one whole.
import type { Context } from "../../cli/context.ts";
import type { GatheredPrompt } from "../../cli/prompt-input.ts";
import { startSpinner } from "../../cli/spinner.ts";
import { collector } from "../../core/collect.ts";
import { CbrError, ExitCode } from "../../core/errors.ts";
import { isContent, type Reply } from "../../core/reply.ts";
import { joinSurrogates } from "../../core/surrogates.ts";
import { eventRenderer, type Renderer, textRenderer, thinkingRenderer } from "../../render/reply.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Candidate } from "./candidates.ts";

export interface Answer {
  reply: Reply;
  /** The candidate that answered. */
  by: Candidate;
  /** Milliseconds from sending to the first content; null when none came. */
  firstTokenMs: number | null;
  totalMs: number;
}

export interface AskOptions {
  settings: Settings;
  format: "text" | "json" | "stream-json";
  /** Text goes to stdout while it comes. */
  isLive: boolean;
  /** The answer goes into a session. */
  isSaved: boolean;
  /** The text is styled Markdown where stdout is a terminal. */
  isRendered: boolean;
  showsThinking: boolean;
  watchLateStdin: GatheredPrompt["watchLateStdin"];
  /** Called with what came of a reply that broke off or was stopped. */
  onBroken?: (partial: Reply) => void;
}

/**
 * Asks the first candidate, and the next only where one is busy or out of reach and nothing with content came.
 * Throws CbrError; live text received before it is on stdout.
 */
export async function ask(
  context: Context,
  candidates: readonly Candidate[],
  options: AskOptions,
): Promise<Answer> {
  const startedAt = context.host.elapsed();
  for (const [i, candidate] of candidates.entries()) {
    try {
      return await askOne(context, candidate, options, startedAt);
    } catch (error) {
      const next = candidates[i + 1];
      if (next === undefined || !mayFallBack(error)) throw error;
      const { modelId, region } = next.request;
      context.report.warn("fallback", `${(error as CbrError).message}; trying \`${modelId}\` in ${region}`);
    }
  }
  throw new Error("no candidate"); // the primary is always there
}

function mayFallBack(error: unknown): boolean {
  return (
    error instanceof CbrError && (error.exitCode === ExitCode.busy || error.exitCode === ExitCode.network)
  );
}

async function askOne(
  context: Context,
  candidate: Candidate,
  options: AskOptions,
  startedAt: number,
): Promise<Answer> {
  const { host, report } = context;
  const { request } = candidate;
  const claude = await context.claude(options.settings, request.region);
  const own = new AbortController();
  const stopWatching = options.watchLateStdin((error) => own.abort(error));
  const spinner = startSpinner(context, "waiting for Claude");
  const renderers = await renderersFor(context, candidate, options, spinner.stop);
  // What is printed as it comes is kept only where somebody asks for it afterwards.
  const reply = collector({
    keepsText: !options.isLive || options.isSaved || report.errorFormat === "json",
  });
  let firstTokenMs: number | null = null;
  try {
    const events = claude.send(request, {
      signal: AbortSignal.any([context.signal, own.signal]),
      partialText: () => reply.reply().text,
      onNotice: ({ code, message }) => (code === "retry" ? report.notice(message) : report.verbose(message)),
    });
    for await (const event of joinSurrogates(events)) {
      if (firstTokenMs === null && isContent(event)) {
        firstTokenMs = host.elapsed() - startedAt;
        spinner.stop();
      }
      reply.add(event);
      for (const renderer of renderers) await renderer.event(event);
    }
  } catch (error) {
    options.onBroken?.(reply.reply());
    throw error;
  } finally {
    spinner.stop();
    stopWatching();
    for (const renderer of renderers) await renderer.end();
  }
  return { reply: reply.reply(), by: candidate, firstTokenMs, totalMs: host.elapsed() - startedAt };
}

async function renderersFor(
  { io, host }: Context,
  { request }: Candidate,
  { format, isLive, isRendered, showsThinking }: AskOptions,
  beforeText: () => void,
): Promise<Renderer[]> {
  const renderers: Renderer[] = [];
  if (showsThinking) renderers.push(thinkingRenderer(io, beforeText));
  if (isLive) {
    // A renderer of Markdown, with a highlighter, is more code than all the rest.
    const markdown = isRendered && io.out.isTTY ? await import("../../render/markdown/reply.ts") : null;
    renderers.push(markdown === null ? textRenderer(io.out) : markdown.markdownReply(io.out, host.env));
  }
  if (format === "stream-json") renderers.push(eventRenderer(io.out, request.modelId));
  return renderers;
}
