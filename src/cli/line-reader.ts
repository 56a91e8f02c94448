// Lines from a stream that is no terminal in raw mode: a pipe, a file, or a terminal that edits lines by itself.
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";

/** More than this many lines ahead of the reader are left in the pipe. */
const MOST_AHEAD = 200;

/** Reads `input` line by line; a last line without its end counts. `close` when done. */
export class LineReader {
  readonly #reader: Interface;
  readonly #input: Readable;
  #lines: string[] = [];
  #hasEnded = false;
  #failure: Error | null = null;
  #wake = () => {};

  constructor(input: Readable) {
    this.#input = input;
    this.#reader = createInterface({ input, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
    this.#reader.on("line", (line) => {
      this.#lines.push(line);
      if (this.#lines.length > MOST_AHEAD) this.#reader.pause();
      this.#wake();
    });
    this.#reader.on("close", () => {
      this.#hasEnded = true;
      this.#wake();
    });
    input.on("error", (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** The next line, null at the end. Rejects with the reason of `signal`, or with the stream's error. */
  async next(signal: AbortSignal): Promise<string | null> {
    for (;;) {
      signal.throwIfAborted();
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#failure !== null) throw this.#failure;
      if (this.#hasEnded) return null;
      this.#reader.resume();
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener("abort", done);
          this.#wake = () => {};
          resolve();
        };
        this.#wake = done;
        signal.addEventListener("abort", done, { once: true });
      });
    }
  }

  /** Stops reading; what holds a terminal or pipe open no longer keeps the program alive. */
  close(): void {
    this.#reader.close();
    this.#input.pause();
    (this.#input as { unref?: () => void }).unref?.();
  }
}
