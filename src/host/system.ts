import { fstatSync } from "node:fs";
import { homedir } from "node:os";
import { isatty } from "node:tty";
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
    return homedir();
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
    if (isatty(0)) return "terminal";
    return "silent";
  } catch {
    return "silent";
  }
}

function output(fd: number, stream: () => NodeJS.WriteStream): HostOutput {
  let isOpen = true;
  try {
    fstatSync(fd);
  } catch {
    isOpen = false;
  }
  return {
    get isTTY() {
      return isOpen && stream().isTTY === true;
    },
    columns: () => stream().columns || undefined,
    rows: () => stream().rows || undefined,
    isOpen,
    get stream() {
      return stream();
    },
  };
}
