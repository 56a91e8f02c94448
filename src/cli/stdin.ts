// Stdin as part of a prompt. An inherited pipe that nobody writes to must neither hang the program nor be taken for
// an empty one in silence, and what it says too late must not be lost without a word.
import type { Readable } from "node:stream";
import { CbrError } from "../core/errors.ts";
import { TEXT_LIMIT, textTooLarge } from "../core/prompt.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import type { Context } from "./context.ts";

/** How long an open pipe may stay silent before a prompt that does not need it goes on without. */
export const SILENCE_LIMIT_MS = 3000;

/** Calls back once with error `late_stdin` if stdin speaks after all; the returned function ends the watch. */
export type WatchLateStdin = (onLate: (error: CbrError) => void) => () => void;

export interface StdinContent {
  /** All of stdin; null when it stayed silent. */
  bytes: Uint8Array | null;
  watchLate: WatchLateStdin;
}

/** The watch of a stdin that has nothing more to say. */
export const watchNothing: WatchLateStdin = () => () => {};

/**
 * Reads stdin to its end, at most 20 MB. With `unless-silent`, one that has said nothing after 3 s gives null, with a
 * warning, and no longer keeps the program alive. An abort of `signal` rejects with its reason and lets go of stdin.
 * Throws CbrError `input_too_large`, `file_unreadable`.
 */
export function readStdin(
  context: Context,
  wait: "for-end" | "unless-silent",
  signal: AbortSignal,
): Promise<StdinContent> {
  return new Promise((resolve, reject) => {
    const stream = context.host.stdin.stream();
    const chunks: Uint8Array[] = [];
    let size = 0;
    let isSettled = false;
    let patience: NodeJS.Timeout | undefined;

    const settle = (outcome: () => void) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(patience);
      signal.removeEventListener("abort", abort);
      stream.off("data", read).off("end", finish);
      outcome();
    };
    const fail = (error: unknown) =>
      settle(() => {
        letGo(stream);
        reject(error);
      });
    const abort = () => fail(signal.reason);
    const finish = () => settle(() => resolve({ bytes: Buffer.concat(chunks), watchLate: watchNothing }));
    const read = (chunk: Uint8Array) => {
      clearTimeout(patience);
      chunks.push(chunk);
      size += chunk.length;
      if (size > TEXT_LIMIT) fail(textTooLarge("stdin"));
    };
    const losePatience = () => {
      if (size > 0 || isSettled) return;
      if (wait === "for-end") return context.report.notice("waiting for stdin to end");
      settle(() => {
        context.report.warn(
          "silent_stdin",
          "stdin is an open pipe that says nothing; going on without it (`--stdin` waits for it, `--no-stdin` never reads it)",
        );
        const watchLate = lateWatch(stream);
        context.onExit(() => letGo(stream));
        resolve({ bytes: null, watchLate });
      });
    };

    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", abort);
    stream.on("error", (error: NodeJS.ErrnoException) =>
      fail(
        new CbrError("file_unreadable", {
          message: `cannot read stdin: ${sanitizeLine(error.code ?? error.message)}`,
          cause: error,
        }),
      ),
    );
    stream.on("data", read).on("end", finish);
    if (context.host.stdin.kind === "terminal")
      context.report.notice("reading from the terminal; Ctrl-D on an empty line ends it");
    // Timers run before sockets are read: after a busy moment, bytes that are there get their turn first.
    else patience = setTimeout(() => setImmediate(() => setImmediate(losePatience)), SILENCE_LIMIT_MS);
  });
}

/** The error of a stdin that spoke after the prompt had gone without it. */
export function lateStdin(): CbrError {
  return new CbrError("late_stdin", { message: "stdin spoke after the prompt was sent without it" });
}

function lateWatch(stream: Readable): WatchLateStdin {
  let isLate = false;
  const watchers = new Set<(error: CbrError) => void>();
  stream.once("data", () => {
    isLate = true;
    stream.pause();
    for (const watcher of watchers) watcher(lateStdin());
  });
  stream.resume();
  unref(stream);
  return (onLate) => {
    watchers.add(onLate);
    if (isLate) queueMicrotask(() => watchers.has(onLate) && onLate(lateStdin()));
    return () => watchers.delete(onLate);
  };
}

/** Nothing more is read, a writer gets SIGPIPE, and the program may end. */
function letGo(stream: Readable): void {
  stream.pause();
  unref(stream);
  stream.destroy();
}

// A Readable has no unref; the sockets and terminals that stdin is made of do.
function unref(stream: Readable & { unref?: () => void }): void {
  stream.unref?.();
}
