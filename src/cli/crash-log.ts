// What a bug leaves behind for its report. Never the command line: the prompt is in it.
import { randomBytes } from "node:crypto";
import { closeSync, constants, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { redact } from "../core/redact.ts";
import type { Host } from "../host/host.ts";
import { prepareDirectory, sessionsDirectory } from "../sessions/place.ts";
import { openPrivate } from "../sessions/private-file.ts";

declare const __VERSION__: string;

/** Writes the stack of `error`, without `secrets`, where only the user can read it. Gives its path, null where that fails. */
export function writeCrashLog(host: Host, error: unknown, secrets: readonly string[]): string | null {
  const directory = join(dirname(sessionsDirectory(host)), "crashes");
  const time = new Date(host.now()).toISOString();
  const path = join(directory, `${time.replace(/[:.]/g, "-")}-${randomBytes(3).toString("hex")}.log`);
  try {
    prepareDirectory(directory, host, () => {});
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const { fd } = openPrivate(path, flags, { uid: host.uid });
    const head = `cbr ${__VERSION__}, ${host.runtime}, ${host.platform}, ${time}`;
    writeSync(fd, `${head}\n${redact(stackOf(error), secrets)}\n`);
    closeSync(fd);
    return path;
  } catch {
    return null; // no disk, no log: the error itself is still said
  }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? String(error);
  return error.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(error.cause)}`;
}
