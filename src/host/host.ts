// What the program may see of the machine it runs on. The real one is system.ts; nothing else touches `process`.
import type { Readable, Writable } from "node:stream";

export type Env = Readonly<Record<string, string | undefined>>;

/** What file descriptor 0 is. `silent` is /dev/null or a closed descriptor: there is nothing to read and never will be. */
export type StdinKind = "terminal" | "pipe" | "file" | "silent" | "directory";

export interface HostStdin {
  readonly kind: StdinKind;
  /** Opened on first use: touching it earlier would keep the program alive. */
  stream(): Readable & { setRawMode?(on: boolean): unknown; isTTY?: boolean };
}

export interface HostOutput {
  readonly isTTY: boolean;
  /** Terminal width in cells; undefined where unknown or 0. */
  columns(): number | undefined;
  rows(): number | undefined;
  /** False when the descriptor was closed before the program began. */
  readonly isOpen: boolean;
  /** Opened on first use: that alone takes longer than printing a page of help. */
  readonly stream: Writable;
  /** Writes what it can at once, as long as `stream` was never opened, and returns the rest. Throws Node's errors. */
  writeNow?(bytes: Uint8Array): Uint8Array;
}

export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGTSTP" | "SIGCONT" | "SIGWINCH";

export interface Host {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  /** The environment; a variable that is empty or blank is absent (Bedrock's SDK breaks on a blank token). */
  readonly env: Env;
  /** Names of the variables that are set and blank, which `env` therefore lacks. */
  readonly blankVariables: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  /** The user's id; null where the system has no such thing. */
  readonly uid: number | null;
  readonly stdin: HostStdin;
  readonly stdout: HostOutput;
  readonly stderr: HostOutput;
  /** How to start this same program again: `[execPath, script]`, or `[executable]` when standalone. */
  readonly self: readonly string[];
  /** `node 20.20.2`, or the standalone runtime's name and version. */
  readonly runtime: string;
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Monotonic clock, milliseconds. */
  elapsed(): number;
  /** Does this machine have a process of that id? */
  isRunning(pid: number): boolean;
  /** Ends another process at once; nothing where there is none of that id, or it is not ours. */
  kill(pid: number): void;
  /** Calls `handler` on each `signal` until the returned function is called. */
  onSignal(signal: Signal, handler: () => void): () => void;
  /** Ends the process by `signal` with its default effect, as shells expect of an interrupted program. */
  dieBy(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void;
  /** stdin was a terminal, and the window or line behind it is gone. */
  hasLostTerminal(): boolean;
  /** Calls `handler` on an exception or rejection that nobody caught. */
  onCrash(handler: (error: unknown) => void): void;
  /** Sets a variable that libraries read from the process's own environment. */
  setEnv(name: string, value: string | undefined): void;
  /** Ends at once; only for a second Ctrl-C and for a silent stdin that would keep the program alive. */
  exitNow(code: number): never;
}
