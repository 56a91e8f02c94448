import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { SESSION_VERSION } from "../core/conversation.ts";
import { CbrError } from "../core/errors.ts";
import { whileHeld } from "../host/rename.ts";
import { systemCode, writeFailure } from "./failure.ts";
import { type Owner, openPrivate, readAt } from "./private-file.ts";
import { encodeRecord } from "./record.ts";
import { syncDirectory } from "./session-file.ts";

const COPY_BYTES = 1 << 20;

/** Copies a session's file, every line of it, behind a header that names where it came from. Throws CbrError `clobber` where `target` exists. */
export async function copySession(
  source: { name: string; path: string },
  target: string,
  owner: Owner,
  now: string,
): Promise<void> {
  const header = { type: "session", version: SESSION_VERSION, created: now, forked_from: source.name };
  const temp = await writeTemp(target, owner, (write) => {
    write(Buffer.from(encodeRecord(header)));
    const { fd } = openPrivate(source.path, constants.O_RDONLY, owner);
    try {
      copyBytes(fd, 0, fstatSync(fd).size, write);
    } finally {
      closeSync(fd);
    }
  });
  await moveWithoutClobber(temp, target);
}

/** Passes `length` bytes from `offset` on, a little at a time. */
export function copyBytes(fd: number, offset: number, length: number, write: (bytes: Buffer) => void): void {
  for (let done = 0; done < length; ) {
    const bytes = readAt(fd, offset + done, Math.min(COPY_BYTES, length - done));
    if (bytes.length === 0) return;
    write(bytes);
    done += bytes.length;
  }
}

/** A new private file beside `target`, written by `fill` and safe on the disk; gives its path. */
export async function writeTemp(
  target: string,
  owner: Owner,
  fill: (write: (bytes: Buffer) => void) => void,
): Promise<string> {
  const temp = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const { fd } = openPrivate(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, owner);
    try {
      fill((bytes) => {
        for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
      });
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return temp;
  } catch (error) {
    removeIfAny(temp);
    throw writeFailure(error, target);
  }
}

/** Gives `from` the name `to`, which must be free. Throws CbrError `clobber`. */
export async function moveWithoutClobber(from: string, to: string): Promise<void> {
  try {
    linkSync(from, to); // unlike rename, never replaces
    unlinkSync(from);
  } catch (error) {
    if (systemCode(error) === "EEXIST") {
      throw new CbrError("clobber", { message: `\`${to}\` already exists`, hint: "choose another name" });
    }
    await rename(from, to);
  }
  await syncDirectory(dirname(to));
}

/** Renames, trying for a second where another program holds the file for a moment. */
export async function rename(from: string, to: string): Promise<void> {
  try {
    await whileHeld(() => renameSync(from, to));
  } catch (error) {
    throw writeFailure(error, to);
  }
}

export function removeIfAny(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw writeFailure(error, path);
  }
}
