// The saved conversations of one user: a directory, and what can be done with what lies in it.
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CbrError } from "../core/errors.ts";
import { secretsOf } from "../core/redact.ts";
import type { Host } from "../host/host.ts";
import { copySession } from "./copy.ts";
import { readFailure, systemCode } from "./failure.ts";
import { acquireLock } from "./lock.ts";
import { checkDirectories, checkName, prepareDirectory, sessionPath, sessionsDirectory } from "./place.ts";
import type { Owner } from "./private-file.ts";
import { Session } from "./session.ts";

/** Where what sessions have to say goes; the program's Report is one. */
export interface Voice {
  warn(code: string, message: string): void;
  notice(message: string): void;
}

/** `create`: made by its first turn if there is none. `append`, `read`: there must be one. `read` takes no lock. */
export type OpenMode = "create" | "append" | "read";

export class Sessions {
  readonly directory: string;
  readonly host: Host;
  readonly owner: Owner;
  #voice: Voice;

  constructor(host: Host, voice: Voice) {
    this.host = host;
    this.directory = sessionsDirectory(host);
    this.owner = { uid: host.uid, onNotice: (message) => voice.notice(message) };
    this.#voice = voice;
  }

  /**
   * Opens a session; nothing is written before its first turn. Throws CbrError: `session_name_invalid`,
   * `session_not_found`, `session_busy`, `session_version`, `unsafe_path`, `session_write_failed`.
   */
  async open(name: string, mode: OpenMode): Promise<Session> {
    const path = this.pathOf(name);
    if (mode === "create") this.refuseCaseClash(name);
    else this.assertExists(name);
    if (mode === "read") return new Session({ ...this.#optionsOf(name, path), lock: null });
    const lock = await this.lock(name);
    try {
      return new Session({ ...this.#optionsOf(name, path), lock });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The name of the session updated last. Throws CbrError `session_not_found` when there is none. */
  latest(): string {
    const newest = this.files().sort((a, b) => b.updated - a.updated)[0];
    if (newest === undefined) {
      throw new CbrError("session_not_found", {
        message: "there is no session to continue",
        hint: "begin one with `--session NAME`",
      });
    }
    return newest.name;
  }

  /** A copy of `source` as it stands, under a new name, open for writing; `source` stays open. Throws CbrError `clobber` where the name is taken. */
  async fork(source: Session, name: string): Promise<Session> {
    const path = this.pathOf(name);
    this.assertFree(name);
    if (source.isSaved) {
      prepareDirectory(this.directory, this.host, (message) => this.#voice.notice(message));
      await copySession(source, path, this.owner, new Date(this.host.now()).toISOString());
    }
    return this.open(name, "create");
  }

  /** Every session's file, in no order; empty where there is no directory. */
  files(): { name: string; path: string; bytes: number; updated: number }[] {
    checkDirectories(this.directory, this.host);
    return this.#entries().flatMap((entry) => {
      const name = entry.slice(0, -".jsonl".length);
      const path = join(this.directory, entry);
      try {
        checkName(name);
        const stat = lstatSync(path);
        return stat.isFile() ? [{ name, path, bytes: stat.size, updated: stat.mtimeMs }] : [];
      } catch {
        return []; // not a session's file, or gone since
      }
    });
  }

  /** The file of a session of that name, there or not. Throws CbrError `session_name_invalid`. */
  pathOf(name: string): string {
    const path = sessionPath(this.directory, name);
    checkDirectories(this.directory, this.host);
    return path;
  }

  /** Takes the one writer's lock, making the directory where it is missing. */
  async lock(name: string) {
    prepareDirectory(this.directory, this.host, (message) => this.#voice.notice(message));
    return acquireLock(join(this.directory, `${name}.lock`), name, this.host);
  }

  /** Throws CbrError `session_not_found`. */
  assertExists(name: string): void {
    const entries = this.#entries();
    if (entries.includes(`${name}.jsonl`)) return;
    throw new CbrError("session_not_found", { message: `there is no session \`${name}\`` });
  }

  /** Throws CbrError `clobber` where a session of that name exists. */
  assertFree(name: string): void {
    this.refuseCaseClash(name);
    if (!this.#entries().includes(`${name}.jsonl`)) return;
    throw new CbrError("clobber", {
      message: `there is already a session \`${name}\``,
      hint: "choose another name",
    });
  }

  /** Two names that differ only in case are one file on some systems, and two on others. */
  refuseCaseClash(name: string): void {
    const entries = this.#entries();
    if (entries.includes(`${name}.jsonl`)) return;
    const clash = entries.find((entry) => entry.toLowerCase() === `${name}.jsonl`.toLowerCase());
    if (clash === undefined) return;
    throw new CbrError("session_name_invalid", {
      message: `\`${name}\` differs only in case from the session \`${clash.slice(0, -6)}\``,
      hint: `use \`${clash.slice(0, -6)}\`, or choose another name`,
    });
  }

  #entries(): string[] {
    try {
      return readdirSync(this.directory).filter((entry) => entry.endsWith(".jsonl"));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw readFailure(error, this.directory);
    }
  }

  #optionsOf(name: string, path: string) {
    return {
      name,
      path,
      owner: this.owner,
      secrets: secretsOf(this.host.env),
      now: () => this.host.now(),
      onWarning: (code: string, message: string) => this.#voice.warn(code, message),
    };
  }
}
