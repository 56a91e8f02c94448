// From flags to a conversation: settings, session, route, then a terminal or a pipe.
import type { Context } from "../../cli/context.ts";
import { readSystemFile } from "../../cli/request-values.ts";
import { attach } from "./attach.ts";
import { adoptSession, type Chat, requestFor, routeOf } from "./chat.ts";
import type { ChatFlags } from "./command.ts";
import { openSession } from "./open-session.ts";

/** Runs `cbr chat` until it is left. Throws CbrError for what is wrong before the first prompt. */
export async function runChat(context: Context, flags: ChatFlags): Promise<void> {
  const { host, io } = context;
  const system = flags.systemFile === undefined ? null : await readSystemFile(flags.systemFile, host.cwd);
  const settings = await context.settings({ ...flags, ...(system !== null && { system }) });
  const format = settings.output_format?.value ?? "text";
  const isInteractive = host.stdin.kind === "terminal" && format === "text" && (io.err.isTTY || io.out.isTTY);
  if (flags.plain) io.setColor("never");
  const opened = await openSession(context, flags);
  const chat: Chat = {
    context,
    flags: { ...flags, ...(system !== null && { system }) },
    settings,
    areSettingsStale: false,
    session: opened.session,
    isSaved: opened.isSaved,
    isInteractive,
    format,
    style: flags.plain ? "plain" : flags.raw || settings.render?.value === false ? "raw" : "rendered",
    changes: {},
    adopted: {},
    route: null,
    attachments: [],
    contextTokens: null,
    isLeaving: false,
    remember() {},
  };
  context.onExit(() => chat.session.close());
  adoptSession(chat, opened.session);
  // What cannot be sent at all is said before anything is typed.
  const trial = { content: [{ type: "text" as const, text: "-" }], parts: [] };
  requestFor(chat, await routeOf(chat), trial, []);
  await attach(chat, flags.file ?? []);
  if (isInteractive) return (await import("./loop.ts")).runLoop(chat);
  return (await import("./pipe.ts")).runPipe(chat);
}
