// `-o`: the answer is written whole or not at all.
import { randomBytes } from "node:crypto";
import { constants, renameSync } from "node:fs";
import { access, open, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CbrError } from "../core/errors.ts";

export interface OutputFile {
  /** Writes everything and puts it in place. Throws CbrError `file_write_failed`; the old file is then untouched. */
  save(text: string): Promise<void>;
}

/** Checks, before anything is sent, that `path` can be written. Throws CbrError `file_write_failed`. */
export async function outputFile(path: string, cwd: string): Promise<OutputFile> {
  const absolute = resolve(cwd, path);
  // A link is written through, as a shell's `>` would.
  const target = await realpath(absolute).catch(() => absolute);
  const existing = await stat(target).catch(() => null);
  if (existing?.isDirectory()) throw failed(path, "it is a directory");
  const isSpecial = existing !== null && !existing.isFile();
  try {
    await access(isSpecial ? target : dirname(target), constants.W_OK);
    if (existing !== null) await access(target, constants.W_OK);
  } catch (error) {
    throw failed(path, reason(error));
  }
  return {
    async save(text) {
      try {
        if (isSpecial) await writeTo(target, text, "w", existing.mode);
        else await replace(target, text, existing?.mode);
      } catch (error) {
        throw failed(path, reason(error));
      }
    },
  };
}

async function replace(target: string, text: string, mode: number | undefined): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeTo(temporary, text, "wx", mode);
    const { whileHeld } = await import("../host/rename.ts");
    await whileHeld(() => renameSync(temporary, target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeTo(path: string, text: string, flags: string, mode: number | undefined): Promise<void> {
  const file = await open(path, flags, mode === undefined ? 0o666 : mode & 0o777);
  try {
    await file.writeFile(text);
    if (flags === "wx") await file.sync();
  } finally {
    await file.close();
  }
}

function failed(path: string, why: string): CbrError {
  return new CbrError("file_write_failed", { message: `cannot write \`${path}\`: ${why}` });
}

function reason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "its directory does not exist";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOSPC":
      return "no space left";
    case "EROFS":
      return "the file system is read-only";
    default:
      return (error as Error).message;
  }
}
