// The config file is replaced whole or not at all, and nobody else can read it.
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import { open, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CbrError } from "../core/errors.ts";
import { makePrivateDirectory } from "../host/directories.ts";
import { whileHeld } from "../host/rename.ts";

/**
 * Writes the config file: a new one with mode 0600 in directories of mode 0700. A link is kept and what it points to is
 * replaced: config files are often kept elsewhere. Nothing is written, and the answer is false, where the file no longer holds
 * `before` (null: there is none): somebody else changed it meanwhile. Throws CbrError `file_write_failed`; the old file is then untouched.
 */
export async function writeConfig(path: string, text: string, before: string | null): Promise<boolean> {
  try {
    makePrivateDirectory(dirname(path));
    const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return path;
      throw error;
    });
    const existing = await stat(target).catch(() => null);
    if (existing !== null && !existing.isFile()) throw new Error("it is not a regular file");
    const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    try {
      // Exclusive: a link planted under this name is refused, not followed.
      const file = await open(temporary, "wx", existing === null ? 0o600 : existing.mode & 0o777);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      let isUnchanged = true;
      await whileHeld(() => {
        // Asked as late as can be: between this and the rename there is no waiting.
        isUnchanged = textAt(target) === before;
        if (isUnchanged) renameSync(temporary, target);
      });
      if (!isUnchanged) await rm(temporary, { force: true });
      return isUnchanged;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CbrError("file_write_failed", {
      message: `cannot write \`${path}\`: ${code ?? message}`,
      cause: error,
    });
  }
}

function textAt(path: string): string | null {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
