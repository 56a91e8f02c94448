// Everything cbr says of itself goes to stderr through here: warnings, notices, errors; as text or as JSON.
import type { CbrError } from "../core/errors.ts";
import { redact } from "../core/redact.ts";
import type { IOStreams } from "../host/streams.ts";
import { breakLines } from "../render/break-lines.ts";
import { sanitize, sanitizeLine } from "../render/sanitize.ts";

export interface Warning {
  code: string;
  message: string;
}

export class Report {
  /** All warnings so far, for the JSON result. */
  readonly warnings: Warning[] = [];
  #io: IOStreams;
  #secrets: string[];
  isQuiet = false;
  isVerbose = false;
  isDebug = false;
  errorFormat: "text" | "json" = "text";
  /** Called before a line is written, so that a spinner can step aside. */
  beforeLine: () => void = () => {};
  /** In stream-json a warning is also an event on stdout. */
  onWarning: (warning: Warning) => void = () => {};

  constructor(io: IOStreams, secrets: readonly string[]) {
    this.#io = io;
    this.#secrets = [...secrets];
  }

  /** From now on `secret` is never printed, wherever it turns up. */
  hide(secret: string): void {
    this.#secrets.push(secret);
  }

  /** `text` as it may be printed: without the secrets that are known. */
  redacted(text: string): string {
    return redact(text, this.#secrets);
  }

  /** Something the user should know and may want to act on. Each text is said once. `-q` keeps it from stderr, not from JSON. */
  warn(code: string, message: string): void {
    if (this.warnings.some((warning) => warning.message === message)) return;
    const warning = { code, message: redact(message, this.#secrets) };
    this.warnings.push(warning);
    this.onWarning(warning);
    if (!this.isQuiet)
      this.#words(`${this.#io.err.color.yellow("warning:")} ${sanitizeLine(warning.message)}`);
  }

  /** What was said of one turn of a conversation may be said of the next one, and is not in its result. */
  forget(code: string): void {
    const kept = this.warnings.filter((warning) => warning.code !== code);
    this.warnings.splice(0, this.warnings.length, ...kept);
  }

  /** A choice made for the user, said once, in passing. */
  notice(message: string): void {
    if (this.isQuiet) return;
    const { dim } = this.#io.err.color;
    this.#words(`note: ${sanitizeLine(redact(message, this.#secrets))}`, (line) => dim(line));
  }

  /** With `-v` or `--debug`. */
  verbose(message: string): void {
    if (this.isVerbose || this.isDebug)
      this.#line(this.#io.err.color.dim(sanitizeLine(redact(message, this.#secrets))));
  }

  /** With `--debug`. Several lines are allowed. */
  debug(message: string): void {
    if (this.isDebug)
      this.#line(this.#io.err.color.dim(sanitize(`debug: ${redact(message, this.#secrets)}`)));
  }

  /** A line of stderr that was asked for (usage). */
  line(text: string): void {
    this.#line(text);
  }

  /** The one place where an error becomes text. */
  error(error: CbrError): void {
    if (this.errorFormat === "json") {
      this.#line(JSON.stringify(this.errorObject(error)));
      return;
    }
    const color = this.#io.err.color;
    this.#words(`${color.red("cbr:")} ${sanitizeLine(redact(error.message, this.#secrets), 4000)}`);
    if (error.aws?.requestId)
      this.#line(`${color.dim("request id:")} ${sanitizeLine(error.aws.requestId, 100)}`);
    if (error.hint !== null)
      this.#words(`${color.cyan("hint:")} ${sanitizeLine(redact(error.hint, this.#secrets))}`);
    if (this.isDebug && error.cause instanceof Error) this.debug(String(error.cause.stack ?? error.cause));
  }

  errorObject(error: CbrError): Record<string, unknown> {
    return {
      type: "error",
      error: {
        code: error.code,
        message: redact(error.message, this.#secrets),
        hint: error.hint === null ? null : redact(error.hint, this.#secrets),
        exit_code: error.exitCode,
        retryable: error.retryable,
        ...(error.retryAfter !== null && { retry_after: error.retryAfter }),
        aws:
          error.aws === null
            ? null
            : { name: error.aws.name, status: error.aws.status, request_id: error.aws.requestId },
        ...(error.partialText !== null && { partial_text: error.partialText }),
      },
    };
  }

  /** One line; on a terminal as many as its width takes. What stands between backticks may be copied and is not broken. */
  #words(text: string, paint: (line: string) => string = (line) => line): void {
    const { isTTY, width } = this.#io.err;
    const lines = isTTY ? breakLines(text, width - 1) : [text];
    this.#line(lines.map(paint).join("\n"));
  }

  #line(text: string): void {
    this.beforeLine();
    void this.#io.err.write(`${text}\n`);
  }
}
