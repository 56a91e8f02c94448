// Lines from a stream that is no terminal in raw mode: a pipe, a file, or a terminal that edits lines by itself. Only a
// line feed ends a line: Node's readline also splits at U+2028, which is text, and replaces what is not UTF-8.
import type { Readable } from "node:stream";
import { CbrError } from "../core/errors.ts";

/** More than this many lines ahead of the reader are left in the pipe. */
const MOST_AHEAD = 200;

/** Reads `input` line by line; a last line without its end counts, a BOM does not. `close` when done. */
export class LineReader {
  readonly #input: Readable;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #lines: string[] = [];
  #rest = "";
  #hasEnded = false;
  #failure: Error | null = null;
  #wake = () => {};
  readonly #listeners: readonly (readonly [event: string, listener: (...values: never[]) => void])[];

  constructor(input: Readable) {
    this.#input = input;
    this.#listeners = [
      ["data", (chunk: Buffer) => this.#take(chunk)],
      ["end", () => this.#end()],
      ["close", () => this.#end()],
      ["error", (error: Error) => this.#fail(error)],
    ];
    for (const [event, listener] of this.#listeners) input.on(event, listener as () => void);
  }

  /** The next line, null at the end. Rejects with the reason of `signal`, or with the stream's error. */
  async next(signal: AbortSignal): Promise<string | null> {
    for (;;) {
      signal.throwIfAborted();
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#failure !== null) throw this.#failure;
      if (this.#hasEnded) return null;
      this.#input.resume();
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
    for (const [event, listener] of this.#listeners) this.#input.off(event, listener as () => void);
    this.#input.on("error", () => {});
    this.#input.pause();
    (this.#input as { unref?: () => void }).unref?.();
  }

  #take(chunk: Buffer): void {
    const text = this.#decode(chunk);
    if (text === null) return;
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    this.#lines.push(...lines.map(withoutReturn));
    if (this.#lines.length > MOST_AHEAD) this.#input.pause();
    this.#wake();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const last = this.#rest + (this.#decode() ?? "");
    if (last !== "") this.#lines.push(withoutReturn(last));
    this.#wake();
  }

  #decode(chunk?: Buffer): string | null {
    try {
      return chunk === undefined ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    } catch {
      this.#fail(new CbrError("invalid_utf8", { message: "stdin is not UTF-8" }));
      return null;
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
