import { closeSync, constants, fstatSync } from "node:fs";
import { CbrError } from "../core/errors.ts";
import type { ContentBlock } from "../core/messages.ts";
import { readFailure } from "./failure.ts";
import { openPrivate, readAt } from "./private-file.ts";
import { contentOf, MAX_LINE_BYTES, parseRecord } from "./record.ts";
import { scanLines } from "./scan.ts";
import type { Sessions } from "./sessions.ts";

export interface Match {
  name: string;
  role: "user" | "assistant";
  at: string | null;
  /** The line of the text with the first hit, cut to what is around it. */
  excerpt: string;
}

const AROUND = 60;

/**
 * Every prompt and reply whose text holds `text`, in any case, undone ones included; the session updated last first, and
 * within one the oldest first.
 */
export function* searchSessions(
  sessions: Sessions,
  text: string,
  onWarning: (code: string, message: string) => void,
): Generator<Match, void> {
  const wanted = text.toLowerCase();
  for (const { name, path } of sessions.files().sort((a, b) => b.updated - a.updated)) {
    let fd: number;
    try {
      fd = openPrivate(path, constants.O_RDONLY, sessions.owner).fd;
    } catch (error) {
      const failure = readFailure(error, path);
      if (!(failure instanceof CbrError)) throw failure;
      onWarning(failure.code, failure.message);
      continue;
    }
    try {
      yield* searchFile(fd, name, wanted);
    } finally {
      closeSync(fd);
    }
  }
}

function* searchFile(fd: number, name: string, wanted: string): Generator<Match, void> {
  // JSON escapes these alone; what else is wanted stands in the file as it is, and most lines need not be parsed.
  const inJson = JSON.stringify(wanted).slice(1, -1);
  for (const line of scanLines(fd, fstatSync(fd).size)) {
    if (line.length > MAX_LINE_BYTES || line.length < wanted.length) continue;
    const bytes = line.start.length === line.length ? line.start : readAt(fd, line.offset, line.length);
    if (!bytes.toString().toLowerCase().includes(inJson)) continue;
    const record = parseRecord(bytes);
    const role = record?.["type"];
    if (record === null || (role !== "user" && role !== "assistant")) continue;
    const found = textOf(contentOf(record) ?? []);
    const excerpt = excerptOf(found, wanted);
    if (excerpt !== null)
      yield { name, role, at: typeof record["at"] === "string" ? record["at"] : null, excerpt };
  }
}

function textOf(content: string | readonly ContentBlock[]): string {
  if (typeof content === "string") return content;
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

function excerptOf(text: string, wanted: string): string | null {
  const at = text.toLowerCase().indexOf(wanted);
  if (at === -1) return null;
  const lineStart = text.lastIndexOf("\n", at) + 1;
  const lineEnd = text.indexOf("\n", at);
  const from = Math.max(lineStart, at - AROUND);
  const to = Math.min(lineEnd === -1 ? text.length : lineEnd, at + wanted.length + AROUND);
  const cut = text.slice(from, to).toWellFormed().trim();
  return `${from > lineStart ? "…" : ""}${cut}${to < (lineEnd === -1 ? text.length : lineEnd) ? "…" : ""}`;
}
