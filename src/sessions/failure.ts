import { CbrError } from "../core/errors.ts";

const PLAIN: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "not found",
  ENOTDIR: "something in its path is not a directory",
  EIO: "the disk failed",
  EMFILE: "too many open files",
  EFBIG: "the file is too large",
};

/** What the system said of writing `path`, as a CbrError; one that already is passes. */
export function writeFailure(error: unknown, path: string): unknown {
  if (error instanceof CbrError) return error;
  const code = systemCode(error);
  if (code === null) return error;
  if (code === "ELOOP") {
    return new CbrError("unsafe_path", { message: `\`${path}\` is a symbolic link`, cause: error });
  }
  const plain = PLAIN[code];
  return new CbrError("session_write_failed", {
    message: `session not saved: ${code}${plain ? `, ${plain}` : ""} (\`${path}\`)`,
    cause: error,
  });
}

/** What the system said of reading `path`, as a CbrError; one that already is passes. */
export function readFailure(error: unknown, path: string): unknown {
  if (error instanceof CbrError) return error;
  const code = systemCode(error);
  if (code === null || code === "ELOOP") return writeFailure(error, path);
  return new CbrError("file_unreadable", {
    message: `cannot read \`${path}\`: ${PLAIN[code] ?? code}`,
    hint: null,
    cause: error,
  });
}

/** The system's name of a failed call (`ENOSPC`); null when `error` is something else. */
export function systemCode(error: unknown): string | null {
  const code =
    error instanceof Error && "syscall" in error ? (error as NodeJS.ErrnoException).code : undefined;
  return (
    code ??
    (error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^E[A-Z0-9]+$/.test(error.code)
      ? error.code
      : null)
  );
}
