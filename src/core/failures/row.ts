/** One code of the error table. docs/reference/errors.md and `cbr explain` are made from these. */
export interface ErrorCodeRow {
  exit: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 11 | 12 | 13 | 129 | 130 | 143;
  retryable: boolean;
  /** One plain sentence: what happened. */
  message: string;
  /** Why it happens. */
  cause: string;
  /** The one next step; also the default hint. */
  fix: string | null;
}

export const row = (
  exit: ErrorCodeRow["exit"],
  message: string,
  cause: string,
  fix: string | null,
  retryable = false,
): ErrorCodeRow => ({ exit, message, cause, fix, retryable });
