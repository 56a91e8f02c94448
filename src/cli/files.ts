// Reads the files of a prompt: what a path names is decided after it is open, and nothing here can block for ever.
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CbrError } from "../core/errors.ts";
import { BODY_LIMIT, checkBodySize, TEXT_LIMIT, textTooLarge } from "../core/prompt.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface FileContent {
  /** As typed; for a glob, the match, relative to the working directory unless the glob was absolute. */
  path: string;
  bytes: Uint8Array;
}

/** As many files as are open at a time. */
const PARALLEL = 16;
/** How long a named pipe may be without a writer: one started together with us may not be there yet. */
const WRITER_GRACE_MS = 1000;

/**
 * The contents of `paths` in their order. A path that does not exist and has glob characters is expanded, its matches
 * sorted. Throws CbrError of exit code 3 naming the path; an abort of `signal` throws its reason.
 */
export async function readFiles(
  paths: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<FileContent[]> {
  const expanded = await expandGlobs(paths, cwd);
  const contents: FileContent[] = new Array(expanded.length);
  const own = new AbortController();
  const either = AbortSignal.any([signal, own.signal]);
  let next = 0;
  let total = 0;
  const work = async () => {
    for (let i = next++; i < expanded.length; i = next++) {
      const path = expanded[i]!;
      const bytes = await readFile(path, cwd, either);
      contents[i] = { path, bytes };
      total += bytes.length;
      if (total > BODY_LIMIT)
        checkBodySize(
          total,
          contents.flatMap((file) => ({
            name: sanitizeLine(file.path, 200),
            kind: "text",
            bytes: file.bytes.length,
          })),
        );
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(PARALLEL, expanded.length) }, work));
  } catch (error) {
    own.abort(error);
    throw error;
  }
  return contents;
}

async function expandGlobs(paths: readonly string[], cwd: string): Promise<string[]> {
  const groups = await Promise.all(
    paths.map(async (path) => {
      if (!/[*?]|\[.+\]|\{.+\}|[!+@]\(/.test(path) || (await exists(resolve(cwd, path)))) return [path];
      const { glob } = await import("tinyglobby");
      const matches = await glob(path, {
        cwd,
        absolute: path.startsWith("/"),
        expandDirectories: false,
        onlyFiles: true,
      });
      if (matches.length === 0)
        throw new CbrError("file_unreadable", {
          message: `no file matches \`${sanitizeLine(path, 200)}\``,
          hint: tildeHint(path),
        });
      return matches.sort();
    }),
  );
  return groups.flat();
}

async function exists(path: string): Promise<boolean> {
  try {
    const { lstat } = await import("node:fs/promises");
    await lstat(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** The bytes of one file: a regular one, or a pipe with a writer; at most 20 MB. Throws as `readFiles`. */
export async function readFile(path: string, cwd: string, signal: AbortSignal): Promise<Uint8Array> {
  const name = `\`${sanitizeLine(path, 200)}\``;
  const { open } = await import("node:fs/promises");
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK a pipe that nobody writes to would block here, out of reach of any signal.
    file = await open(resolve(cwd, path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = await file.stat();
    if (stat.isFIFO()) return await readPipe(file, path, name, signal);
    if (!stat.isFile()) throw notRegular(name, stat.isDirectory() ? "a directory" : "a device");
    if (stat.size > TEXT_LIMIT) throw textTooLarge(name);
    return await readRegular(file, stat.size, name, signal);
  } catch (error) {
    throw error instanceof CbrError || signal.aborted ? error : explainFileError(error, path, name);
  } finally {
    await file?.close();
  }
}

/** Reads what is there, not what `size` promised: files in /proc have none, and files grow. */
async function readRegular(
  file: FileHandle,
  size: number,
  name: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let buffer = Buffer.allocUnsafe(Math.max(size + 1, 4096));
  let length = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length > TEXT_LIMIT) throw textTooLarge(name);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}

/** A pipe says EAGAIN while it has a writer and nothing to read, and end of file once the writers are gone, or never came. */
async function readPipe(
  file: FileHandle,
  path: string,
  name: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let hasWriter = /^\/(dev\/fd|proc)\//.test(path); // a shell's `<(…)`: its writer has been there from the start
  const deadline = performance.now() + WRITER_GRACE_MS;
  const buffer = Buffer.allocUnsafe(64 * 1024);
  for (;;) {
    signal.throwIfAborted();
    const bytesRead = await readNow(file, buffer);
    if (bytesRead === null) {
      hasWriter = true;
      await sleep(10);
    } else if (bytesRead > 0) {
      hasWriter = true;
      chunks.push(Uint8Array.prototype.slice.call(buffer, 0, bytesRead));
      length += bytesRead;
      if (length > TEXT_LIMIT) throw textTooLarge(name);
    } else if (hasWriter) {
      return Buffer.concat(chunks);
    } else if (performance.now() > deadline) {
      throw notRegular(name, "a pipe that nobody writes to");
    } else {
      await sleep(10);
    }
  }
}

async function readNow(file: FileHandle, buffer: Buffer): Promise<number | null> {
  try {
    return (await file.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return null;
    throw error;
  }
}

function notRegular(name: string, what: string): CbrError {
  return new CbrError("file_not_regular", {
    message: `${name} is ${what}`,
    hint: what === "a directory" ? "name its files, or use a glob such as `-f 'src/**/*.ts'`" : null,
  });
}

function explainFileError(error: unknown, path: string, name: string): CbrError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENXIO") return notRegular(name, "a socket or a device");
  const reason = REASONS[code ?? ""] ?? code ?? message;
  return new CbrError("file_unreadable", {
    message: `cannot read ${name}: ${sanitizeLine(reason)}`,
    hint: code === "ENOENT" ? tildeHint(path) : null,
    cause: error,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "a part of the path is not a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "its symbolic links go round in circles",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
};

function tildeHint(path: string): string | null {
  return path.startsWith("~") ? "`~` is expanded by the shell, and only outside quotes" : null;
}
