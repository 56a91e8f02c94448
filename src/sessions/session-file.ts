import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { readFailure, systemCode, writeFailure } from "./failure.ts";
import { type Owner, openPrivate } from "./private-file.ts";

const dataSync = promisify(fdatasync);
const fullSync = promisify(fsync);

/** A session's file, only ever appended to. It comes into being with its first lines. Errors are CbrErrors. */
export class SessionFile {
  readonly #path: string;
  readonly #owner: Owner;
  #isNew = false;
  /** null while there is no file. */
  fd: number | null = null;
  /** The last line has no newline: the next one must not be glued to it. */
  isTorn = false;

  constructor(path: string, mode: "read" | "append", owner: Owner) {
    this.#path = path;
    this.#owner = owner;
    const flags = mode === "read" ? constants.O_RDONLY : constants.O_RDWR | constants.O_APPEND;
    try {
      this.fd = openPrivate(path, flags, owner).fd;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return;
      throw mode === "read" ? readFailure(error, path) : writeFailure(error, path);
    }
  }

  get size(): number {
    return this.fd === null ? 0 : fstatSync(this.fd).size;
  }

  /** Writes whole lines, or nothing. */
  append(lines: string): void {
    try {
      this.#write(this.fd ?? this.#create(), Buffer.from(this.isTorn ? `\n${lines}` : lines));
    } catch (error) {
      throw writeFailure(error, this.#path);
    }
  }

  /** Resolves when what was appended survives a power cut. */
  async sync(): Promise<void> {
    if (this.fd === null) return;
    try {
      await dataSync(this.fd);
      if (this.#isNew) await syncDirectory(dirname(this.#path));
      this.#isNew = false;
    } catch (error) {
      throw writeFailure(error, this.#path);
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  #create(): number {
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL;
    this.#isNew = true;
    this.fd = openPrivate(this.#path, flags, this.#owner).fd;
    return this.fd;
  }

  #write(fd: number, bytes: Buffer): void {
    const before = fstatSync(fd).size;
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
      this.isTorn = false;
    } catch (error) {
      this.#takeBack(fd, before);
      throw error;
    }
  }

  /** Half a line helps nobody, and a disk without room to write has room to cut. */
  #takeBack(fd: number, size: number): void {
    try {
      ftruncateSync(fd, size);
      if (size > 0) return;
      unlinkSync(this.#path);
      this.close();
    } catch {
      this.isTorn = true;
    }
  }
}

/** Makes a new, renamed or removed entry of a directory last over a power cut, where the system can do that. */
export async function syncDirectory(directory: string): Promise<void> {
  let fd: number;
  try {
    fd = openSync(directory, constants.O_RDONLY);
  } catch {
    return; // Windows cannot open directories, and needs no such thing
  }
  try {
    await fullSync(fd);
  } catch {
    // Some network file systems refuse; the data itself is safe.
  } finally {
    closeSync(fd);
  }
}
