import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";

/** The exit codes of the command line; their meaning is part of the contract with scripts. */
export const ExitCode = {
  ok: 0,
  bug: 1,
  usage: 2,
  input: 3,
  credentials: 4,
  refused: 5,
  busy: 6,
  network: 7,
  incomplete: 8,
  unusable: 9,
  output: 11,
  sessionBusy: 12,
  guard: 13,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What the service said of itself when it refused. */
export interface AwsFailure {
  name: string | null;
  status: number | null;
  requestId: string | null;
}

export interface CbrErrorDetails {
  /** What went wrong, one sentence, lower-case, without a full stop. */
  message: string;
  /** The one next step; by default the table's. null: none. */
  hint?: string | null | undefined;
  /** By default the table's. */
  retryable?: boolean | undefined;
  aws?: AwsFailure | undefined;
  /** Text received before the failure; only the JSON error carries it. */
  partialText?: string | undefined;
  /** Seconds the service asked us to wait. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** A failure that has an explanation. Its `code` is stable API; the exit code follows from it. */
export class CbrError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly hint: string | null;
  readonly retryable: boolean;
  aws: AwsFailure | null;
  readonly retryAfter: number | null;
  partialText: string | null;

  constructor(code: ErrorCode, details: CbrErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    const row = ERROR_CODES[code];
    this.name = "CbrError";
    this.code = code;
    this.exitCode = row.exit;
    this.hint = details.hint === undefined ? row.fix : details.hint;
    this.retryable = details.retryable ?? row.retryable;
    this.aws = details.aws ?? null;
    this.retryAfter = details.retryAfter ?? null;
    this.partialText = details.partialText ?? null;
  }
}

/** A signal ended the work. Not an error to print: the process ends the way shells expect. */
export class Interrupted extends Error {
  readonly signal: "SIGINT" | "SIGTERM" | "SIGHUP";
  constructor(signal: "SIGINT" | "SIGTERM" | "SIGHUP") {
    super(`stopped by ${signal}`);
    this.name = "Interrupted";
    this.signal = signal;
  }
}

/** The reader of stdout went away (`| head -1`): quiet success. */
export class ReaderGone extends Error {
  constructor() {
    super("the reader of stdout closed the pipe");
    this.name = "ReaderGone";
  }
}
