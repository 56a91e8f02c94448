// One request of a conversation on its way: its events to the renderers, and what came of it, whole or not.
import { startSpinner } from "../../cli/spinner.ts";
import type { ClaudeRequest } from "../../core/claude.ts";
import { collector } from "../../core/collect.ts";
import { isContent, type Reply } from "../../core/reply.ts";
import { joinSurrogates } from "../../core/surrogates.ts";
import type { Renderer } from "../../render/reply.ts";
import type { Chat } from "./chat.ts";

export interface Sent {
  /** What was received. */
  reply: Reply;
  /** Why it is not whole; null when it is. An Interrupted when the person stopped it. */
  failure: { error: unknown } | null;
  firstTokenMs: number | null;
  totalMs: number;
}

export interface SendingOptions {
  label: string;
  /** Called with what ends the waiting, before the first thing is shown. */
  renderers: (stopWaiting: () => void) => Promise<Renderer[]>;
}

/** Sends `request` and waits for its end. Never throws, except what a renderer throws when its reader is gone. */
export async function send(chat: Chat, request: ClaudeRequest, options: SendingOptions): Promise<Sent> {
  const { context } = chat;
  const { host, report } = context;
  const own = new AbortController();
  const release = chat.isInteractive
    ? context.onInterrupt((cause) => {
        if (own.signal.aborted) chat.isLeaving = true;
        own.abort(cause);
      })
    : () => {};
  const spinner = startSpinner(chat.style === "plain" ? still(context) : context, options.label);
  const renderers = await options.renderers(spinner.stop);
  const received = collector();
  const startedAt = host.elapsed();
  let firstTokenMs: number | null = null;
  let failure: Sent["failure"] = null;
  try {
    const claude = await context.claude(chat.settings, request.region);
    const events = claude.send(request, {
      signal: AbortSignal.any([context.signal, own.signal]),
      partialText: () => received.reply().text,
      onNotice: ({ code, message }) => (code === "retry" ? report.notice(message) : report.verbose(message)),
    });
    for await (const event of joinSurrogates(events)) {
      if (firstTokenMs === null && isContent(event)) {
        firstTokenMs = host.elapsed() - startedAt;
        spinner.stop();
      }
      received.add(event);
      for (const renderer of renderers) await renderer.event(event);
    }
  } catch (error) {
    failure = { error };
  } finally {
    spinner.stop();
    release();
  }
  for (const renderer of renderers) await renderer.end();
  return { reply: received.reply(), failure, firstTokenMs, totalMs: host.elapsed() - startedAt };
}

/** The context with a stderr that wants no motion. */
function still(context: Chat["context"]): Chat["context"] {
  return { ...context, io: { ...context.io, canSpin: false } };
}
