import { fstatSync, type Stats, statSync, writeSync } from "node:fs";
import type { Env, Host, HostOutput, StdinKind } from "./host.ts";

/** The real process as a Host. Blank variables are deleted here, before any library reads them. */
export function systemHost(): Host {
  const blankVariables = Object.keys(process.env).filter((name) => process.env[name]?.trim() === "");
  for (const name of blankVariables) delete process.env[name];
  const env: Env = process.env;
  const standalone = "bun" in process.versions && process.argv[1]?.startsWith("/$bunfs/");
  return {
    argv: process.argv.slice(2),
    env,
    blankVariables,
    cwd: workingDirectory(),
    home: env["HOME"] ?? env["USERPROFILE"] ?? safeHomedir(),
    platform: process.platform,
    pid: process.pid,
    uid: process.geteuid?.() ?? null,
    stdin: { kind: stdinKind(), stream: () => process.stdin },
    stdout: output(1, () => process.stdout),
    stderr: output(2, () => process.stderr),
    self: standalone ? [process.execPath] : [process.execPath, process.argv[1] ?? ""],
    runtime: process.versions["bun"] ? `bun ${process.versions["bun"]}` : `node ${process.versions.node}`,
    now: () => Date.now(),
    elapsed: () => performance.now(),
    isRunning,
    onSignal(signal, handler) {
      process.on(signal, handler);
      return () => process.off(signal, handler);
    },
    dieBy(signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    },
    onCrash(handler) {
      process.on("uncaughtException", handler);
      process.on("unhandledRejection", handler);
    },
    setEnv(name, value) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    },
    exitNow: (code) => process.exit(code),
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

function output(fd: number, open: () => NodeJS.WriteStream): HostOutput {
  let stat: Stats | null = null;
  try {
    stat = fstatSync(fd);
  } catch {
    // closed before the program began
  }
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
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(fd, bytes, at);
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
