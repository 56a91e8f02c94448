// Sends the request and drinks the reply: to the screen as it comes, and into one whole.
import type { Context } from "../../cli/context.ts";
import type { GatheredPrompt } from "../../cli/prompt-input.ts";
import { startSpinner } from "../../cli/spinner.ts";
import type { Claude, ClaudeRequest } from "../../core/claude.ts";
import { collector } from "../../core/collect.ts";
import { isContent, type Reply } from "../../core/reply.ts";
import { joinSurrogates } from "../../core/surrogates.ts";
import { eventRenderer, jsonFor, type Renderer, textRenderer, thinkingRenderer } from "../../render/reply.ts";

export interface Answer {
  reply: Reply;
  /** Milliseconds from sending to the first content; null when none came. */
  firstTokenMs: number | null;
  totalMs: number;
}

export interface AskOptions {
  format: "text" | "json" | "stream-json";
  /** Text goes to stdout while it comes. */
  isLive: boolean;
  showsThinking: boolean;
  watchLateStdin: GatheredPrompt["watchLateStdin"];
}

/** Resolves with a whole reply. Throws CbrError; live text received before it is on stdout, flushed. */
export async function ask(
  context: Context,
  claude: Claude,
  request: ClaudeRequest,
  options: AskOptions,
): Promise<Answer> {
  const { host, report } = context;
  const own = new AbortController();
  const stopWatching = options.watchLateStdin((error) => own.abort(error));
  const spinner = startSpinner(context, "waiting for Claude");
  const renderers = renderersFor(context, request, options, spinner.stop);
  const reply = collector();
  const startedAt = host.elapsed();
  let firstTokenMs: number | null = null;
  try {
    const events = claude.send(request, {
      signal: AbortSignal.any([context.signal, own.signal]),
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
  } finally {
    spinner.stop();
    stopWatching();
    for (const renderer of renderers) await renderer.end();
  }
  return { reply: reply.reply(), firstTokenMs, totalMs: host.elapsed() - startedAt };
}

function renderersFor(
  { io, report }: Context,
  request: ClaudeRequest,
  { format, isLive, showsThinking }: AskOptions,
  beforeText: () => void,
): Renderer[] {
  const renderers: Renderer[] = [];
  if (showsThinking && format === "text") renderers.push(thinkingRenderer(io, beforeText));
  if (isLive) renderers.push(textRenderer(io.out));
  if (format === "stream-json") {
    renderers.push(eventRenderer(io.out, request.modelId));
    report.onWarning = ({ code, message }) => {
      void io.out.write(`${jsonFor(io.out, { type: "warning", code, message })}\n`);
    };
  }
  return renderers;
}
