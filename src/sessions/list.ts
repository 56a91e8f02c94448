import { closeSync, constants } from "node:fs";
import { countTurns } from "../core/conversation.ts";
import { CbrError } from "../core/errors.ts";
import { readFailure } from "./failure.ts";
import { loadConversation } from "./load.ts";
import { openPrivate } from "./private-file.ts";
import type { Sessions } from "./sessions.ts";

export interface SessionRow {
  name: string;
  /** Of the newest reply; null before the first. */
  model: string | null;
  /** Prompts with a complete reply; null where the file cannot be read. */
  turns: number | null;
  created: string | null;
  updated: string;
  bytes: number;
  title: string | null;
}

/** Every session, the one updated last first. One that cannot be read is listed with what the directory tells. */
export function listSessions(
  sessions: Sessions,
  onWarning: (code: string, message: string) => void,
): SessionRow[] {
  return sessions
    .files()
    .sort((a, b) => b.updated - a.updated)
    .map(({ name, path, bytes, updated }) => {
      const row = { name, updated: new Date(updated).toISOString(), bytes };
      try {
        const { fd } = openPrivate(path, constants.O_RDONLY, sessions.owner);
        try {
          const { conversation } = loadConversation(fd, bytes, name);
          const { created, title, settings } = conversation;
          const model = conversation.model ?? (settings.get("model") as string | undefined) ?? null;
          return { ...row, model, turns: countTurns(conversation), created, title };
        } finally {
          closeSync(fd);
        }
      } catch (error) {
        const failure = readFailure(error, path);
        if (!(failure instanceof CbrError)) throw failure;
        onWarning(failure.code, failure.message);
        return { ...row, model: null, turns: null, created: null, title: null };
      }
    })
    .map(({ name, model, turns, created, updated, bytes, title }) => ({
      name,
      model,
      turns,
      created,
      updated,
      bytes,
      title,
    }));
}
