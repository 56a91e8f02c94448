// What may happen to a session besides talking: another name, an end, a repair. Each holds the session's lock.
import { closeSync, constants, copyFileSync, existsSync, linkSync } from "node:fs";
import { dirname } from "node:path";
import { applyRecord, emptyConversation, SESSION_VERSION } from "../core/conversation.ts";
import { CbrError } from "../core/errors.ts";
import { moveWithoutClobber, removeIfAny, rename, writeTemp } from "./copy.ts";
import { readFailure, systemCode, writeFailure } from "./failure.ts";
import { loadConversation, refuseNewer } from "./load.ts";
import { openPrivate, readAt } from "./private-file.ts";
import { contentOf, encodeRecord, MAX_LINE_BYTES, parseRecord } from "./record.ts";
import { scanLines } from "./scan.ts";
import { syncDirectory } from "./session-file.ts";
import type { Sessions } from "./sessions.ts";

const MAX_BACKUPS = 20;

/** Throws CbrError `session_not_found`, `session_busy`, `session_version`, or `clobber` where `to` is taken. */
export async function renameSession(sessions: Sessions, from: string, to: string): Promise<void> {
  const source = sessions.pathOf(from);
  const target = sessions.pathOf(to);
  sessions.assertExists(from);
  const isOnlyCase = from !== to && from.toLowerCase() === to.toLowerCase();
  if (!isOnlyCase) sessions.assertFree(to);
  const locks = [await sessions.lock(from)];
  try {
    assertOurs(sessions, from, source);
    // Names that differ only in case share files on some systems.
    if (isOnlyCase) await rename(source, target);
    else {
      locks.push(await sessions.lock(to));
      await moveWithoutClobber(source, target);
    }
    for (let n = 0; existsSync(backupPath(source, n)); n++) {
      await rename(backupPath(source, n), backupPath(target, n));
    }
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** Throws CbrError `session_version` for a session that a newer cbr wrote, `unsafe_path` for what is no file of our own. */
function assertOurs(sessions: Sessions, name: string, path: string): void {
  try {
    const { fd, stat } = openPrivate(path, constants.O_RDONLY, sessions.owner);
    try {
      loadConversation(fd, stat.size, name);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw readFailure(error, path);
  }
}

/** That a newer cbr wrote a session, which is to be known before it is removed; null where none did. */
export function warningBeforeRemoval(sessions: Sessions, name: string): CbrError | null {
  try {
    assertOurs(sessions, name, sessions.pathOf(name));
    return null;
  } catch (error) {
    if (!(error instanceof CbrError)) throw error;
    // What cannot be read can be removed all the same.
    return error.code === "session_version" ? error : null;
  }
}

/** Removes a session and the copies that repairs kept. Throws CbrError `session_not_found`, `session_busy`. */
export async function removeSession(sessions: Sessions, name: string): Promise<void> {
  const path = sessions.pathOf(name);
  sessions.assertExists(name);
  const lock = await sessions.lock(name);
  try {
    removeIfAny(path);
    for (let n = 0; n < MAX_BACKUPS; n++) removeIfAny(backupPath(path, n));
    await syncDirectory(dirname(path));
  } finally {
    lock.release();
  }
}

export interface Repair {
  name: string;
  /** Records kept and lines dropped. */
  kept: number;
  dropped: number;
  /** The file as it was before; null when nothing was wrong and nothing was changed. */
  backup: string | null;
}

/**
 * Writes the good lines of a session to a new file and keeps the old one beside it as `.bak`. A session without damage
 * is left alone. Throws CbrError `session_not_found`, `session_busy`, `session_version`, `session_write_failed`.
 */
export async function repairSession(sessions: Sessions, name: string): Promise<Repair> {
  const path = sessions.pathOf(name);
  sessions.assertExists(name);
  const lock = await sessions.lock(name);
  try {
    const { fd, stat } = openPrivate(path, constants.O_RDONLY, sessions.owner);
    try {
      const { good, dropped, isWhole } = inspect(fd, stat.size, name);
      if (isWhole) return { name, kept: good.length, dropped, backup: null };
      const temp = await writeTemp(path, sessions.owner, (write) => {
        if (!good.some(({ type }) => type === "session")) {
          const created = new Date(stat.birthtimeMs || stat.mtimeMs).toISOString();
          write(Buffer.from(encodeRecord({ type: "session", version: SESSION_VERSION, created })));
        }
        for (const { offset, length } of good) {
          write(withoutNul(readAt(fd, offset, length)));
          write(Buffer.from("\n"));
        }
      });
      const backup = keepBackup(path);
      await rename(temp, path);
      await syncDirectory(dirname(path));
      return { name, kept: good.length, dropped, backup };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw writeFailure(error, path);
  } finally {
    lock.release();
  }
}

interface GoodLine {
  offset: number;
  length: number;
  type: unknown;
}

function inspect(fd: number, size: number, name: string) {
  const conversation = emptyConversation<null>();
  const good: GoodLine[] = [];
  let dropped = 0;
  let isClean = true;
  for (const { offset, length, hasNul, isTerminated } of scanLines(fd, size)) {
    if (length === 0) continue;
    const record = length > MAX_LINE_BYTES ? null : parseRecord(readAt(fd, offset, length));
    if (record !== null) refuseNewer(record, name);
    const isGood = record !== null && hasContent(record) && applyRecord(conversation, record, null);
    if (isGood) good.push({ offset, length, type: record["type"] });
    else dropped++;
    isClean &&= isGood && isTerminated && !hasNul;
  }
  return { good, dropped, isWhole: isClean && good[0]?.type === "session" };
}

function hasContent(record: Record<string, unknown>): boolean {
  return (record["type"] !== "user" && record["type"] !== "assistant") || contentOf(record) !== null;
}

function withoutNul(bytes: Buffer): Buffer {
  return bytes.includes(0) ? Buffer.from(bytes.toString().replaceAll("\0", "")) : bytes;
}

/** Gives the file a second name that is free, so that there is no moment without it. */
function keepBackup(path: string): string {
  for (let n = 0; n < MAX_BACKUPS; n++) {
    const backup = backupPath(path, n);
    try {
      linkSync(path, backup);
      return backup;
    } catch (error) {
      if (systemCode(error) === "EEXIST") continue;
      copyFileSync(path, backup, constants.COPYFILE_EXCL); // a file system without hard links
      return backup;
    }
  }
  throw new CbrError("session_write_failed", {
    message: "there are too many copies from earlier repairs",
    hint: `remove \`${backupPath(path, 0)}\` and its like`,
  });
}

function backupPath(path: string, n: number): string {
  return n === 0 ? `${path}.bak` : `${path}.bak.${n}`;
}
