// Runs the built program as a user's shell would: own HOME, nothing inherited that could reach a real account.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RunOptions {
  env?: Record<string, string | undefined>;
  /** Text or bytes for stdin; null leaves /dev/null; "open" keeps a silent pipe open. Default: null. */
  stdin?: string | Uint8Array | null | "open";
  cwd?: string;
  home?: string;
  /** Milliseconds after which the program is killed and the test fails. */
  limit?: number;
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  stdoutBytes: Buffer;
}

export interface Running extends Promise<RunResult> {
  child: ChildProcess;
}

/** The words that start the program under test: CBR_TEST_COMMAND (JSON array), else this Node and bin/cbr.js. */
export const PROGRAM: readonly string[] = process.env["CBR_TEST_COMMAND"]
  ? JSON.parse(process.env["CBR_TEST_COMMAND"])
  : [process.execPath, join(import.meta.dirname, "../../bin/cbr.js")];

/** A fresh, empty home directory. */
export function freshHome(): string {
  return mkdtempSync(join(tmpdir(), "cbr-home-"));
}

/** An environment with nothing of the developer's in it. */
export function cleanEnv(home: string, extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    TMPDIR: process.env["TMPDIR"],
    HOME: home,
    AWS_EC2_METADATA_DISABLED: "true",
    ...extra,
  };
}

/** Variables that make the program under test, on Node or as an executable, load the CommonJS file `path` first. */
export function preload(path: string): Record<string, string> {
  return { NODE_OPTIONS: `--require ${path}`, BUN_OPTIONS: `--preload ${path}` };
}

export function cbr(args: readonly string[], options: RunOptions = {}): Running {
  const home = options.home ?? freshHome();
  const [command, ...before] = PROGRAM as [string, ...string[]];
  const child = spawn(command, [...before, ...args], {
    env: cleanEnv(home, options.env),
    cwd: options.cwd ?? home,
    stdio: [options.stdin === null || options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  if (options.stdin !== "open") child.stdin?.on("error", () => {}).end(options.stdin ?? undefined);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (data) => out.push(data));
  child.stderr?.on("data", (data) => err.push(data));
  const limit = options.limit ?? 20_000;
  const promise = new Promise<RunResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(
        new Error(`cbr ${args.join(" ")} still ran after ${limit} ms; stderr so far: ${Buffer.concat(err)}`),
      );
    }, limit);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const stdoutBytes = Buffer.concat(out);
      const stderr = Buffer.concat(err).toString();
      if (/\(node:\d+\)/.test(stderr)) reject(new Error(`Node warned: ${stderr}`));
      resolve({ code, signal, stdout: stdoutBytes.toString(), stderr, stdoutBytes });
    });
  });
  return Object.assign(promise, { child });
}
