import {
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import type { Env, Host, HostOutput, StdinKind } from "./host.ts";

/** The process itself. */
export interface SystemHost extends Host {
  /** Everything that was written has left: no stream was opened that could still hold some. */
  hasLetGo(): boolean;
}

/** What a shell makes of an end by a signal. */
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The real process as a Host. Blank variables are deleted here, before any library reads them. */
export function systemHost(): SystemHost {
  const blankVariables = Object.keys(process.env).filter((name) => process.env[name]?.trim() === "");
  for (const name of blankVariables) delete process.env[name];
  const env: Env = process.env;
  const standalone =
    "bun" in process.versions && /^(?:\/\$bunfs|[A-Z]:[\\/]~BUN)[\\/]/.test(process.argv[1] ?? "");
  const stdin = stdinKind();
  let hasStream = false;
  const opening = <T>(stream: T): T => {
    hasStream = true;
    return stream;
  };
  return {
    argv: process.argv.slice(2),
    env,
    blankVariables,
    cwd: workingDirectory(),
    home: env["HOME"] ?? env["USERPROFILE"] ?? safeHomedir(),
    platform: process.platform,
    pid: process.pid,
    uid: process.geteuid?.() ?? null,
    stdin: { kind: stdin, stream: () => process.stdin },
    stdout: output(1, () => opening(process.stdout)),
    stderr: output(2, () => opening(process.stderr)),
    self: standalone ? [process.execPath] : [process.execPath, process.argv[1] ?? ""],
    runtime: process.versions["bun"] ? `bun ${process.versions["bun"]}` : `node ${process.versions.node}`,
    now: () => Date.now(),
    elapsed: () => performance.now(),
    isRunning,
    kill,
    onSignal(signal, handler) {
      process.on(signal, handler);
      return () => process.off(signal, handler);
    },
    dieBy(signal) {
      // Where there are no signals, Node ends the process with 1, and does not know SIGHUP at all.
      if (process.platform === "win32") process.exit(CODES[signal]);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    },
    hasLostTerminal: () => stdin === "terminal" && stdinKind() !== "terminal",
    onCrash(handler) {
      process.on("uncaughtException", handler);
      process.on("unhandledRejection", handler);
    },
    setEnv(name, value) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    },
    exitNow: (code) => process.exit(code),
    hasLetGo: () => !hasStream,
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // it runs, and is not ours
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended, or is not ours
  }
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "/"; // the directory was removed under us; relative paths will fail with a plain "not found"
  }
}

function safeHomedir(): string {
  try {
    return process.getBuiltinModule("node:os").homedir();
  } catch {
    // A user that no file knows, as in a container or a bare system: the SDK asks again, and takes no for a broken network.
    process.env["HOME"] = "/nonexistent";
    return "/nonexistent";
  }
}

function stdinKind(): StdinKind {
  try {
    const stat = fstatSync(0);
    if (stat.isDirectory()) return "directory";
    if (stat.isFile()) return "file";
    // Node hands a child's stdin over as a socket, a shell as a FIFO: both are pipes to a user.
    if (stat.isFIFO() || stat.isSocket()) return "pipe";
    return isTerminal(0, stat) ? "terminal" : "silent";
  } catch {
    return "silent";
  }
}

/** Only a character device can be a terminal: node:tty, which brings sockets, is not loaded to learn that a pipe is none. */
function isTerminal(fd: number, stat: Stats): boolean {
  return stat.isCharacterDevice() && !isNullDevice(stat) && process.getBuiltinModule("node:tty").isatty(fd);
}

function isNullDevice(stat: Stats): boolean {
  try {
    return stat.rdev === statSync("/dev/null").rdev;
  } catch {
    return false;
  }
}

/** So much fits into any pipe that was empty: to write it never blocks. */
const PIPE_ROOM = 16 * 1024;

function output(fd: 1 | 2, open: () => NodeJS.WriteStream): HostOutput {
  let stat: Stats | null = null;
  try {
    stat = fstatSync(fd);
  } catch {
    // closed before the program began
  }
  if (stat !== null && wasClosed(fd, stat)) stat = null;
  const isTTY = stat !== null && isTerminal(fd, stat);
  let opened: NodeJS.WriteStream | null = null;
  const stream = () => {
    opened ??= open();
    return opened;
  };
  const isPipe = stat !== null && (stat.isFIFO() || stat.isSocket()) && process.platform !== "win32";
  let room =
    stat?.isFile() || (stat !== null && isNullDevice(stat))
      ? Number.POSITIVE_INFINITY
      : isPipe
        ? PIPE_ROOM
        : 0;
  let target: number | undefined;
  return {
    isTTY,
    columns: () => (isTTY ? stream().columns || undefined : undefined),
    rows: () => (isTTY ? stream().rows || undefined : undefined),
    isOpen: stat !== null,
    get stream() {
      return stream();
    },
    writeNow(bytes) {
      if (opened !== null || bytes.length > room) return bytes;
      room -= bytes.length;
      target ??= stat?.isFIFO() ? openAgain(fd) : fd;
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(target, bytes, at);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
          room = 0;
          return bytes.subarray(at);
        }
      }
      return bytes.subarray(bytes.length);
    },
  };
}

/**
 * The same pipe, opened once more so that it never blocks: somebody before us may have left it full, and no signal would be
 * heard until its reader reads. Only Linux has this; elsewhere, and where it is forbidden, it is `fd` itself.
 */
function openAgain(fd: 1 | 2): number {
  if (process.platform !== "linux") return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}

/**
 * Was `fd` closed (`>&-`)? Node opens /dev/null for reading and writing in its place, and nothing ever fails. Linux alone
 * tells how a file was opened: a shell's `>/dev/null` is for writing only, but a program that ignores our output may have
 * opened it for both as well. A shell did not; another program is taken to ignore it unless it listens to the other one.
 */
function wasClosed(fd: 1 | 2, stat: Stats): boolean {
  if (!stat.isCharacterDevice() || !isNullDevice(stat) || !isForBoth(fd)) return false;
  const parent = `/proc/${process.ppid}`;
  try {
    const other = fstatSync(fd === 1 ? 2 : 1);
    const inherited = statSync(`${parent}/fd/${fd}`, { throwIfNoEntry: false });
    if (isNullDevice(other) || (inherited !== undefined && isNullDevice(inherited))) return false;
    if (inherited === undefined) return true;
    if (/^(ba|da|z|fi|k|a)?sh$|^busybox$/.test(readFileSync(`${parent}/comm`, "utf8").trim())) return true;
    return other.isSocket() || (other.isFIFO() && holdsPipe(parent, other.ino));
  } catch {
    return false; // our parent is somebody else's process
  }
}

/** Does the process have the other end of a pipe that it did not itself inherit as an output? */
function holdsPipe(proc: string, inode: number): boolean {
  return readdirSync(`${proc}/fd`).some(
    (name) => Number(name) > 2 && readlinkOr(`${proc}/fd/${name}`) === `pipe:[${inode}]`,
  );
}

function readlinkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function isForBoth(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return (Number.parseInt(flags ?? "0", 8) & 3) === 2;
  } catch {
    return false;
  }
}
