import { applyRecord, type Conversation, emptyConversation, SESSION_VERSION } from "../core/conversation.ts";
import { CbrError } from "../core/errors.ts";
import type { ContentBlock } from "../core/messages.ts";
import { readAt } from "./private-file.ts";
import { contentOf, isRecord, parseRecord, readHead } from "./record.ts";
import { scanLines } from "./scan.ts";

/** Where a record's content is: still in the file, or here because it was just written or already read. */
export type Where = { offset: number; length: number } | { content: string | ContentBlock[] };

export interface Loaded {
  conversation: Conversation<Where>;
  /** Lines that are no record and were passed over. */
  damaged: number;
  /** Does the next line need a newline before it? The last write was cut off. */
  isTorn: boolean;
}

/**
 * Reads what a session's first `size` bytes mean, without the content of its turns: memory does not grow with the file.
 * A damaged line never hides what follows. Throws CbrError `session_version` for a file from a newer cbr.
 */
export function loadConversation(fd: number, size: number, name: string): Loaded {
  const conversation = emptyConversation<Where>();
  let damaged = 0;
  let isTorn = false;
  for (const line of scanLines(fd, size)) {
    isTorn = !line.isTerminated;
    if (line.length === 0) continue;
    const head = readHead(fd, line);
    if (head !== null) refuseNewer(head, name);
    if (head === null || !applyRecord(conversation, head, { offset: line.offset, length: line.length })) {
      damaged++;
    }
  }
  return { conversation, damaged, isTorn };
}

/** Throws CbrError `session_version` for the header of a format newer than this program reads. */
export function refuseNewer(head: Readonly<Record<string, unknown>>, name: string): void {
  if (head["type"] !== "session") return;
  const version = Number.parseInt(String(head["version"]), 10);
  if (version > SESSION_VERSION) {
    throw new CbrError("session_version", {
      message: `the session \`${name}\` was written by a newer cbr (format ${version})`,
    });
  }
}

/** The content of a turn's prompt or reply; null when it turns out to be damaged. */
export function readContent(fd: number | null, where: Where): string | ContentBlock[] | null {
  if ("content" in where) return where.content;
  if (fd === null) return null;
  const record = parseRecord(readAt(fd, where.offset, where.length));
  return isRecord(record) ? contentOf(record) : null;
}
