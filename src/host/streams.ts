// stdout and stderr as a program sees them: is there a terminal, does it want colour, how wide is it, and writes
// that wait for a slow reader and say when the reader is gone.
import { Chalk, type ChalkInstance } from "chalk";
import { CbrError, ReaderGone } from "../core/errors.ts";
import type { Host, HostOutput } from "./host.ts";

/** Colours and emphasis; empty strings where colour is unwanted. */
export type Colors = ChalkInstance;

export interface OutputStream {
  readonly isTTY: boolean;
  readonly isOpen: boolean;
  /** Width in cells; 80 where the terminal does not say. */
  readonly width: number;
  /** Colours that are empty strings where colour is unwanted. */
  readonly color: ChalkInstance;
  readonly hasColor: boolean;
  /** Resolves when the stream can take more. Throws ReaderGone on EPIPE, CbrError `output_failed` on anything else. */
  write(text: string | Uint8Array): Promise<void>;
  /** Hands over what was written and still waits for company; see `ioStreams`. */
  push(): void;
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>;
}

export interface IOStreams {
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** A person is at both ends: questions may be asked. */
  readonly canAsk: boolean;
  /** stderr is a terminal that wants motion. */
  readonly canSpin: boolean;
  setColor(mode: "auto" | "always" | "never"): void;
}

/**
 * Wraps the host's streams. Texts for a pipe or a file that are written in one turn of the event loop leave it as one; stderr
 * never overtakes stdout. `onReaderGone` is called once when the reader of stdout closes the pipe. */
export function ioStreams(host: Host, onReaderGone: () => void): IOStreams {
  let mode: "auto" | "always" | "never" = "auto";
  const wantsColor = (output: HostOutput) => {
    if (mode !== "auto") return mode === "always";
    if (host.env["NO_COLOR"] !== undefined) return false;
    if (host.env["FORCE_COLOR"] !== undefined) return !["0", "false"].includes(host.env["FORCE_COLOR"]);
    return output.isTTY && host.env["TERM"] !== "dumb" && host.env["CI"] === undefined;
  };
  const out = outputStream(
    host.stdout,
    () => wantsColor(host.stdout),
    onReaderGone,
    () => {},
  );
  // A dead stderr changes nothing: the outcome still has its exit code.
  const err = outputStream(
    host.stderr,
    () => wantsColor(host.stderr),
    null,
    () => out.push(),
  );
  return {
    out,
    err,
    get canAsk() {
      return host.stdin.kind === "terminal" && host.stderr.isTTY && host.env["CI"] === undefined;
    },
    get canSpin() {
      const { TERM, CI, NO_COLOR } = host.env;
      // Motion is made of escape sequences too: who wants no colour gets none of them.
      const isWanted = mode !== "never" && TERM !== "dumb" && CI === undefined && NO_COLOR === undefined;
      return host.stderr.isTTY && isWanted;
    },
    setColor(next) {
      mode = next;
    },
  };
}

function outputStream(
  output: HostOutput,
  wantsColor: () => boolean,
  onGone: (() => void) | null,
  beforePush: () => void,
): OutputStream {
  const isFatal = onGone !== null;
  let failure: Error | null = output.isOpen ? null : closed();
  let isListening = false;
  let isWanted = false;
  const wakers = new Set<() => void>();
  const fail = (error: NodeJS.ErrnoException) => {
    if (failure !== null) return;
    if (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED" || error.code === "ECONNRESET") {
      failure = new ReaderGone();
      onGone?.();
    } else {
      failure = new CbrError("output_failed", {
        message: `cannot write output: ${reason(error)}`,
        cause: error,
      });
    }
    for (const wake of wakers) wake();
    wakers.clear();
  };
  const listen = () => {
    if (isListening) return;
    isListening = true;
    output.stream.on("error", fail);
  };

  const writeNow = (text: string | Uint8Array): string | Uint8Array => {
    if (output.writeNow === undefined || isListening) return text;
    try {
      return output.writeNow(typeof text === "string" ? Buffer.from(text) : text);
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
      return "";
    }
  };

  let waiting = "";
  let timer: NodeJS.Immediate | undefined;
  let draining: Promise<void> | null = null;
  /** Writes whose end is not known yet. An empty write after them tells nothing: Bun calls back at once. */
  let unwritten = 0;
  const flushers = new Set<() => void>();

  const hand = (text: string | Uint8Array) => {
    const rest = writeNow(text);
    if (rest.length === 0 || failure !== null) return;
    listen();
    unwritten++;
    const hasRoom = output.stream.write(rest, (error) => {
      unwritten--;
      if (error) fail(error);
      if (unwritten > 0) return;
      for (const done of flushers) done();
      flushers.clear();
    });
    if (hasRoom || failure !== null || draining !== null) return;
    draining = new Promise<void>((resolve, reject) => {
      const wake = () => {
        wakers.delete(wake);
        draining = null;
        if (failure !== null && isFatal) reject(failure);
        else resolve();
      };
      wakers.add(wake);
      output.stream.once("drain", wake);
    });
    draining.catch(() => {});
  };
  const push = () => {
    clearImmediate(timer);
    timer = undefined;
    beforePush();
    if (waiting === "") return;
    const text = waiting;
    waiting = "";
    hand(text);
  };

  return {
    get isTTY() {
      return output.isTTY;
    },
    isOpen: output.isOpen,
    get width() {
      return output.columns() ?? 80;
    },
    get color() {
      return wantsColor() ? chalkOf(1) : chalkOf(0);
    },
    get hasColor() {
      return wantsColor();
    },
    write(text) {
      isWanted = true;
      if (failure !== null) return isFatal ? Promise.reject(failure) : DONE;
      if (text.length === 0) return draining ?? DONE;
      if (typeof text === "string") waiting += text;
      else {
        push();
        hand(text);
      }
      if (output.isTTY || !isFatal || waiting.length > MOST_WAITING) push();
      else if (timer === undefined) timer = setImmediate(push);
      if (failure !== null && isFatal) return Promise.reject(failure);
      return draining ?? DONE;
    },
    push,
    async flush() {
      push();
      if (failure === null && unwritten > 0) {
        await new Promise<void>((resolve) => {
          wakers.add(resolve);
          flushers.add(() => {
            wakers.delete(resolve);
            resolve();
          });
        });
      }
      // One that was closed from the start fails those only who have something to say.
      if (failure !== null && isFatal && (isWanted || output.isOpen)) throw failure;
    },
  };
}

const DONE: Promise<void> = Promise.resolve();
/** Characters; more is not worth waiting for. */
const MOST_WAITING = 65_536;

const chalks: ChalkInstance[] = [];

function chalkOf(level: 0 | 1): ChalkInstance {
  chalks[level] ??= new Chalk({ level });
  return chalks[level];
}

function closed(): CbrError {
  return new CbrError("output_failed", { message: "cannot write output: stdout is closed" });
}

function reason(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOSPC") return "no space left";
  if (error.code === "EBADF") return "the descriptor is closed";
  return error.code ?? error.message;
}
