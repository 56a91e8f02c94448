// Which saved conversation a chat goes on with.
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import { memorySession } from "../../sessions/memory.ts";
import type { Session } from "../../sessions/session.ts";
import type { ChatFlags } from "./command.ts";
import { newSessionName } from "./session-name.ts";

export interface OpenedSession {
  session: Session;
  isSaved: boolean;
}

/**
 * The session the flags name, else a new one; in memory with `--no-save`, and, said in a notice, where a new one cannot
 * be written. Throws CbrError: `session_busy`, `session_not_found` and whatever keeps a named one from being opened.
 */
export async function openSession(context: Context, flags: ChatFlags): Promise<OpenedSession> {
  const { host, report } = context;
  const name = newSessionName(host.now());
  if (!flags.save) return { session: memorySession(name, host), isSaved: false };
  const sessions = await context.sessions();
  if (flags.fork !== undefined) {
    const source = await sessions.open(flags.session ?? sessions.latest(), "read");
    try {
      return { session: await sessions.fork(source, flags.fork), isSaved: true };
    } finally {
      source.close();
    }
  }
  if (flags.continue) return { session: await sessions.open(sessions.latest(), "append"), isSaved: true };
  if (flags.session !== undefined)
    return { session: await sessions.open(flags.session, "create"), isSaved: true };
  try {
    return { session: await sessions.open(name, "create"), isSaved: true };
  } catch (error) {
    if (!(error instanceof CbrError) || !["session_write_failed", "unsafe_path"].includes(error.code))
      throw error;
    report.notice(`${error.message}: the conversation is kept in memory only`);
    return { session: memorySession(name, host), isSaved: false };
  }
}
