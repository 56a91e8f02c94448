// Virus scanners, sync clients and network file systems hold a file for a moment, and refuse to have it replaced meanwhile.
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Calls `replace`, which renames a file, and calls it again for at most a second while the system says that somebody holds
 * the file. Throws what `replace` throws last.
 */
export async function whileHeld(replace: () => void): Promise<void> {
  for (let wait = 20; ; wait *= 2) {
    try {
      return replace();
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!["EPERM", "EBUSY", "EACCES"].includes(code) || wait > 320) throw error;
      await sleep(wait);
    }
  }
}
