import { closeSync, constants, fchmodSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { CbrError } from "../core/errors.ts";

/** Who may own a file we trust (null: the system has no such thing), and whom to tell that a file was too open. */
export interface Owner {
  uid: number | null;
  onNotice?: (message: string) => void;
}

/**
 * Opens a regular file of our own without following a link, and makes it 0600 whatever the umask said or it was before.
 * Throws CbrError `unsafe_path`, or the system's error.
 */
export function openPrivate(path: string, flags: number, owner: Owner): { fd: number; stat: Stats } {
  // O_NONBLOCK: a planted FIFO must not make us wait for its other end. Both flags are unknown to Windows.
  const fd = openSync(path, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0), 0o600);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new CbrError("unsafe_path", { message: `\`${path}\` is not a regular file` });
    if (owner.uid === null) return { fd, stat };
    if (stat.uid !== owner.uid)
      throw new CbrError("unsafe_path", { message: `\`${path}\` belongs to another user` });
    if ((stat.mode & 0o777) !== 0o600) {
      fchmodSync(fd, 0o600);
      if ((stat.mode & 0o077) !== 0 && stat.size > 0)
        owner.onNotice?.(`\`${path}\` was open to other users and is now private`);
    }
    return { fd, stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Exactly `length` bytes from `offset`, fewer only where the file ends. */
export function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, bytes, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
