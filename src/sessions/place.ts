// Where sessions lie and what they may be called. Conversations are private: nobody else may read them, and nobody
// else's link, file or directory is written through.
import { chmodSync, lstatSync, type Stats } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { CbrError } from "../core/errors.ts";
import { makePrivateDirectory } from "../host/directories.ts";
import type { Host } from "../host/host.ts";
import { writeFailure } from "./failure.ts";

type PlaceHost = Pick<Host, "env" | "home" | "platform" | "uid">;

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const WINDOWS_RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** `$XDG_STATE_HOME/cbr/sessions`, else `~/.local/state/cbr/sessions`; a relative XDG value is ignored, as its specification says. */
export function sessionsDirectory(host: PlaceHost): string {
  const state = host.env["XDG_STATE_HOME"];
  const root = state !== undefined && isAbsolute(state) ? state : join(host.home, ".local", "state");
  return join(root, "cbr", "sessions");
}

/** Throws CbrError `session_name_invalid` unless `name` can be a file's name on every system and stays in its directory. */
export function checkName(name: string): void {
  if (!NAME.test(name) || name.endsWith(".")) {
    throw new CbrError("session_name_invalid", {
      message: "not a session name",
      hint: "1 to 64 of letters, digits, `.`, `_` and `-`, not starting with `.` or `-` and not ending with `.`",
    });
  }
  if (WINDOWS_RESERVED.test(name)) {
    throw new CbrError("session_name_invalid", {
      message: `\`${name}\` cannot be a session's name: Windows reserves it`,
      hint: "choose another name",
    });
  }
}

/** The file of a session. Checks the name. */
export function sessionPath(directory: string, name: string): string {
  checkName(name);
  const path = resolve(directory, `${name}.jsonl`);
  if (!path.startsWith(resolve(directory) + sep))
    throw new CbrError("session_name_invalid", { message: "not a session name" });
  return path;
}

/**
 * Makes the sessions' directory where it is missing, and private where it is not.
 * Throws CbrError `unsafe_path` where it, or the directory `cbr` around it, is a link or someone else's.
 */
export function prepareDirectory(
  directory: string,
  host: PlaceHost,
  onNotice: (message: string) => void,
): void {
  try {
    refuseForeignHome(directory, host);
    for (const path of [dirname(dirname(directory)), dirname(directory), directory]) {
      if (path !== dirname(dirname(directory))) checkDirectory(path, host);
      makePrivateDirectory(path);
    }
    const mode = lstatSync(directory).mode & 0o777;
    if (host.platform === "win32" || mode === 0o700) return;
    chmodSync(directory, 0o700);
    if ((mode & 0o077) !== 0) onNotice(`\`${directory}\` was open to other users and is now private`);
  } catch (error) {
    throw writeFailure(error, directory);
  }
}

/** Throws CbrError `unsafe_path` where the sessions' directory is a link or someone else's; quiet where it is missing. */
export function checkDirectories(directory: string, host: PlaceHost): void {
  try {
    for (const path of [dirname(directory), directory]) checkDirectory(path, host);
  } catch (error) {
    throw writeFailure(error, directory);
  }
}

function checkDirectory(path: string, host: PlaceHost): void {
  const stat = lstatIfAny(path);
  if (stat === null) return;
  if (stat.isSymbolicLink()) {
    throw new CbrError("unsafe_path", { message: `\`${path}\` is a symbolic link` });
  }
  if (!stat.isDirectory()) throw Object.assign(new Error("not a directory"), { code: "ENOTDIR" });
  if (host.uid !== null && stat.uid !== host.uid) {
    throw new CbrError("unsafe_path", { message: `\`${path}\` belongs to another user` });
  }
}

/** `sudo cbr` with the caller's HOME must not leave files there that the caller cannot use. */
function refuseForeignHome(directory: string, host: PlaceHost): void {
  if (host.uid !== 0) return;
  let path = directory;
  for (;;) {
    const stat = lstatIfAny(path);
    if (stat !== null && !stat.isSymbolicLink()) {
      if (stat.uid === 0) return;
      throw new CbrError("unsafe_path", {
        message: `\`${path}\` belongs to another user, and root's files there would lock them out`,
        hint: "run cbr as that user, or set `XDG_STATE_HOME`",
      });
    }
    if (dirname(path) === path) return;
    path = dirname(path);
  }
}

function lstatIfAny(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}
