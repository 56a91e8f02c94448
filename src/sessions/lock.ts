// One writer a session. A lock file names its holder; a dead holder's lock is taken over at once. Two takers cannot
// both win: a lock may be replaced only by whoever holds the claim on exactly that lock, and a claim is itself a lock.
// docs/design/decisions/session-lock.md says why no library does this.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { systemCode, writeFailure } from "./failure.ts";
import { openPrivate, readAt } from "./private-file.ts";

type LockHost = Pick<Host, "pid" | "uid" | "now" | "isRunning">;

export interface Lock {
  /** Gives the session free. Calling it again does nothing. */
  release(): void;
}

/** What a lock file says of its holder. */
interface Holder {
  token: string;
  pid: number;
  /** When that process started, in the system's own measure: a pid alone may have been given to another since. */
  start: string;
  boot: string;
  /** The pid namespace: a pid of another container says nothing here. */
  namespace: string;
  host: string;
}

const HEARTBEAT_MS = 10_000;
const SILENT_MS = 60_000;

/** Takes the lock at `path`, over from a dead holder if need be. Throws CbrError `session_busy` where it is held. */
export async function acquireLock(path: string, name: string, host: LockHost): Promise<Lock> {
  let token: string | null;
  try {
    token = await acquire(path, host, 0);
  } catch (error) {
    throw writeFailure(error, path);
  }
  if (token === null) {
    throw new CbrError("session_busy", { message: `the session \`${name}\` is in use by another process` });
  }
  const held = token;
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release() {
      clearInterval(heartbeat);
      release(path, held, host);
    },
  };
}

async function acquire(path: string, host: LockHost, depth: number): Promise<string | null> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const created = create(path, host);
    if (created !== null) return created;
    const found = readHolder(path, host);
    if (found === null) continue;
    if (!isDead(found, host) || depth > 3) return null;
    const claim = `${path}.${found.token}`;
    const claimed = await acquire(claim, host, depth + 1);
    if (claimed === null) {
      await sleep(5); // someone alive is taking it over
      continue;
    }
    try {
      if (readHolder(path, host)?.token === found.token) return replace(path, host);
    } finally {
      release(claim, claimed, host);
    }
  }
  return null;
}

/** The new lock's token; null when there is a lock already. */
function create(path: string, host: LockHost): string | null {
  const holder = self(host);
  const temp = writeTemp(path, holder, host);
  try {
    linkSync(temp, path); // as O_EXCL, and nobody ever sees the file without its content
    return holder.token;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return null;
    return createWithoutLinks(path, holder, host);
  } finally {
    removeIfAny(temp);
  }
}

function createWithoutLinks(path: string, holder: Holder, host: LockHost): string | null {
  try {
    writeHolder(path, holder, host);
    return holder.token;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return null;
    throw error;
  }
}

function replace(path: string, host: LockHost): string {
  const holder = self(host);
  const temp = writeTemp(path, holder, host);
  renameSync(temp, path);
  return holder.token;
}

function release(path: string, token: string, host: LockHost): void {
  try {
    if (readHolder(path, host)?.token === token) unlinkSync(path);
  } catch {
    // It stays behind as a dead holder's lock, which the next one takes over.
  }
}

function writeTemp(path: string, holder: Holder, host: LockHost): string {
  const temp = `${path}.${holder.token}.tmp`;
  writeHolder(temp, holder, host);
  return temp;
}

function writeHolder(path: string, holder: Holder, host: LockHost): void {
  const { fd } = openPrivate(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, host);
  try {
    writeSync(fd, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    removeIfAny(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** The holder named in a lock file; null when there is no file. One that cannot be read is a holder of that very file. */
function readHolder(path: string, host: LockHost): (Holder & { silentFor: number }) | null {
  let opened: ReturnType<typeof openPrivate>;
  try {
    opened = openPrivate(path, constants.O_RDONLY, host);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
  const { fd } = opened;
  try {
    const stat = fstatSync(fd);
    const silentFor = host.now() - stat.mtimeMs;
    const fallback = {
      ...NOBODY,
      token: `x${stat.ino.toString(36)}${Math.floor(stat.mtimeMs).toString(36)}`,
      silentFor,
    };
    try {
      const holder: unknown = JSON.parse(readAt(fd, 0, Math.min(stat.size, 4096)).toString());
      return isHolder(holder) ? { ...holder, silentFor } : fallback;
    } catch {
      return fallback;
    }
  } finally {
    closeSync(fd);
  }
}

const NOBODY: Holder = { token: "", pid: 0, start: "", boot: "", namespace: "", host: "" };

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const holder = value as Record<string, unknown>; // every key is checked below
  return (
    typeof holder["pid"] === "number" &&
    typeof holder["token"] === "string" &&
    /^[a-z0-9]{1,40}$/.test(holder["token"]) &&
    (["start", "boot", "namespace", "host"] as const).every((key) => typeof holder[key] === "string")
  );
}

function isDead(holder: Holder & { silentFor: number }, host: LockHost): boolean {
  // Half-written where hard links do not exist; its writer needs no second for the rest.
  if (holder.pid === 0) return holder.silentFor > 1000;
  const boot = bootId();
  if (holder.boot !== boot && holder.host === hostname()) return true;
  if (holder.boot === boot && holder.namespace === pidNamespace()) return !isSameProcess(holder, host);
  // Another machine's or container's process cannot be asked; it shows that it lives by touching its lock.
  return holder.silentFor > SILENT_MS;
}

function isSameProcess(holder: Holder, host: LockHost): boolean {
  const start = startOf(holder.pid);
  if (start === undefined) return host.isRunning(holder.pid);
  return start !== null && start === holder.start;
}

function self(host: LockHost): Holder {
  return {
    token: randomBytes(9).toString("hex"),
    pid: host.pid,
    start: startOf(host.pid) ?? "",
    boot: bootId(),
    namespace: pidNamespace(),
    host: hostname(),
  };
}

/** When a process started; null when it is gone or only a zombie, undefined where the system does not tell. */
function startOf(pid: number): string | null | undefined {
  const stat = readIfAny(`/proc/${pid}/stat`);
  if (stat === null) return readIfAny("/proc/self/stat") === null ? undefined : null;
  // The second field is the program's name in parentheses and may hold anything, parentheses and spaces included.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? undefined);
}

function bootId(): string {
  return (readIfAny("/proc/sys/kernel/random/boot_id") ?? "").trim();
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function readIfAny(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}

function removeIfAny(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Never existed, or someone was faster.
  }
}

function touch(path: string): void {
  try {
    const now = Date.now() / 1000;
    utimesSync(path, now, now);
  } catch {
    // Taken away from under us; there is nothing to keep alive.
  }
}
